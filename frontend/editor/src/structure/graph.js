// A picture of the steps. The language says where they stand.

import { drawn, element } from "../element.js";
import { reveal } from "./outline.js";
import { roving } from "./roving.js";

/** As in app/src/workflows/assist.rs. */
const WIDTH = 164;
const HEIGHT = 36;

/** Letters of a name that mostly fit into its box. */
const LETTERS = 18;

const shortened = (name) => ([...name].length <= LETTERS ? name : `${[...name].slice(0, LETTERS - 1).join("")}…`);

export function graph({ go, ask }) {
  const dom = element("div", { class: "graph-place" });
  let steps = [];
  let boxes = [];
  let section;
  let shape;
  const rover = roving(dom, () => boxes);

  const box = (step, [x, y], index) => {
    const name = step.name || "without a name";
    const needs = step.needs.map((need) => steps[need.step].name).join(", ");
    const words = step.kind === "approval" ? "approval" : "step";
    const made = drawn(
      "a",
      {
        class: `graph-step graph-${words}`,
        href: "#workflow-code",
        tabindex: "-1",
        "aria-label": `${name}, ${words}${needs && `, after ${needs}`}`,
        click(event) {
          event.preventDefault();
          go(steps[index]);
        },
      },
      drawn("title", {}, step.image ? `${name}: ${step.image}` : name),
      drawn("rect", { x, y, width: WIDTH, height: HEIGHT, rx: step.kind === "approval" ? HEIGHT / 2 : 6 }),
      drawn("text", { class: "graph-name", x: x + WIDTH / 2, y: y + 23, "text-anchor": "middle" }, shortened(name)),
    );
    return made;
  };

  function picture({ width, height, steps: places, lines }) {
    boxes = steps.map((step, index) => box(step, places[index], index));
    return drawn(
      "svg",
      { class: "graph", role: "group", "aria-label": "Graph of the steps", width, height, viewBox: `0 0 ${width} ${height}` },
      ...lines.map((d) => drawn("path", { class: "graph-line", d })),
      ...boxes,
    );
  }

  return {
    dom,

    async draw({ steps: now, outline }) {
      steps = now;
      section = outline.find(({ name }) => name === "steps");
      const next = JSON.stringify(now.map(({ name, kind, image, needs }) => [name, kind, image, needs]));
      if (next === shape) return;
      shape = next;
      const numbered = now.map(({ needs }, index) => [String(index), needs.map(({ step }) => String(step))]);
      const layout = now.length > 0 ? await ask({ ask: "layout", steps: numbered }) : undefined;
      if (shape !== next) return;
      if (layout) {
        dom.replaceChildren(picture(layout));
        return;
      }
      boxes = [];
      const sentence =
        now.length === 0
          ? "There are no steps in this text yet."
          : "These steps cannot be drawn: they wait for each other in a circle, which Problems tells, or they are too many. The outline lists them.";
      dom.replaceChildren(element("p", { class: "quiet" }, sentence));
    },

    mark(head, doc) {
      const starts = ({ place }) => doc.lineAt(Math.min(place.start_utf16, doc.length)).from <= head;
      const inside = section && section.place.start_utf16 <= head && head <= section.place.end_utf16 + 1;
      const current = inside ? steps.findLastIndex(starts) : -1;
      for (const [index, one] of boxes.entries()) {
        if (index === current) one.setAttribute("aria-current", "true");
        else one.removeAttribute("aria-current");
      }
      const chosen = boxes[current] ?? boxes[0];
      if (chosen && !dom.contains(document.activeElement)) {
        rover.choose(chosen);
        if (current >= 0) reveal(dom.parentElement, chosen);
      }
    },

    focus: () => rover.focus(),
  };
}
