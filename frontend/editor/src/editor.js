// The workflow page's code editor: the only module of the bundle that the page calls.
//
//   const editor = mount({ parent, textarea, nonce, readOnly, label, onChange, onSave, onCursor });
//
// Places in the text are UTF-16 offsets into `editor.text()`, whose lines always end in a single "\n".

import { Annotation, Compartment, EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { asShown, diagnostics } from "./diagnostics.js";
import { keys } from "./keys.js";
import { workflowLanguage } from "./language.js";
import { look } from "./look.js";
import { takeOver } from "./textarea.js";

// Marks a change that came through the handle, not from the person: onChange is not told about it.
const fromOutside = Annotation.define();

/**
 * Puts the editor in the textarea's place, with its text, selection and focus.
 *
 * @param {object} options
 * @param {HTMLElement} options.parent where the editor goes; exactly to the textarea's place when that is inside
 * @param {HTMLTextAreaElement} options.textarea leaves the document now and comes back with destroy()
 * @param {string} options.nonce the page's CSP nonce, for the one style element the editor makes
 * @param {boolean} options.readOnly the text can be read, selected and searched, not changed
 * @param {string} options.label the text box's accessible name
 * @param {(text: string) => void} options.onChange told about every change a person makes
 * @param {() => void} options.onSave told when a person presses the key for saving
 * @param {(offset: number) => void} [options.onCursor] told when the cursor moves
 */
export function mount({ parent, textarea, nonce, readOnly, label, onChange, onSave, onCursor }) {
  const access = new Compartment();
  const { doc, selection, attributes, replace, restore } = takeOver(textarea, parent);

  const view = new EditorView({
    state: EditorState.create({
      doc,
      selection,
      extensions: [
        EditorView.cspNonce.of(nonce),
        EditorView.contentAttributes.of({ ...attributes, "aria-label": label, tabindex: "0" }),
        access.of(EditorState.readOnly.of(readOnly)),
        keys(onSave),
        workflowLanguage(),
        diagnostics(),
        look(),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !update.transactions.some((t) => t.annotation(fromOutside))) {
            onChange(update.state.doc.toString());
          }
          if (update.selectionSet || update.docChanged) {
            onCursor?.(update.state.selection.main.head);
          }
        }),
      ],
    }),
  });
  replace(view);

  const clamp = (offset) => Math.max(0, Math.min(offset, view.state.doc.length));

  return {
    text: () => view.state.doc.toString(),

    /** Replaces the whole text as one step that can be undone; does not call onChange. */
    setText(text) {
      const insert = view.state.toText(text);
      if (insert.eq(view.state.doc)) return;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert },
        selection: { anchor: Math.min(view.state.selection.main.head, insert.length) },
        annotations: fromOutside.of(true),
      });
    },

    /** Shows exactly these: [{from, to, severity: "error"|"warning"|"info", message, code}]. */
    setDiagnostics(list) {
      view.dispatch(asShown(view.state, list, clamp));
    },

    /** Selects a place, brings it to the middle of what can be seen, and focuses the editor. */
    goTo(from, to = from) {
      const anchor = clamp(from);
      const head = clamp(to);
      view.dispatch({
        selection: { anchor, head },
        effects: EditorView.scrollIntoView(anchor, { y: "center" }),
      });
      view.focus();
    },

    focus: () => view.focus(),

    setReadOnly(value) {
      view.dispatch({ effects: access.reconfigure(EditorState.readOnly.of(value)) });
    },

    /** Takes the editor away; the textarea is back in its place, with the text as it is now. */
    destroy: () => restore(view),
  };
}
