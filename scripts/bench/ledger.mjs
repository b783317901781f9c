#!/usr/bin/env node
// How fast `relay ledger verify` walks a long ledger, and what its indexes cost whoever appends to it.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { native } from '../measure/cargo.mjs';
import { binary, calibrators, environment } from '../measure/machine.mjs';
import { addAdministrator, Relay, withDirectory } from '../measure/relay.mjs';
import { print, row } from '../measure/table.mjs';

const ROUNDS = 6;

function verify(directory) {
  const begun = performance.now();
  const said = execFileSync(binary(), ['ledger', 'verify', '--data-dir', directory], { env: environment(), encoding: 'utf8' });
  const seconds = (performance.now() - begun) / 1_000;
  const [, entries] = /^the ledger is whole: (\d+) entr(?:y|ies)/m.exec(said) ?? [];
  if (!entries) throw new Error(`the ledger was not verified: ${said}`);
  return { entries: Number(entries), rate: Number(entries) / seconds };
}

calibrators();
await withDirectory(async (directory) => {
  addAdministrator(directory);
  // The key and the first checkpoint.
  await (await Relay.start(directory)).stop();
  const program = native('store', 'ledger');
  const { entries, read, alone, together } = JSON.parse(
    execFileSync(program, [join(directory, 'relay.db')], { encoding: 'utf8' }),
  );
  const walks = Array.from({ length: ROUNDS }, () => verify(directory)).slice(1);
  if (walks.some((walk) => walk.entries < entries)) throw new Error('the ledger is shorter than it was made');

  print(`a ledger of ${entries} entries on SQLite`, [
    row({
      what: 'relay ledger verify, with the start of the command',
      unit: 'entries/s',
      rounds: walks.map(({ rate }) => rate),
      reference: read,
      of: 'only read by the store',
    }),
  ]);
  const line = (what, { indexed, bare }) =>
    row({ what, unit: 'µs', rounds: indexed, reference: bare, of: 'without the indexes of the table' });
  print(`an entry more in such a ledger, on SQLite, synchronous=FULL`, [
    line('with a commit of its own, as for a hand-out', alone),
    line('among a thousand in one transaction', together),
  ]);
});
