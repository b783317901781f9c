// The buttons for outline and graph above the text. What they open is loaded when it is first opened; which one was
// open is remembered in this browser.

import { element } from "./element.js";

const KINDS = ["outline", "graph"];
const WORDS = { outline: "Outline", graph: "Graph" };
const KEPT = "relay.structure";

function remembered() {
  try {
    const kind = localStorage.getItem(KEPT);
    return KINDS.includes(kind) ? kind : undefined;
  } catch {
    // A browser that keeps nothing begins with the text alone.
    return undefined;
  }
}

function remember(kind) {
  try {
    localStorage.setItem(KEPT, kind ?? "");
  } catch {
    // See above.
  }
}

/**
 * @param {object} given
 * @param {import("@codemirror/view").EditorView} given.view
 * @param {HTMLElement} given.panel where they go
 * @param {(question: object) => Promise<any>} given.ask
 */
export function panels({ view, panel, ask }) {
  let shown;
  let content;
  const buttons = KINDS.map((kind) =>
    element(
      "button",
      { type: "button", "aria-expanded": "false", "aria-controls": panel.id, click: () => void show(kind === shown ? undefined : kind) },
      WORDS[kind],
    ),
  );
  view.dom.before(element("div", { class: "editor-bar", role: "group", "aria-label": "Beside the text" }, ...buttons));

  async function show(kind) {
    shown = kind;
    remember(kind);
    panel.hidden = !kind;
    panel.dataset.shown = kind ?? "";
    if (kind) panel.setAttribute("aria-label", WORDS[kind]);
    for (const [index, button] of buttons.entries()) button.setAttribute("aria-expanded", String(KINDS[index] === kind));
    if (!kind) return;
    content ??= import("./structure/index.js").then(
      ({ structure }) => structure({ view, panel, ask, close: () => view.focus() }),
      () => {
        // Perhaps the network is back the next time.
        content = undefined;
      },
    );
    await (await content)?.show(kind);
  }

  const open = remembered();
  if (open) void show(open);

  return {
    /** The text or the cursor has moved. */
    moved(textChanged) {
      if (shown) void content?.then((part) => part?.moved(textChanged));
    },

    /** Brings the focus to what is open, or opens the outline. */
    async focus() {
      await show(shown ?? "outline");
      (await content)?.focus();
    },
  };
}
