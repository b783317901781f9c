// What could be written at the cursor: while typing, and with a key. Tab and Escape keep their meaning: only Enter
// takes what is chosen, and Escape also lets Tab leave the editor.

import {
  acceptCompletion,
  autocompletion,
  closeCompletion,
  completionStatus,
  moveCompletionSelection,
  pickedCompletion,
  startCompletion,
} from "@codemirror/autocomplete";
import { Prec } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { through } from "./stops.js";

/** Until CodeMirror's own time for Escape, then Tab, is over. */
const TAB_LEAVES_MS = 2_000;

/** What goes on with a word for which an answer still holds. */
const WORD = /^[\p{L}\p{N}_.-]*$/u;

export const complete = (view) => startCompletion(view);

export function completion({ ask }) {
  return [
    autocompletion({ override: [source(ask)], defaultKeymap: false, icons: true, maxRenderedOptions: 100 }),
    Prec.highest(
      keymap.of([
        { key: "Enter", run: acceptCompletion },
        { key: "ArrowDown", run: moveCompletionSelection(true) },
        { key: "ArrowUp", run: moveCompletionSelection(false) },
        { key: "PageDown", run: moveCompletionSelection(true, "page") },
        { key: "PageUp", run: moveCompletionSelection(false, "page") },
        { key: "Escape", run: close },
      ]),
    ),
  ];
}

function close(view) {
  if (completionStatus(view.state) === null) return false;
  closeCompletion(view);
  view.setTabFocusMode(TAB_LEAVES_MS);
  return true;
}

function source(ask) {
  return async (context) => {
    if (context.state.readOnly) return null;
    const found = await ask({ ask: "complete", at: context.pos, explicit: context.explicit });
    if (!found || context.aborted) return null;
    const { from_utf16: from, to_utf16: to, items } = found;
    return { from, to, options: items.map(option), validFor: WORD };
  };
}

function option(item, index) {
  return {
    label: item.label,
    type: item.kind,
    detail: item.detail ?? undefined,
    info: item.documentation ?? undefined,
    // The order of the language, where the match is equally good.
    sortText: String(index).padStart(6, "0"),
    apply: (view, chosen, from, to) => apply(view, chosen, from, to, item),
  };
}

function apply(view, chosen, from, to, { insert, stops, also }) {
  const changes = view.state.changes([
    { from, to, insert },
    ...also.map((edit) => ({ from: edit.start_utf16, to: edit.end_utf16, insert: edit.text })),
  ]);
  const start = changes.mapPos(from, -1);
  const places = stops.map(([first, last]) => [start + first, start + last]);
  const [anchor, head] = places[0] ?? [start + insert.length, start + insert.length];
  view.dispatch({
    changes,
    selection: { anchor, head },
    effects: through(places),
    annotations: pickedCompletion.of(chosen),
    userEvent: "input.complete",
    scrollIntoView: true,
  });
}
