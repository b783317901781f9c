// The parts of the text as a list to jump.

import { element } from "../element.js";
import { roving } from "./roving.js";

const KINDS = { parameter: "parameter", trigger: "trigger", container: "step", approval: "approval" };

export function outline({ go }) {
  const list = element("ul", { class: "outline" });
  const empty = element("p", { class: "quiet" }, "There is nothing in this text yet.");
  const dom = element("div", {}, list, empty);
  // Each with its button, from the top.
  let entries = [];
  let shape;
  const rover = roving(list, () => entries.map(({ button }) => button));

  const made = (item) => {
    const entry = { item };
    entry.button = element(
      "button",
      { type: "button", class: "outline-item", tabindex: "-1", click: () => go(entry.item) },
      element("span", { class: "outline-name" }, item.name || "without a name"),
      KINDS[item.kind] && element("span", { class: "outline-kind" }, KINDS[item.kind]),
    );
    entries.push(entry);
    const below = item.children.map(made);
    return element("li", {}, entry.button, below.length > 0 ? element("ul", {}, ...below) : undefined);
  };
  const flat = (items) => items.flatMap((item) => [item, ...flat(item.children)]);

  return {
    dom,

    draw({ outline: items }) {
      const all = flat(items);
      const now = JSON.stringify(all.map(({ name, kind }) => [name, kind]));
      if (now === shape) {
        // Only places have changed: the buttons stay, and with them the focus.
        for (const [index, item] of all.entries()) entries[index].item = item;
        return;
      }
      shape = now;
      entries = [];
      list.replaceChildren(...items.map(made));
      empty.hidden = entries.length > 0;
    },

    mark(head, doc) {
      const starts = ({ item }) => doc.lineAt(Math.min(item.place.start_utf16, doc.length)).from <= head;
      const current = entries.findLast(starts);
      for (const entry of entries) {
        if (entry === current) entry.button.setAttribute("aria-current", "true");
        else entry.button.removeAttribute("aria-current");
      }
      const chosen = current ?? entries[0];
      if (chosen && !dom.contains(document.activeElement)) {
        rover.choose(chosen.button);
        reveal(dom.parentElement, chosen.button);
      }
    },

    focus: () => rover.focus(),
  };
}

/** Scrolls the panel, and nothing around it. */
export function reveal(panel, target) {
  if (!panel) return;
  const [outer, inner] = [panel.getBoundingClientRect(), target.getBoundingClientRect()];
  if (inner.top < outer.top) panel.scrollTop += inner.top - outer.top - 8;
  if (inner.bottom > outer.bottom) panel.scrollTop += inner.bottom - outer.bottom + 8;
  if (inner.left < outer.left) panel.scrollLeft += inner.left - outer.left - 8;
  if (inner.right > outer.right) panel.scrollLeft += inner.right - outer.right + 8;
}
