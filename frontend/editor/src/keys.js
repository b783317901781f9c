// What the keyboard does. Tab indents; Escape and then Tab (within two seconds, CodeMirror's own rule) leaves the
// editor, so nobody who works by keyboard is caught in it. Ctrl-m switches Tab over for good.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { nextDiagnostic, previousDiagnostic } from "@codemirror/lint";
import { search, searchKeymap } from "@codemirror/search";
import { keymap } from "@codemirror/view";

export function keys(onSave) {
  const save = () => {
    onSave();
    return true;
  };
  return [
    history(),
    search({ top: true }),
    keymap.of([
      // preventDefault also keeps the browser's own "save this page" away when nothing is to be saved.
      { key: "Mod-s", run: save, preventDefault: true },
      { key: "F8", run: nextDiagnostic, shift: previousDiagnostic },
      indentWithTab,
      ...defaultKeymap,
      ...historyKeymap,
      ...searchKeymap,
    ]),
  ];
}
