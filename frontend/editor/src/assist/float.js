// One small window over the text at a time: a card, a menu, a field, or a sentence. It goes when the text or the
// cursor moves on, and with Escape.

import { Prec, StateEffect, StateField } from "@codemirror/state";
import { closeHoverTooltips, EditorView, keymap, showTooltip } from "@codemirror/view";
import { element } from "../element.js";

const put = StateEffect.define();

const field = StateField.define({
  create: () => null,
  update(shown, transaction) {
    for (const effect of transaction.effects) if (effect.is(put)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : shown;
  },
  provide: (from) => showTooltip.from(from),
});

export const float = [
  field,
  Prec.high(
    keymap.of([
      {
        key: "Escape",
        run(view) {
          if (view.state.field(field)) view.dispatch({ effects: put.of(null) });
          // The key goes on: it also lets Tab leave the editor.
          return false;
        },
      },
    ]),
  ),
];

/**
 * Shows an element at a place and brings the focus into it; Escape or leaving it closes it.
 *
 * @returns {() => void} closes it and brings the focus back
 */
export function open(view, pos, dom, first = dom) {
  let closing = false;
  const close = () => {
    closing = true;
    view.dispatch({ effects: put.of(null) });
    view.focus();
  };
  dom.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  dom.addEventListener("focusout", ({ relatedTarget }) => {
    // Another window of the browser in front takes the focus too, but only for a while.
    if (closing || dom.contains(relatedTarget) || !document.hasFocus()) return;
    closing = true;
    view.dispatch({ effects: put.of(null) });
  });
  const tooltip = {
    pos,
    above: false,
    create: () => ({ dom, mount: () => first.focus({ preventScroll: true }) }),
  };
  view.dispatch({ effects: [put.of(tooltip), closeHoverTooltips] });
  return close;
}

/** Shows a sentence at the cursor, and has it read out. */
export function say(view, sentence) {
  const dom = element("div", { class: "float float-note" }, sentence);
  const tooltip = { pos: view.state.selection.main.head, above: true, create: () => ({ dom }) };
  view.dispatch({ effects: [put.of(tooltip), closeHoverTooltips, EditorView.announce.of(sentence)] });
}
