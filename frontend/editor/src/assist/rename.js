// Gives a name another word everywhere, in a small field at its place.

import { EditorView } from "@codemirror/view";
import { element } from "../element.js";
import { open, say } from "./float.js";

export async function rename(view, { ask }) {
  const at = view.state.selection.main.head;
  const target = await ask({ ask: "renamable", at });
  if (!target) {
    say(view, "There is no name here that can be changed.");
    return;
  }
  const input = element("input", {
    id: "rename-to",
    value: target.name,
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    "aria-describedby": "rename-hint rename-error",
  });
  const error = element("p", { id: "rename-error", class: "float-error", role: "alert" });
  const form = element(
    "form",
    { class: "float float-form", submit: renamed, "aria-label": "Rename" },
    element("label", { for: "rename-to" }, "New name for ", element("code", {}, target.name)),
    input,
    error,
    element("p", { id: "rename-hint", class: "quiet" }, "Enter renames it everywhere, Escape leaves it."),
  );
  const close = open(view, target.place.start_utf16, form, input);
  input.select();

  async function renamed(event) {
    event.preventDefault();
    if (input.value === target.name) {
      close();
      return;
    }
    const before = view.state.doc;
    const answer = await ask({ ask: "rename", at, name: input.value });
    if (!answer || answer.refused) {
      input.setAttribute("aria-invalid", "true");
      error.textContent = answer?.refused ?? "This could not be worked out.";
      return;
    }
    close();
    // The text cannot have changed while the field had the focus, unless something outside has set it.
    if (view.state.doc !== before) return;
    const { edits } = answer;
    const places = `${edits.length} ${edits.length === 1 ? "place" : "places"} changed.`;
    view.dispatch({
      changes: edits.map((edit) => ({ from: edit.start_utf16, to: edit.end_utf16, insert: edit.text })),
      effects: EditorView.announce.of(places),
      userEvent: "input.rename",
    });
  }
}
