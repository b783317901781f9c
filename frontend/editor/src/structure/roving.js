// One stop for Tab in a list, arrow keys inside it.

/** Lets arrow keys, Home and End move through what `items` gives. */
export function roving(dom, items) {
  const choose = (item) => {
    for (const one of items()) one.setAttribute("tabindex", one === item ? "0" : "-1");
  };
  dom.addEventListener("keydown", (event) => {
    const all = items();
    const at = all.indexOf(document.activeElement);
    if (at < 0) return;
    const next = {
      ArrowDown: all[at + 1],
      ArrowRight: all[at + 1],
      ArrowUp: all[at - 1],
      ArrowLeft: all[at - 1],
      Home: all[0],
      End: all.at(-1),
    }[event.key];
    if (!next) return;
    event.preventDefault();
    choose(next);
    next.focus();
  });
  return {
    choose,
    /** Brings the focus to where Tab would. */
    focus: () => (items().find((one) => one.getAttribute("tabindex") === "0") ?? items()[0])?.focus(),
  };
}
