#!/usr/bin/env node
// Ten thousand guesses at passwords: how many get through, what other pages feel of it, and whether the time of an
// answer tells which addresses there are.

import { execFileSync } from 'node:child_process';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { binary, calibrators, environment } from '../measure/machine.mjs';
import { addAdministrator, Relay, withDirectory } from '../measure/relay.mjs';
import { median, print, row } from '../measure/table.mjs';

/** People of each group; as many addresses that nobody has. */
const PEOPLE = 80;
const AT_ONCE = 32;
const VIEWS = 150;
const WARM_UP = 30;

/** Guesses, by what they have in common; together ten thousand. */
const ATTACKS = {
  'one person, from everywhere': { guesses: 4500, email: () => 'person0@example.com', from: (n) => network(n), most: 10 },
  'everybody, from one network': { guesses: 4500, email: (n) => `somebody${n}@example.com`, from: () => '192.0.2.1', most: 100 },
  'everybody, from everywhere': { guesses: 1000, email: (n) => `anybody${n}@example.com`, from: (n) => network(n + 10_000) },
};

const network = (n) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;

/** One guess; the server believes us for whom we ask. */
async function guess(url, email, from) {
  const answer = await fetch(`${url}/fn/log_in`, {
    method: 'POST',
    headers: { origin: url, accept: 'application/json', 'x-forwarded-for': from },
    body: new URLSearchParams({ email, password: 'a guess at a password' }),
  });
  await answer.text();
  if (answer.status === 429 && !answer.headers.get('retry-after')) throw new Error('a refusal that does not say for how long');
  if (answer.status !== 422 && answer.status !== 429) throw new Error(`a guess was answered ${answer.status}`);
  return answer.status === 422;
}

/** Guesses in a thread of their own, so that they take no time from the one that measures. */
async function attack({ url, what }) {
  const { guesses, email, from } = ATTACKS[what];
  let next = 0;
  let through = 0;
  const one = async () => {
    while (next < guesses) {
      const number = next++;
      if (await guess(url, email(number), from(number))) through += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return through;
}

async function view(relay, cookie) {
  const asked = performance.now();
  await relay.view('/workflows', cookie);
  return performance.now() - asked;
}

async function idle(relay, cookie) {
  const times = [];
  for (let number = -WARM_UP; number < VIEWS; number += 1) {
    const time = await view(relay, cookie);
    if (number >= 0) times.push(time);
  }
  return times;
}

/** Looks at pages for as long as the guesses go on. */
async function under(relay, cookie, what) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { url: relay.url, what } });
  let over = false;
  const done = new Promise((told, failed) => {
    worker.on('message', told).on('error', failed);
  }).finally(() => (over = true));
  done.catch(() => {});
  const times = [];
  while (!over) times.push(await view(relay, cookie));
  return { through: await done, times };
}

/** The times of answers about people of a group, who exist, and about as many others who do not, in turns. */
async function compared(relay, group) {
  const taken = { known: [], unknown: [] };
  for (let person = 0; person < PEOPLE; person += 1) {
    // Now the one first, now the other.
    const kinds = person % 2 ? ['unknown', 'known'] : ['known', 'unknown'];
    for (const kind of kinds) {
      const asked = performance.now();
      const name = kind === 'known' ? address(group, person) : `not-${address(group, person)}`;
      if (!(await guess(relay.url, name, network(20_000 + networks++)))) throw new Error('this guess should get through');
      taken[kind].push(performance.now() - asked);
    }
  }
  return taken;
}

const address = (group, person) => `${group}${person}@example.com`;

/** Each guess that is compared comes from a network of its own. */
let networks = 0;

function beside(what, { known, unknown }) {
  const [more, less] = [median(known), median(unknown)].sort((a, b) => b - a);
  return [
    row({ what: `${what}, for a person there is`, unit: 'ms', rounds: known, reference: unknown, of: 'for nobody' }),
    row({ what: 'the slower of the two', unit: 'ms', rounds: more, reference: less, of: 'the other', atMost: 1.05 }),
  ];
}

async function measure(directory) {
  addAdministrator(directory);
  for (const group of ['person', 'other']) {
    for (let person = 0; person < PEOPLE; person += 1) {
      const flags = ['--email', address(group, person), '--name', 'P', '--role', 'viewer', '--password-stdin'];
      const options = { input: 'a long enough password\n', env: environment(), stdio: 'pipe' };
      execFileSync(binary(), ['user', 'add', ...flags, '--data-dir', directory], options);
    }
  }
  const relay = await Relay.start(directory, [], { flags: ['--trusted-proxy', '127.0.0.0/8'] });
  const cookie = await relay.signIn();
  // The first wrong password for an address is told in the ledger at once; those after it are counted.
  const first = await compared(relay, 'person');
  // Two for each at most: addresses may share what is counted of them, and four are free.
  const second = await compared(relay, 'person');
  const rows = [];
  const counts = [];
  for (const [what, { guesses, most }] of Object.entries(ATTACKS)) {
    const reference = await idle(relay, cookie);
    const { through, times: rounds } = await under(relay, cookie, what);
    rows.push(row({ what, unit: 'ms', rounds, reference, of: 'while nobody guesses', atMost: 2 }));
    counts.push(row({ what, unit: 'guesses', rounds: through, reference: guesses, of: 'tried', limit: most }));
  }
  // After so many addresses the ledger counts the first one, too.
  const later = await compared(relay, 'other');
  await relay.stop();
  print('guesses whose password was looked at', counts);
  print(`/workflows, views one after the other, under ${AT_ONCE} guesses at once`, rows);
  print(`a wrong password, for ${PEOPLE} people there are and as many there are not, in turns`, [
    ...beside('the first one', first),
    ...beside('the second one', second),
    ...beside('the first one after the guesses above', later),
  ]);
}

if (isMainThread) {
  calibrators();
  await withDirectory(measure);
} else {
  parentPort.postMessage(await attack(workerData));
}
