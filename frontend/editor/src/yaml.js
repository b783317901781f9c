// How workflow text is coloured and indented. Colours are CSS classes; look.js says which custom property each reads.
//
// The text is read line by line, and no further than what is seen: the language in its worker knows what it means, so
// this only has to be quick. A line begins in the state in which the one before ended.

import { bracketMatching, indentService, indentUnit } from "@codemirror/language";
import { EditorState, RangeSetBuilder } from "@codemirror/state";
import { Decoration, ViewPlugin } from "@codemirror/view";

/** Between lines: inside which quotes, inside how many brackets, and below which column a block of text ends. */
const START = { quote: "", depth: 0, block: -1 };

/** Colours of a line longer than this end here. */
const LONGEST = 5_000;

/** Whoever jumps further than this into an unread text gets colours that begin a little above, in a fresh state. */
const FAR = 3_000;
const ABOVE = 300;

// What YAML's core schema reads as something but text.
const NUMBER_LIKE =
  /^(?:[-+]?(?:0x[\da-f]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|\.inf)|\.nan|true|false|null|~)$/i;
const EXPRESSION = /\$\{[^}\n]*\}/g;
const BLOCK = /^[|>][-+\d]{0,2}(?=\s*(?:#.*)?$)/;
const BEGINS_WITH = { "!": /^![^\s,[\]{}]*/, "&": /^&[^\s,[\]{}]+/, "*": /^\*[^\s,[\]{}]+/ };

const marks = Object.fromEntries(
  ["key", "string", "number", "comment", "tag", "mark", "expression"].map((name) => [
    name,
    Decoration.mark({ class: `code-${name}` }),
  ]),
);

/** Where the string that is open ends in this line: behind its quote, or nowhere. */
function closing(line, from, quote) {
  for (let at = from; at < line.length; at += 1) {
    if (quote === '"' && line[at] === "\\") at += 1;
    else if (line[at] === quote) {
      if (quote === "'" && line[at + 1] === "'") at += 1;
      else return at + 1;
    }
  }
  return -1;
}

/** Where the plain scalar that begins here ends. */
function plainEnd(line, from, depth) {
  for (let at = from; at < line.length; at += 1) {
    const next = line[at + 1];
    if (line[at] === ":" && (next === undefined || next === " " || (depth > 0 && ",[]{}".includes(next)))) return at;
    if (line[at] === "#" && at > from && line[at - 1] === " ") return at;
    if (depth > 0 && ",[]{}".includes(line[at])) return at;
  }
  return line.length;
}

/** Tells `put(from, to, name)` of each part of the line, in order; answers the state after it. */
export function read(whole, { quote, depth, block }, put) {
  const line = whole.slice(0, LONGEST);
  const expressions = (from, to) => {
    for (const match of line.slice(from, to).matchAll(EXPRESSION)) {
      put(from + match.index, from + match.index + match[0].length, "expression");
    }
  };
  const text = (from, to, name) => {
    if (name) put(from, to, name);
    if (name !== "key") expressions(from, to);
  };
  const indent = line.search(/\S/);
  if (block >= 0) {
    if (indent < 0 || indent > block) {
      expressions(0, line.length);
      return { quote, depth, block };
    }
    block = -1;
  }
  if (!quote && depth === 0 && /^(?:---|\.\.\.)(?:\s|$)/.test(line)) {
    put(0, 3, "mark");
    return START;
  }

  let at = 0;
  // Whether a list item or a key may begin here, and the column of the innermost one that did.
  let fresh = depth === 0;
  let column = Math.max(indent, 0);
  const isKey = (end) => /^\s*:(?:\s|$|[,[\]{}])/.test(line.slice(end, end + 40));
  while (at < line.length) {
    if (quote) {
      const end = closing(line, at, quote);
      text(at, end < 0 ? line.length : end, "string");
      if (end < 0) return { quote, depth, block };
      at = end;
      quote = "";
      continue;
    }
    const letter = line[at];
    const rest = () => line.slice(at);
    if (letter === " " || letter === "\t") {
      at += 1;
    } else if (letter === "#" && (at === 0 || /\s/.test(line[at - 1]))) {
      put(at, line.length, "comment");
      break;
    } else if (fresh && /^[-?](?:\s|$)/.test(rest())) {
      put(at, at + 1, "mark");
      column = at;
      at += 1;
    } else if ("[{".includes(letter) || (depth > 0 && ",]}".includes(letter))) {
      put(at, at + 1, "mark");
      depth = Math.max(0, depth + ({ "[": 1, "{": 1, ",": 0 }[letter] ?? -1));
      at += 1;
      fresh = false;
    } else if (letter === ":" && plainEnd(line, at, depth) === at) {
      put(at, at + 1, "mark");
      at += 1;
    } else if (BEGINS_WITH[letter]?.test(rest())) {
      const end = at + rest().match(BEGINS_WITH[letter])[0].length;
      put(at, end, "tag");
      at = end;
    } else if (depth === 0 && BLOCK.test(rest())) {
      const end = at + rest().match(BLOCK)[0].length;
      put(at, end, "string");
      block = column;
      at = end;
    } else if (letter === '"' || letter === "'") {
      const end = closing(line, at + 1, letter);
      if (end < 0) {
        text(at, line.length, "string");
        return { quote: letter, depth, block };
      }
      if (isKey(end)) column = fresh ? at : column;
      text(at, end, isKey(end) ? "key" : "string");
      at = end;
      fresh = false;
    } else {
      const end = Math.max(plainEnd(line, at, depth), at + 1);
      const words = line.slice(at, end).trimEnd();
      if (line[end] === ":") {
        put(at, at + words.length, "key");
        if (fresh) column = at;
      } else {
        text(at, end, NUMBER_LIKE.test(words) ? "number" : undefined);
      }
      at = end;
      fresh = false;
    }
  }
  return { quote, depth, block };
}

const colours = ViewPlugin.fromClass(
  class {
    /** The state before each line that was read; the first line is number 1. */
    before = [START, START];

    constructor(view) {
      this.decorations = this.decorate(view);
    }

    update({ docChanged, viewportChanged, changes, startState, view }) {
      if (docChanged) {
        let first = startState.doc.length;
        changes.iterChangedRanges((from) => (first = Math.min(first, from)));
        this.before.length = Math.min(this.before.length, startState.doc.lineAt(first).number + 1);
      }
      if (docChanged || viewportChanged) this.decorations = this.decorate(view);
    }

    /** The state before this line. */
    state(doc, number) {
      const known = this.before.length - 1;
      if (number <= known) return this.before[number];
      const far = number - known > FAR;
      let line = far ? number - ABOVE : known;
      let state = far ? START : this.before[known];
      for (const text of doc.iterLines(line, number)) {
        state = read(text, state, () => {});
        line += 1;
        if (!far) this.before[line] = state;
      }
      return state;
    }

    decorate(view) {
      const { doc } = view.state;
      const builder = new RangeSetBuilder();
      let last = 0;
      for (const { from, to } of view.visibleRanges) {
        // A long line is in several ranges.
        let { number } = doc.lineAt(Math.max(from, last));
        const end = doc.lineAt(to).number;
        let state = this.state(doc, number);
        for (; number <= end; number += 1) {
          const line = doc.line(number);
          if (line.from < last) continue;
          state = read(line.text, state, (start, stop, name) => {
            if (start < stop) builder.add(line.from + start, line.from + stop, marks[name]);
          });
          last = line.to + 1;
        }
        if (last > doc.length) break;
      }
      return builder.finish();
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

/** A new line stands below the key it continues, or deeper behind what opens a block. */
const indentation = indentService.of((context, pos) => {
  const { text, from } = context.lineAt(pos, -1);
  const before = text.slice(0, pos - from).replace(/\s#.*$/, "").trimEnd();
  const [, blanks, dashes] = /^(\s*)((?:- +)*)/.exec(before);
  const content = before.slice(blanks.length + dashes.length);
  const column = blanks.length + (/:(?:\s|$)/.test(content) ? dashes.length : 0);
  return /(?::|[|>][-+\d]{0,2}|[[{])$/.test(content) ? column + context.unit : column;
});

export function workflowLanguage() {
  return [
    colours,
    indentation,
    indentUnit.of("  "),
    EditorState.tabSize.of(2),
    EditorState.languageData.of(() => [{ commentTokens: { line: "#" } }]),
    bracketMatching(),
  ];
}
