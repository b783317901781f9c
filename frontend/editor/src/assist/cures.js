// A menu of the cures for what is wrong at the cursor, or else in its line.

import { element } from "../element.js";
import { open, say } from "./float.js";

export function cures(view, { problems, carryOut }) {
  const { head } = view.state.selection.main;
  const { from, to } = view.state.doc.lineAt(head);
  const curable = (list) => list.filter(({ cure }) => cure);
  const here = curable(problems(head, head));
  const found = here.length > 0 ? here : curable(problems(from, to));
  if (found.length === 0) {
    say(view, "There is no quick fix for this line.");
    return;
  }
  const items = found.map(({ cure, message }) =>
    element(
      "button",
      {
        type: "button",
        role: "menuitem",
        tabindex: "-1",
        title: message,
        click: () => {
          close();
          carryOut(view, cure.edits);
        },
      },
      cure.label,
    ),
  );
  const menu = element("div", { class: "float float-menu", role: "menu", "aria-label": "Quick fixes", keydown: move }, ...items);
  const close = open(view, head, menu, items[0]);

  function move(event) {
    const at = items.indexOf(document.activeElement);
    const next = {
      ArrowDown: items[(at + 1) % items.length],
      ArrowUp: items[(at + items.length - 1) % items.length],
      Home: items[0],
      End: items.at(-1),
    }[event.key];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}
