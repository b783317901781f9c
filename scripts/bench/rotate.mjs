#!/usr/bin/env node
// How fast the vault's key is rotated: data keys per second, on one core and on all there are.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
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

  // Without a server the command does the work itself, and nothing else runs.
  const rotate = (...before) => {
    const [program, ...flags] = [...before, binary(), 'keys', 'rotate', '--data-dir', directory];
    const begun = performance.now();
    execFileSync(program, flags, { env: environment(), stdio: 'pipe' });
    return (2 * CONNECTIONS) / ((performance.now() - begun) / 1_000);
  };
  const rates = { one: [], all: [] };
  for (let round = 0; round < ROUNDS; round++) {
    rates.one.push(rotate('taskset', '--cpu-list', '0'));
    rates.all.push(rotate());
  }
  const line = (what, rounds, least) => row({ what, unit: '/s', rounds, reference: LEAST, of: 'wanted', least });
  print(`${2 * CONNECTIONS} data keys of a database on SQLite, without a server; ${ROUNDS} rotations each, in turns`, [
    line('data keys sealed again on one core, with the start of the command', rates.one, LEAST),
    line(`the same on all ${availableParallelism()} cores`, rates.all),
  ]);
});
