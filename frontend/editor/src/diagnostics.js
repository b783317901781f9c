// Squiggles, gutter marks and their tooltips. Nothing is checked here: the language's answer is shown.

import { lintGutter, linter, setDiagnostics } from "@codemirror/lint";
import { ChangeSet } from "@codemirror/state";

export function diagnostics() {
  // A linter without a source only configures: marks stay where their text moves until the next result arrives.
  return [linter(null), lintGutter()];
}

/**
 * What the last check said, and how the text has changed since it began.
 *
 * A check takes a moment in which somebody may go on typing. Places of its answer are moved along.
 */
export function remarks(readOnly) {
  let list = [];
  // Changes since the text of `list`, and since the text whose check is under way.
  let since;
  let under;

  // A change at the place of a cure may have made it wrong; the next check has a new one at once.
  const touched = ([from, to]) => since.touchesRange(from, to);

  const carryOut = (view, edits) => {
    if (readOnly() || edits.some(touched)) return false;
    const changes = edits.map(([from, to, insert]) => ({ from: since.mapPos(from), to: since.mapPos(to), insert }));
    view.dispatch({ changes, userEvent: "input.fix", scrollIntoView: true });
    return true;
  };

  /** The place of a remark in the text as it is. */
  const moved = ({ from, to }) => {
    const start = since.mapPos(Math.min(from, since.length), 1);
    return { from: start, to: Math.max(start, since.mapPos(Math.min(to, since.length), -1)) };
  };

  const marks = (remarks, place) =>
    remarks.map((remark) => ({
      ...place(remark),
      severity: remark.severity,
      message: remark.message,
      source: remark.code,
      actions: remark.cure && !readOnly() ? [action(remark.cure)] : [],
    }));

  return {
    /** A check begins with this text. */
    taken(doc) {
      under = ChangeSet.empty(doc.length);
    },

    /** The text has changed. */
    changed(change) {
      under = under?.compose(change);
      since = since?.compose(change);
    },

    /** The transaction that shows what the check has found; none when a later text has been checked meanwhile. */
    found(state, remarks) {
      if (!under) return undefined;
      list = remarks;
      since = under;
      under = undefined;
      return setDiagnostics(state, marks(list, moved));
    },

    /** The effects that show what a check has found, for the transaction that makes the checked text. */
    effects: (state, remarks) => setDiagnostics(state, marks(remarks, ({ from, to }) => ({ from, to }))).effects,

    /** They are shown, with this text. */
    shown(doc, remarks) {
      list = remarks;
      since = ChangeSet.empty(doc.length);
      under = undefined;
    },

    /** Those that touch this stretch of the text as it is. */
    at(from, to) {
      return list.map((remark) => ({ ...remark, ...moved(remark) })).filter((one) => one.from <= to && one.to >= from);
    },

    carryOut,
  };

  function action({ label, edits }) {
    return { name: label, apply: (view) => carryOut(view, edits) };
  }
}
