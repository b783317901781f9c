// Outline and graph beside the text. Both follow the cursor, and lead to the text.

import { EditorView } from "@codemirror/view";
import { graph } from "./graph.js";
import { outline } from "./outline.js";

/**
 * @param {object} given
 * @param {EditorView} given.view
 * @param {HTMLElement} given.panel
 * @param {(question: object) => Promise<any>} given.ask
 * @param {() => void} given.close brings the focus back to the text
 */
export function structure({ view, panel, ask, close }) {
  const go = ({ place, name_place: name }) => {
    const target = name ?? place;
    const clamp = (at) => Math.min(at, view.state.doc.length);
    view.dispatch({
      selection: { anchor: clamp(target.start_utf16), head: clamp(target.end_utf16) },
      effects: EditorView.scrollIntoView(clamp(target.start_utf16), { y: "center" }),
      userEvent: "select",
    });
    view.focus();
  };
  const kinds = { outline: outline({ go }), graph: graph({ go, ask }) };
  let kind = "outline";
  let parts;
  let wanted = false;
  let busy = false;

  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" && event.key !== "F6") return;
    event.preventDefault();
    close();
  });

  // As with checks: one question at a time, and the newest text next.
  async function refresh() {
    wanted = true;
    if (busy) return;
    busy = true;
    while (wanted) {
      wanted = false;
      const answer = await ask({ ask: "structure" });
      if (!answer) continue;
      parts = answer;
      await kinds[kind].draw(parts);
      mark();
    }
    busy = false;
  }

  function mark() {
    if (parts) kinds[kind].mark(view.state.selection.main.head, view.state.doc);
  }

  return {
    async show(which) {
      kind = which;
      panel.replaceChildren(kinds[kind].dom);
      await refresh();
    },

    moved(textChanged) {
      if (textChanged) void refresh();
      else mark();
    },

    focus: () => kinds[kind].focus(),
  };
}
