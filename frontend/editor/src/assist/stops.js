// The places of a skeleton that was just put in: Tab goes from one to the next. After the last, with Escape, or when
// the cursor leaves the skeleton, Tab is what it was.

import { EditorSelection, Prec, StateEffect, StateField } from "@codemirror/state";
import { keymap } from "@codemirror/view";

const NONE = { ranges: [], at: 0 };
const set = StateEffect.define();

const field = StateField.define({
  create: () => NONE,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(set)) return effect.value;
    if (value === NONE) return NONE;
    const { changes } = transaction;
    const ranges = value.ranges.map(([from, to]) => [changes.mapPos(from, -1), changes.mapPos(to, 1)]);
    const { head } = transaction.state.selection.main;
    const inside = head >= ranges[0][0] && head <= Math.max(...ranges.map(([, to]) => to));
    return inside ? { ranges, at: value.at } : NONE;
  },
});

function next(view) {
  const { ranges, at } = view.state.field(field);
  const range = ranges[at + 1];
  if (!range) return false;
  view.dispatch({
    selection: EditorSelection.single(...range),
    effects: set.of(at + 2 < ranges.length ? { ranges, at: at + 1 } : NONE),
    scrollIntoView: true,
  });
  return true;
}

function leave(view) {
  if (view.state.field(field) !== NONE) view.dispatch({ effects: set.of(NONE) });
  return false;
}

export const stops = [
  field,
  Prec.highest(
    keymap.of([
      { key: "Tab", run: next },
      { key: "Escape", run: leave },
    ]),
  ),
];

/** The effects that begin with the first of these places, in the order of Tab. */
export function through(ranges) {
  return ranges.length > 1 ? [set.of({ ranges, at: 0 })] : [];
}
