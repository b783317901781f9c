// What the editor does for somebody who asks: loaded when the editor is first touched.

import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { complete, completion } from "./completion.js";
import { cures } from "./cures.js";
import { definitionByPointer, goToDefinition } from "./definition.js";
import { explain, hover } from "./explain.js";
import { float, say } from "./float.js";
import { rename } from "./rename.js";
import { stops } from "./stops.js";

/** The extension. */
export function assist(tools) {
  return [
    float,
    stops,
    completion(tools),
    hover(tools),
    definitionByPointer(tools),
    search({ top: true }),
    highlightSelectionMatches(),
    keymap.of(searchKeymap),
  ];
}

const READ_ONLY = "You can read this text, not change it.";

/** What the keys do. */
export function commands(tools) {
  const changing = (work) => (view) => (view.state.facet(EditorState.readOnly) ? say(view, READ_ONLY) : work(view, tools));
  return {
    complete: changing(complete),
    cures: changing(cures),
    rename: changing(rename),
    explain: (view) => explain(view, tools),
    find: openSearchPanel,
    goToDefinition: (view) => goToDefinition(view, tools),
  };
}
