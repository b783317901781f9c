#!/usr/bin/env node
// Rotates the vault's key under load, and kills the server again and again meanwhile. No save may be refused, every
// value that was acknowledged stays, and at the end no value is sealed to an older key.
//
//   rotate.mjs sqlite|postgres --kills N

import { execFileSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { binary, environment } from '../measure/machine.mjs';
import { addAdministrator, Relay, withDirectory } from '../measure/relay.mjs';
import { withDatabase } from '../measure/postgres.mjs';

/** Connections before the first rotation; each has two values. */
const FIRST = 500;

/** Whoever saves all the time. */
const SAVERS = 4;

/** A kill comes at any moment within this time after the server is up. */
const LONGEST_LIFE_MS = 1_500;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { kills: { type: 'string' } },
});
const [database] = positionals;
if (!['sqlite', 'postgres'].includes(database) || !flags.kills) {
  console.error('usage: rotate.mjs sqlite|postgres --kills N');
  process.exit(2);
}

const acknowledged = [];
const wrong = [];
let requests = 0;
let rotations = 0;

/** A request whose server may die under it: `undefined` then. */
async function attempt(request) {
  try {
    const done = await request();
    requests += 1;
    return done;
  } catch (error) {
    // The connection was cut, or refused.
    if (error instanceof TypeError) return undefined;
    wrong.push(error.message);
    return undefined;
  }
}

async function save(relay, cookie, name) {
  const done = await attempt(() =>
    relay.post(cookie, 'add_connection', {
      id: randomBytes(16).toString('hex'),
      type_name: 'aws',
      name,
      'values[accessKeyID]': 'AKIASOAK',
      'values[secretAccessKey]': name,
    }),
  );
  if (done) acknowledged.push(name);
  return done;
}

/** Asks for a rotation; one that is under way goes on. */
async function rotate(relay, cookie) {
  const answer = await attempt(() =>
    fetch(`${relay.url}/fn/rotate_key`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: relay.url, accept: 'application/json', cookie },
      body: new URLSearchParams(),
    }),
  );
  if (!answer) return;
  if (answer.status < 400) rotations += 1;
  else if (answer.status !== 409) wrong.push(`rotate_key answered ${answer.status}: ${await answer.text()}`);
}

const keys = (directory, place, ...what) =>
  execFileSync(binary(), ['keys', ...what, '--data-dir', directory, ...place], {
    env: environment(),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });

async function rounds(directory, place) {
  addAdministrator(directory, place);
  let relay = await Relay.start(directory, [], { flags: place });
  let cookie = await relay.signIn();
  for (let number = 0; number < FIRST; number++) await save(relay, cookie, `first ${number}`);
  for (let kill = 0; kill < Number(flags.kills); kill++) {
    let over = false;
    const server = relay;
    const mine = cookie;
    const saver = async (who) => {
      for (let number = 0; !over; number++) {
        if (!(await save(server, mine, `${kill}, ${who}, ${number}`))) return;
        await attempt(() => server.view('/keys', mine));
      }
    };
    const load = Array.from({ length: SAVERS }, (_, who) => saver(who));
    await rotate(relay, cookie);
    await sleep(randomInt(LONGEST_LIFE_MS));
    await relay.killed();
    over = true;
    await Promise.all(load);
    relay = await Relay.start(directory, [], { flags: place });
    cookie = await relay.signIn();
  }
  // One that is under way is waited for.
  keys(directory, place, 'rotate');
  const told = keys(directory, place, 'status').split('\n');
  const older = told.filter((line) => line.startsWith('key ') && !line.includes(': current'));
  for (const line of older) if (!/, 0 values,/.test(line)) wrong.push(`still needed: ${line}`);
  if (told.some((line) => line.includes("can't be opened"))) wrong.push('a value cannot be opened');
  const page = await relay.view('/connections', cookie);
  const lost = acknowledged.filter((name) => !page.includes(`>${name}<`));
  if (lost.length > 0) wrong.push(`${lost.length} acknowledged connections are gone, such as ${lost[0]}`);
  await relay.stop();
}

await withDirectory((directory) =>
  database === 'sqlite'
    ? rounds(directory, [])
    : withDatabase((url) => rounds(directory, ['--database-url', url])),
);
for (const line of wrong.slice(0, 20)) console.log(line);
console.log(
  `rotations on ${database}: ${flags.kills} kills, ${rotations} rotations asked for, ${acknowledged.length} connections ` +
    `saved, ${requests} requests answered, ${wrong.length} broken promises`,
);
process.exit(wrong.length > 0 ? 1 : 0);
