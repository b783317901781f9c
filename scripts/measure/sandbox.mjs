// The sandbox as Relay starts it, to be started again by something else: what a run is measured beside.

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { finished, runOf, saved, shown } from './runs.mjs';

const WORKFLOW = 'sandbox';
const PATIENCE_MS = 20_000;

/** Something no other process waits for. */
const SLEEP = '4321';

const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** The process of the sandbox's outermost program: a child of the server that was asked to start `sleep`. */
function outermost(server) {
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = /^PPid:\s+(\d+)$/m.exec(read(`/proc/${id}/status`))?.[1];
    const words = read(`/proc/${id}/cmdline`).split('\0').slice(0, -1);
    if (Number(parent) === server && words.includes(SLEEP)) return { id, words };
  }
  return undefined;
}

/**
 * Starts a step, looks at the command that Relay started for it, and answers a function that gives the same command for
 * another program: an array of words. The user is the same, too.
 */
export async function sandboxOf(relay, cookie) {
  const step = `steps:\n  - name: wait\n    image: any\n    command: sleep\n    args: ["${SLEEP}"]\n`;
  await saved(relay, cookie, WORKFLOW, step);
  const number = await runOf(relay, cookie, WORKFLOW);
  const until = performance.now() + PATIENCE_MS;
  let found;
  while (!found) {
    if (performance.now() > until) throw new Error('the sandbox of a waiting step was not found');
    found = outermost(relay.processId);
    if (!found) await new Promise((look) => setTimeout(look, 5));
  }
  const ids = read(`/proc/${found.id}/status`);
  const user = /^Uid:\s+(\d+)/m.exec(ids)[1];
  const group = /^Gid:\s+(\d+)/m.exec(ids)[1];
  const at = found.words.lastIndexOf('sleep');
  const before = found.words.slice(0, at);
  await relay.call(cookie, 'stop_run', { workflow: WORKFLOW, number: String(number) });
  await finished(() => shown(relay, cookie, WORKFLOW, number));
  const as = process.getuid() === 0 ? ['setpriv', `--reuid=${user}`, `--regid=${group}`, '--clear-groups'] : [];
  return { as, command: (...program) => [...before, ...program] };
}

/** Runs the sandbox around `program` so many times, `parallel` at once; answers the seconds it took. */
export function sandboxes({ as, command }, program, times, parallel) {
  const numbers = Array.from({ length: times }, (_, at) => `${at}\n`).join('');
  const words = [...as, 'xargs', '-n1', `-P${parallel}`, ...command(...program)];
  const started = performance.now();
  const done = spawnSync(words[0], words.slice(1), { input: numbers, stdio: ['pipe', 'ignore', 'pipe'] });
  const seconds = (performance.now() - started) / 1000;
  if (done.status !== 0) throw new Error(`the bare sandbox failed: ${done.stderr}`);
  return seconds;
}

/** What one sandbox around `program` prints. */
export function sandboxed({ as, command }, ...program) {
  const words = [...as, ...command(...program)];
  return execFileSync(words[0], words.slice(1), { encoding: 'utf8' });
}
