// Figures, and the table they are printed in.

/** The middle one; between the two middle ones when there are two. */
export function median(numbers) {
  if (numbers.length === 0) throw new Error('there is no median of nothing');
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Half the figures lie this close together. */
export function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (part) => sorted[Math.round((sorted.length - 1) * part)];
  return at(0.75) - at(0.25);
}

export const digits = (number) => (number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toFixed(2));

/**
 * One line: `rounds` of what is measured and of its reference (or one number each), in `unit`. The goal is a
 * `limit` of the measured figure itself or the `least` it may be, or `atMost` or `atLeast` of the ratio to the reference;
 * none is fine too.
 */
export function row({ what, unit, rounds, reference, of, limit, least, atMost, atLeast }) {
  const measured = middle(rounds);
  const beside = middle(reference);
  const ratio = measured / beside;
  return {
    what,
    measured: shown(rounds, unit),
    reference: `${shown(reference, unit)} ${of}`,
    ratio: digits(ratio),
    goal: goal(unit, { limit, least, atMost, atLeast }),
    verdict: verdict(measured, ratio, { limit, least, atMost, atLeast }),
  };
}

const middle = (figures) => (Array.isArray(figures) ? median(figures) : figures);

function shown(figures, unit) {
  const value = `${digits(middle(figures))} ${unit}`;
  return Array.isArray(figures) && spread(figures) > 0 ? `${value} (±${digits(spread(figures) / 2)})` : value;
}

function goal(unit, { limit, least, atMost, atLeast }) {
  if (limit !== undefined) return `≤ ${limit} ${unit}`;
  if (least !== undefined) return `≥ ${least} ${unit}`;
  if (atMost !== undefined) return `≤ ${atMost} ×`;
  return atLeast === undefined ? '' : `≥ ${atLeast} ×`;
}

function verdict(measured, ratio, { limit, least, atMost, atLeast }) {
  if (limit === undefined && least === undefined && atMost === undefined && atLeast === undefined) return '';
  const met =
    measured <= (limit ?? Infinity) && measured >= (least ?? 0) && ratio <= (atMost ?? Infinity) && ratio >= (atLeast ?? 0);
  return met ? 'met' : 'MISSED';
}

const HEADINGS = {
  what: 'what',
  measured: 'measured',
  reference: 'reference',
  ratio: 'ratio',
  goal: 'goal',
  verdict: '',
};

/** Prints rows under a line that says how often and how it was measured. */
export function print(how, rows) {
  const lines = [HEADINGS, ...rows];
  const width = (column) => Math.max(...lines.map((line) => line[column].length));
  const columns = Object.keys(HEADINGS).map((column) => [column, width(column)]);
  console.log(how);
  for (const line of lines) {
    console.log(`  ${columns.map(([column, cells]) => line[column].padEnd(cells)).join('  ')}`.trimEnd());
  }
  console.log('');
}
