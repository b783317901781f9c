// 200 edits of a workflow, the same for everybody who is measured: each a stretch of the text as it is then, and what
// comes in its place. Every second one takes back what the one before it did, so that the text stays what it was.

/** The same numbers every time. */
function chance(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** A key that is typed, a text that is pasted, a selection that is deleted or typed over. */
const KINDS = ['insert', 'indent', 'paste', 'delete', 'rename'];

/** 50 lines of steps, with a syntax error in the middle. */
function steps(number) {
  const one = (at, image) =>
    `- name: pasted-${number}-${at}\n  image: ${image}\n  spec:\n    shop: shop-${at}\n    token: !Secret token-${at}\n`;
  return Array.from({ length: 10 }, (_, at) => one(at, at === 5 ? 'example/shop: wrong' : 'example/shop')).join('');
}

/** What the edits of one kind do to this text: from, to, text; `wrong` is the line that has a syntax error then. */
function edit(kind, text, number, below) {
  const pick = (pattern) => {
    const all = [...text.matchAll(pattern)];
    return all[below(all.length)];
  };
  const line = (at) => text.slice(0, at).split('\n').length;
  switch (kind) {
    case 'insert': {
      const at = pick(/^ {2}image: (?=example)/gm);
      const from = at.index + at[0].length;
      return { from, to: from, text: '%', wrong: line(from) };
    }
    case 'indent': {
      const at = pick(/^ {2}(?=image: example.*\n {2}dependsOn)/gm);
      return { from: at.index, to: at.index, text: ' ', wrong: line(at.index) };
    }
    case 'paste': {
      const at = pick(/^(?=# Shop)/gm);
      return { from: at.index, to: at.index, text: steps(number), wrong: line(at.index) + 26 };
    }
    case 'delete': {
      const at = pick(/^- name: validate[^]*?(?=^- name: price)/gm);
      return { from: at.index, to: at.index + at[0].length, text: '' };
    }
    default: {
      const at = pick(/(?<=type: postgresql, name: )prices-\d+/g);
      return { from: at.index, to: at.index + at[0].length, text: `archive-${number}` };
    }
  }
}

/** The edits of a text. */
export function edits(text, count = 200, seed = 4) {
  const below = chance(seed);
  const all = [];
  for (let number = 0; all.length < count; number += 1) {
    const kind = KINDS[number % KINDS.length];
    const there = edit(kind, text, number, below);
    all.push({ kind, ...there, after: text.slice(0, there.from) + there.text + text.slice(there.to) });
    const back = { from: there.from, to: there.from + there.text.length, text: text.slice(there.from, there.to) };
    all.push({ kind, ...back, after: text });
  }
  return all;
}
