// From a name to where it is declared.

import { EditorView } from "@codemirror/view";
import { say } from "./float.js";

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

async function go(view, at, { ask }) {
  const place = await ask({ ask: "definition", at });
  if (!place) {
    say(view, "Nothing is declared for this place.");
    return;
  }
  view.dispatch({
    selection: { anchor: place.start_utf16, head: place.end_utf16 },
    effects: EditorView.scrollIntoView(place.start_utf16, { y: "center" }),
    userEvent: "select",
  });
  view.focus();
}

export function goToDefinition(view, tools) {
  return go(view, view.state.selection.main.head, tools);
}

/** Ctrl-click, on a Mac Cmd-click. */
export function definitionByPointer(tools) {
  return EditorView.domEventHandlers({
    mousedown(event, view) {
      if (event.button !== 0 || !(MAC ? event.metaKey : event.ctrlKey)) return false;
      const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
      if (at === null) return false;
      event.preventDefault();
      void go(view, at, tools);
      return true;
    },
  });
}
