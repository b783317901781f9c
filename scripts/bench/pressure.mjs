#!/usr/bin/env node
// How fast pages are while a step does its worst, beside the same pages while nothing runs; and how soon a token is dead.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { calibrators } from '../measure/machine.mjs';
import { addAdministrator, Relay, withDirectory } from '../measure/relay.mjs';
import { finished, runOf, saved, shown, succeeded } from '../measure/runs.mjs';
import { median, print, row } from '../measure/table.mjs';

const VIEWS = 150;
const WARM_UP = 30;
const TOKENS = 30;

/** More attempts than begin while pages are looked at. */
const AGAIN = 500;

/** Each goes on until its run is stopped; an array is one attempt after the other, by steps that end. */
const WORST = {
  'log lines without a pause': 'yes "a line that says nothing new but is as long as most lines of most logs are"',
  'lines of one character without a pause': 'while :; do echo x; done',
  'a fork bomb': 'bomb() { bomb | bomb & }; bomb; while :; do sleep 1; done',
  'eight busy loops': 'for n in 1 2 3 4 5 6 7; do while :; do :; done & done; while :; do :; done',
  'a disk that is filled and emptied': 'while :; do dd if=/dev/zero of=/workspace/fill bs=1M 2>/dev/null; rm -f /workspace/fill; done',
  'ten gigabytes of memory': Array(AGAIN).fill("exec perl -e 'my @a; push @a, q(x) x 1_000_000 for 1..10_000'"),
  'ignoring TERM': "trap '' TERM INT HUP; while :; do :; done",
  'leaving a busy child behind': Array(AGAIN).fill("setsid bash -c 'trap \"\" TERM HUP; while :; do :; done' >/dev/null 2>&1 </dev/null & sleep 0.1"),
};

const workflow = (work) => {
  const step = (line, at) =>
    `  - name: worst-${at}\n    image: any\n    input: ${JSON.stringify(['#!/bin/bash', 'echo begun', line])}\n`;
  return `steps:\n${[work].flat().map(step).join('')}`;
};

async function views(relay, cookie) {
  const times = [];
  for (let view = -WARM_UP; view < VIEWS; view += 1) {
    const asked = performance.now();
    await relay.view('/workflows', cookie);
    if (view >= 0) times.push(performance.now() - asked);
  }
  return times;
}

/** Looks until a step is running; where several do the same, until the first of them has ended as well. */
async function begun(relay, cookie, name, number) {
  for (;;) {
    const { steps, ...run } = await shown(relay, cookie, name, number);
    const running = steps.some((step) => step.state === 'running');
    if (running && (steps.length === 1 || steps.some((step) => step.finished_at))) return;
    if (run.finished_at) throw new Error(`${name} was over before it was measured: ${steps[0].message}`);
    await new Promise((again) => setTimeout(again, 10));
  }
}

/** Milliseconds from the exit of a step to the first refusal of its token. */
async function tokens(relay, cookie) {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // The connection is closed by the end of the process and by nothing else.
  const tell = `exec 3<>/dev/tcp/127.0.0.1/${server.address().port}; echo "$METADATA_API_URL" >&3; sleep 0.1`;
  await saved(relay, cookie, 'token', workflow(tell));
  const times = [];
  for (let token = 0; token < TOKENS; token += 1) {
    const run = succeeded(relay, cookie, 'token');
    const [socket] = await once(server, 'connection');
    const [data] = await once(socket, 'data');
    const [, secret, address] = /^http:\/\/:(.+)@(.+)\n$/.exec(String(data));
    const ask = () => fetch(`http://${address}/spec`, { headers: { authorization: `Bearer ${secret}` } });
    // The step has no spec: an answer about that, and no refusal.
    if ((await ask()).status !== 404) throw new Error('the token was dead while its step was alive');
    await once(socket, 'end');
    const ended = performance.now();
    while ((await ask()).status !== 401);
    times.push(performance.now() - ended);
    socket.destroy();
    await run;
  }
  server.close();
  return times;
}

calibrators();
await withDirectory(async (directory) => {
  addAdministrator(directory);
  const relay = await Relay.start(directory);
  const cookie = await relay.signIn();
  const rows = [];
  for (const [what, work] of Object.entries(WORST)) {
    const name = what.replaceAll(' ', '-');
    await saved(relay, cookie, name, workflow(work));
    const idle = await views(relay, cookie);
    const number = await runOf(relay, cookie, name);
    await begun(relay, cookie, name, number);
    const pressed = await views(relay, cookie);
    const { finished_at: over } = await shown(relay, cookie, name, number);
    if (over) throw new Error(`${name} was over before it was measured to its end`);
    await relay.call(cookie, 'stop_run', { workflow: name, number: String(number) });
    await finished(() => shown(relay, cookie, name, number));
    rows.push(row({ what, unit: 'ms', rounds: pressed, reference: idle, of: 'while nothing runs', atMost: 2 }));
  }
  const dead = await tokens(relay, cookie);
  await relay.stop();
  print(`/workflows, ${VIEWS} views one after the other, while a step does`, rows);
  const worst = Math.max(...dead);
  print(`a step token after the exit of its step, ${TOKENS} times`, [
    row({
      what: 'dead at the latest',
      unit: 'ms',
      rounds: worst,
      reference: median(dead),
      of: 'in the middle',
      limit: 100,
    }),
  ]);
});
