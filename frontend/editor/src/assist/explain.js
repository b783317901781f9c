// The card about a word: under the pointer, or with a key at the cursor.

import { EditorState } from "@codemirror/state";
import { hoverTooltip } from "@codemirror/view";
import { element } from "../element.js";
import { about, problem } from "./card.js";
import { open, say } from "./float.js";

export function hover({ ask }) {
  return hoverTooltip(async (view, pos) => {
    const known = await ask({ ask: "hover", at: pos });
    if (!known) return null;
    const dom = element("div", { class: "float float-card" }, about(known));
    return { pos: known.place.start_utf16, end: known.place.end_utf16, above: true, create: () => ({ dom }) };
  });
}

/** Shows all that is known of the cursor's place, so that it can be read, followed and used by keyboard. */
export async function explain(view, { ask, problems, carryOut }) {
  const at = view.state.selection.main.head;
  const known = await ask({ ask: "hover", at });
  const wrong = problems(at, at);
  if (!known && wrong.length === 0) {
    say(view, "Nothing is known of this place.");
    return;
  }
  const cure = view.state.facet(EditorState.readOnly)
    ? undefined
    : ({ edits }) => {
        close();
        carryOut(view, edits);
      };
  const dom = element(
    "div",
    { class: "float float-card", role: "dialog", tabindex: "-1", "aria-label": known ? `About ${known.title}` : "Problems here" },
    ...wrong.map((one) => problem(one, cure)),
    known ? about(known) : undefined,
  );
  const close = open(view, known?.place.start_utf16 ?? at, dom);
}
