// How long the check of a text may be expected to take.

/** The last few count, and the fastest of them: whatever else the machine does makes checks slower, never faster. */
const KEPT = 4;

/** Of a text that has grown by more than this since, nobody knows. */
const GROWTH = 1.25;

export function pace() {
  let last = 0;
  const seen = [];
  return {
    /** The check of a text of this length took so many milliseconds. */
    took(length, milliseconds) {
      last = length;
      seen.push(milliseconds / Math.max(1, length));
      if (seen.length > KEPT) seen.shift();
    },

    /** Milliseconds to be expected. */
    of: (length) => (length > last * GROWTH ? Infinity : Math.min(Infinity, ...seen) * length),
  };
}
