// How workflow text is coloured and indented. Colours are CSS classes; look.js says which custom property each reads.

import {
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
  syntaxTree,
} from "@codemirror/language";
import { yaml } from "@codemirror/lang-yaml";
import { EditorState, RangeSetBuilder } from "@codemirror/state";
import { Decoration, ViewPlugin } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";

const classes = tagHighlighter([
  { tag: tags.definition(tags.propertyName), class: "code-key" },
  { tag: [tags.string, tags.special(tags.string)], class: "code-string" },
  { tag: tags.lineComment, class: "code-comment" },
  { tag: [tags.typeName, tags.keyword, tags.labelName, tags.attributeValue], class: "code-tag" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace, tags.meta], class: "code-mark" },
]);

// The grammar calls every unquoted value a literal. These are what YAML's core schema reads as something but text.
const NUMBER_LIKE =
  /^(?:[-+]?(?:0x[\da-f]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|\.inf)|\.nan|true|false|null|~)$/i;
const EXPRESSION = /\$\{[^}\n]*\}/g;

const number = Decoration.mark({ class: "code-number" });
const expression = Decoration.mark({ class: "code-expression" });
const TEXT = new Set(["Literal", "QuotedLiteral", "BlockLiteralContent"]);

// Decorates what the grammar has no name for, in the visible part only.
function decorate(view) {
  const builder = new RangeSetBuilder();
  let last = 0;
  for (const { from, to } of view.visibleRanges) {
    syntaxTree(view.state).iterate({
      from,
      to,
      enter(node) {
        // A long block crosses two visible ranges and is met twice.
        const start = Math.max(node.from, from, last);
        const end = Math.min(node.to, to);
        if (!TEXT.has(node.name) || start >= end) return;
        const text = view.state.sliceDoc(start, end);
        if (node.name === "Literal" && NUMBER_LIKE.test(text)) {
          if (node.node.parent?.name !== "Key") builder.add(start, end, number);
        } else {
          for (const match of text.matchAll(EXPRESSION)) {
            builder.add(start + match.index, start + match.index + match[0].length, expression);
          }
        }
        last = end;
      },
    });
  }
  return builder.finish();
}

const values = ViewPlugin.fromClass(
  class {
    constructor(view) {
      this.decorations = decorate(view);
    }
    update(update) {
      if (
        update.docChanged ||
        update.viewportChanged ||
        syntaxTree(update.startState) !== syntaxTree(update.state)
      ) {
        this.decorations = decorate(update.view);
      }
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

export function workflowLanguage() {
  return [
    yaml(),
    syntaxHighlighting(classes),
    values,
    indentUnit.of("  "),
    EditorState.tabSize.of(2),
    indentOnInput(),
    bracketMatching(),
  ];
}
