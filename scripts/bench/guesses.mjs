#!/usr/bin/env node
// Ten thousand guesses at passwords: how many get through, what other pages feel of it, and whether the time of an
// answer tells which addresses there are.

import { execFileSync } from 'node:child_process';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { binary, calibrators, environment } from '../measure/machine.mjs';
import { addAdministrator, Relay, withDirectory } from '../measure/relay.mjs';
import { median, print, row } from '../measure/table.mjs';

const PEOPLE = 80;
const TIMES = 3;
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

/** The times of answers about people there are, and about others, in turns. */
async function known(relay) {
  const times = { known: [], unknown: [] };
  for (let time = 0; time < TIMES; time += 1) {
    for (let person = 0; person < PEOPLE; person += 1) {
      for (const [kind, name] of [['known', 'person'], ['unknown', 'nobody']]) {
        const from = network(30_000 + time * 1000 + person * 2 + (kind === 'known' ? 0 : 1));
        const asked = performance.now();
        if (!(await guess(relay.url, `${name}${person}@example.com`, from))) throw new Error('this guess should get through');
        times[kind].push(performance.now() - asked);
      }
    }
  }
  return times;
}

async function measure(directory) {
  addAdministrator(directory);
  for (let person = 0; person < PEOPLE; person += 1) {
    const flags = ['--email', `person${person}@example.com`, '--name', 'P', '--role', 'viewer', '--password-stdin'];
    const options = { input: 'a long enough password\n', env: environment(), stdio: 'pipe' };
    execFileSync(binary(), ['user', 'add', ...flags, '--data-dir', directory], options);
  }
  const relay = await Relay.start(directory, [], { flags: ['--trusted-proxy', '127.0.0.0/8'] });
  const cookie = await relay.signIn();
  const times = await known(relay);
  const rows = [];
  const counts = [];
  for (const [what, { guesses, most }] of Object.entries(ATTACKS)) {
    const reference = await idle(relay, cookie);
    const { through, times: rounds } = await under(relay, cookie, what);
    rows.push(row({ what, unit: 'ms', rounds, reference, of: 'while nobody guesses', atMost: 2 }));
    counts.push(row({ what, unit: 'guesses', rounds: through, reference: guesses, of: 'tried', limit: most }));
  }
  await relay.stop();
  print('guesses whose password was looked at', counts);
  print(`/workflows, views one after the other, under ${AT_ONCE} guesses at once`, rows);
  const [more, less] = [median(times.known), median(times.unknown)].sort((a, b) => b - a);
  print(`a wrong password, ${PEOPLE * TIMES} times each, in turns`, [
    row({ what: 'for a person there is', unit: 'ms', rounds: times.known, reference: times.unknown, of: 'for nobody' }),
    row({ what: 'the slower of the two', unit: 'ms', rounds: more, reference: less, of: 'the other', atMost: 1.05 }),
  ]);
}

if (isMainThread) {
  calibrators();
  await withDirectory(measure);
} else {
  parentPort.postMessage(await attack(workerData));
}
