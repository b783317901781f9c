#!/usr/bin/env node
// How fast the vault's key is rotated: data keys per second, by one process on one core at a time.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { binary, environment } from '../measure/machine.mjs';
import { addAdministrator, Relay, withDirectory } from '../measure/relay.mjs';
import { print, row } from '../measure/table.mjs';

/** Connections; each has two values. */
const CONNECTIONS = 4_000;
const ROUNDS = 5;
const AT_ONCE = 8;

/** Goal of the project. */
const LEAST = 3_000;

await withDirectory(async (directory) => {
  addAdministrator(directory);
  const relay = await Relay.start(directory);
  const cookie = await relay.signIn();
  let number = 0;
  const add = async () => {
    for (let mine = number++; mine < CONNECTIONS; mine = number++) {
      await relay.post(cookie, 'add_connection', {
        id: randomBytes(16).toString('hex'),
        type_name: 'aws',
        name: `connection ${mine}`,
        'values[accessKeyID]': `AKIA${mine}`,
        'values[secretAccessKey]': randomBytes(30).toString('base64'),
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, add));
  await relay.stop();

  const rates = [];
  for (let round = 0; round < ROUNDS; round++) {
    // Without a server the command does the work itself, and nothing else runs.
    const begun = performance.now();
    execFileSync(binary(), ['keys', 'rotate', '--data-dir', directory], { env: environment(), stdio: 'pipe' });
    rates.push((2 * CONNECTIONS) / ((performance.now() - begun) / 1_000));
  }
  print(`${2 * CONNECTIONS} data keys of a database on SQLite, without a server; median of ${ROUNDS} rotations`, [
    row({
      what: 'data keys sealed again, with the start of the command',
      unit: '/s',
      rounds: rates,
      reference: LEAST,
      of: 'wanted',
      least: LEAST,
    }),
  ]);
});
