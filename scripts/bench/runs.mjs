#!/usr/bin/env node
// How fast runs go: a chain, a fan-out and the first step, each beside the bare sandbox and the disk.

import { commits } from '../measure/disk.mjs';
import { calibrators } from '../measure/machine.mjs';
import { addAdministrator, Relay, withDirectory } from '../measure/relay.mjs';
import { log, saved, succeeded } from '../measure/runs.mjs';
import { sandboxed, sandboxes } from '../measure/sandbox.mjs';
import { median, print, row } from '../measure/table.mjs';

const ROUNDS = 6;
const CHAIN = 40;
const FAN = 200;
const STARTS = 100;
const PARALLEL = 4;

/** The run itself knows how long it took; looking at it often would only slow it down. */
const PAUSE_MS = 500;

const NOTHING = ['sh', '-c', 'true'];

const step = (name, needs) => `  - name: ${name}
    image: any
    command: sh
    args: ["-c", "true"]
${needs ? `    dependsOn: ${needs}\n` : ''}`;

const chain = () =>
  `steps:\n${Array.from({ length: CHAIN }, (_, at) => step(`s${at}`, at > 0 && `s${at - 1}`)).join('')}`;
const fan = () => `steps:\n${Array.from({ length: FAN }, (_, at) => step(`s${at}`)).join('')}`;

/** Says when it was executed, in microseconds since the epoch. */
const TELL = ['bash', '-c', 'echo ${EPOCHREALTIME/[.,]/}'];
const tell = () => `steps:\n  - name: tell\n    image: any\n    command: bash\n    args: ["-c", ${JSON.stringify(TELL[2])}]\n`;

const now = () => (performance.timeOrigin + performance.now()) * 1000;

const at = (numbers, part) => [...numbers].sort((a, b) => a - b)[Math.ceil(numbers.length * part) - 1];

calibrators();
await withDirectory(async (directory) => {
  addAdministrator(directory);
  const relay = await Relay.start(directory);
  const cookie = await relay.signIn();
  await saved(relay, cookie, 'chain', chain());
  await saved(relay, cookie, 'fan', fan());
  await saved(relay, cookie, 'tell', tell());

  const took = ({ run }) => (run.finished_at - run.created_at) / 1000;
  const measured = { chain: [], floor: [], fan: [], xargs: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    measured.chain.push(took(await succeeded(relay, cookie, 'chain', PAUSE_MS)));
    measured.floor.push(sandboxes(NOTHING, CHAIN, 1) + commits(directory, CHAIN));
    measured.fan.push(FAN / took(await succeeded(relay, cookie, 'fan', PAUSE_MS)));
    measured.xargs.push(FAN / sandboxes(NOTHING, FAN, PARALLEL));
  }

  const clicks = [];
  const bare = [];
  for (let start = 0; start < STARTS; start += 1) {
    const clicked = now();
    const { number } = await succeeded(relay, cookie, 'tell');
    clicks.push((Number(await log(relay, cookie, 'tell', number)) - clicked) / 1000);
    const spawned = now();
    bare.push((Number(sandboxed(...TELL)) - spawned) / 1000);
  }
  await relay.stop();

  const rounds = (name) => measured[name].slice(1);
  print(`median of ${ROUNDS - 1} rounds, taking turns; SQLite, synchronous=FULL; a step is sh -c true`, [
    row({
      what: `chain of ${CHAIN} steps`,
      unit: 's',
      rounds: rounds('chain'),
      reference: rounds('floor'),
      of: `the same sandbox ${CHAIN} times, and as many fdatasync of 4 KiB`,
      atMost: 1.5,
    }),
    row({
      what: `fan-out of ${FAN} steps`,
      unit: '/s',
      rounds: rounds('fan'),
      reference: rounds('xargs'),
      of: `xargs -P${PARALLEL} of the same sandbox`,
      atLeast: 0.6,
    }),
  ]);
  const beyond = clicks.map((time) => time - median(bare));
  print(`click to the first exec, ${STARTS} times; beyond the sandbox's own start`, [
    row({
      what: 'in the middle (p50)',
      unit: 'ms',
      rounds: median(beyond),
      reference: median(bare),
      of: 'the bare sandbox',
      limit: 10,
    }),
    row({
      what: 'the slowest hundredth (p99)',
      unit: 'ms',
      rounds: at(beyond, 0.99),
      reference: at(bare, 0.99),
      of: 'the bare sandbox',
      limit: 30,
    }),
  ]);
});
