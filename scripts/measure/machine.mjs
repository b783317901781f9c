// The machine that is measured on: its figures belong beside every result.

import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone's root folder. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The relay that is measured. */
export function binary() {
  const path = process.env.RELAY_BIN;
  if (!path) throw new Error('set RELAY_BIN to the relay binary to measure, or use make bench');
  const absolute = resolve(path);
  if (!existsSync(absolute)) throw new Error(`RELAY_BIN names ${absolute}, which does not exist`);
  return absolute;
}

/** Settings of whoever measures must not reach what is measured. */
export function environment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('RELAY_') && name !== 'RUST_LOG'),
  );
}

/** Prints what one has to know of the machine before believing a figure. */
export function calibrators() {
  const cores = cpus();
  const [load] = loadavg();
  const busy = load >= 0.3 * cores.length ? '; BUSY: times are upper bounds' : '';
  console.log(`machine: ${cores.length} × ${cores[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB`);
  console.log(`system: Linux ${release()}, Node.js ${process.versions.node}`);
  console.log(`load average at the start: ${load.toFixed(2)}${busy}`);
  console.log(`one core, 10 million additions in JavaScript: ${additions().toFixed(1)} ms\n`);
}

// The best of several, so that it tells of the core and not of its neighbours.
function additions() {
  const times = [];
  for (let round = 0; round < 7; round += 1) {
    const started = performance.now();
    let sum = 0;
    for (let number = 0; number < 1e7; number += 1) sum = (sum + number) | 0;
    times.push(performance.now() - started + (sum === 1 ? 1 : 0));
  }
  return Math.min(...times);
}

/** Resident memory of a process in kB (1000 bytes). */
export function memory(pid) {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  if (!kibibytes) throw new Error(`the kernel does not say how much memory process ${pid} has`);
  return Number(kibibytes) * 1.024;
}
