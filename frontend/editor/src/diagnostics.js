// Squiggles, gutter marks and their tooltips. Nothing is checked here: the page checks and hands the result in.

import { lintGutter, linter, setDiagnostics } from "@codemirror/lint";

export function diagnostics() {
  // A linter without a source only configures: marks stay where their text moves until the next result arrives.
  return [linter(null), lintGutter()];
}

/** The transaction that shows these diagnostics; places outside the text are moved to its nearest end. */
export function asShown(state, list, clamp) {
  return setDiagnostics(
    state,
    list.map(({ from, to, severity, message, code }) => {
      const start = clamp(from);
      return { from: start, to: Math.max(start, clamp(to)), severity, message, source: code };
    }),
  );
}
