// What the keyboard does. Tab indents; Escape and then Tab (within two seconds, CodeMirror's own rule) leaves the
// editor, so nobody who works by keyboard is caught in it. Ctrl-m switches Tab over for good.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { nextDiagnostic, previousDiagnostic } from "@codemirror/lint";
import { keymap } from "@codemirror/view";

/** The keys of what is loaded later, and its commands. */
const LATER = [
  { key: "Ctrl-Space", name: "complete" },
  { key: "F1", name: "explain" },
  { key: "F12", name: "goToDefinition" },
  { key: "F2", name: "rename" },
  { key: "Mod-.", name: "cures" },
  { key: "Mod-f", name: "find" },
];

/**
 * @param {object} given
 * @param {() => void} given.onSave
 * @param {(name: string) => import("@codemirror/view").Command} given.command
 * @param {() => void} given.toPanels
 */
export function keys({ onSave, command, toPanels }) {
  const save = () => {
    onSave();
    return true;
  };
  const beside = () => {
    toPanels();
    return true;
  };
  return [
    history(),
    keymap.of([
      // preventDefault also keeps the browser's own "save this page" away when nothing is to be saved.
      { key: "Mod-s", run: save, preventDefault: true },
      { key: "F8", run: nextDiagnostic, shift: previousDiagnostic, preventDefault: true },
      { key: "F6", run: beside, preventDefault: true },
      ...LATER.map(({ key, name }) => ({ key, run: command(name), preventDefault: true })),
      indentWithTab,
      ...defaultKeymap,
      ...historyKeymap,
    ]),
  ];
}
