// What the disk takes to make something durable.

import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK = Buffer.alloc(4096, 1);

/** Seconds that so many writes of 4 KiB take when each is made durable before the next. */
export function commits(directory, times) {
  const file = openSync(join(directory, 'commits'), 'a');
  const started = performance.now();
  for (let time = 0; time < times; time += 1) {
    writeSync(file, BLOCK);
    fdatasyncSync(file);
  }
  const seconds = (performance.now() - started) / 1000;
  closeSync(file);
  return seconds;
}
