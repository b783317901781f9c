// What is known of a word, as something to read: a title, a few sentences, a link, and what is wrong there.

import { element } from "../element.js";

/** Sentences in which parts in backquotes are code and empty lines begin a paragraph. */
function paragraphs(text) {
  return text
    .split(/\n\s*\n/)
    .filter((part) => part.trim())
    .map((part) =>
      element("p", {}, ...part.split("`").map((piece, index) => (index % 2 ? element("code", {}, piece) : piece))),
    );
}

function link(url) {
  const words = url.startsWith("/") ? "Documentation" : "Source";
  const reader = element("span", { class: "for-readers" }, " (opens a new tab)");
  return element("p", {}, element("a", { href: url, target: "_blank", rel: "noopener" }, words, reader));
}

/** A hover of the language. */
export function about({ title, text, link: url }) {
  return element(
    "div",
    { class: "card-about" },
    element("p", { class: "card-title" }, element("code", {}, title)),
    ...paragraphs(text),
    url ? link(url) : undefined,
  );
}

/** A problem, with the button that cures it. */
export function problem({ severity, message, cure }, apply) {
  const words = { error: "error", warning: "warning", info: "remark" }[severity];
  return element(
    "div",
    { class: `card-problem card-${severity}` },
    element("p", {}, element("strong", {}, words), ` ${message}`),
    cure && apply ? element("button", { type: "button", click: () => apply(cure) }, cure.label) : undefined,
  );
}
