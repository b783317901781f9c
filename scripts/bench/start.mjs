#!/usr/bin/env node
// How soon the server is ready and what memory it keeps.

import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expectConnections, fill, WORKFLOW } from '../measure/content.mjs';
import { binary, calibrators, environment, memory } from '../measure/machine.mjs';
import { addAdministrator, Relay, withDirectory } from '../measure/relay.mjs';
import { print, row } from '../measure/table.mjs';

// The first round only warms up.
const STARTS = 16;
const MEMORIES = 4;
const VIEWS = 50;

/** Until nothing is left to do after the last request. */
const IDLE_MS = 5_000;

/** Milliseconds until the same binary has started, said its version and ended. */
function version() {
  return new Promise((done, failed) => {
    const started = performance.now();
    const child = spawn(binary(), ['--version'], { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => done(performance.now() - started));
    child.on('error', failed);
    child.on('exit', (code) => code && failed(new Error(`relay --version ended with ${code}`)));
  });
}

async function starts(directory) {
  const ready = [];
  const reference = [];
  for (let round = 0; round < STARTS; round += 1) {
    reference.push(await version());
    const relay = await Relay.start(directory);
    ready.push(relay.readyAfter);
    await relay.stop();
  }
  return { ready: ready.slice(1), reference: reference.slice(1) };
}

/** A person looks around: pages in turn, and once everything that the pages load. */
async function look(relay, cookie) {
  const paths = ['/workflows', `/workflows/${WORKFLOW}`, '/connections'];
  const fetched = new Set();
  for (let view = 0; view < VIEWS; view += 1) {
    const path = paths[view % paths.length];
    const page = await relay.view(path, cookie);
    if (path === '/connections') expectConnections(page);
    for (const [, file] of page.matchAll(/["'](\/[\w./-]+\.(?:js|css|wasm|svg))["']/g)) {
      if (!fetched.has(file)) await relay.size(file, cookie);
      fetched.add(file);
    }
  }
  if (fetched.size === 0) throw new Error('the pages load no files');
}

async function memories(directory, cookie) {
  const rounds = { started: [], idle: [], signedIn: [] };
  for (let round = 0; round < MEMORIES; round += 1) {
    const relay = await Relay.start(directory);
    const now = () => memory(relay.processId) / 1000;
    await sleep(IDLE_MS);
    rounds.started.push(now());
    await look(relay, cookie);
    await sleep(IDLE_MS);
    rounds.idle.push(now());
    await relay.signIn();
    await sleep(IDLE_MS);
    rounds.signedIn.push(now());
    await relay.stop();
  }
  return Object.fromEntries(Object.entries(rounds).map(([name, figures]) => [name, figures.slice(1)]));
}

calibrators();
await withDirectory(async (directory) => {
  addAdministrator(directory);
  const first = await Relay.start(directory);
  const cookie = await first.signIn();
  await fill(first, cookie);
  await first.stop();

  const { ready, reference } = await starts(directory);
  const { started, idle, signedIn } = await memories(directory, cookie);
  const beside = { unit: 'MB', reference: started, of: 'right after the start' };
  print(
    `the data directory holds 50 connections; medians of ${STARTS - 1} starts and of ${MEMORIES - 1} servers, 1 MB = 1000 kB`,
    [
      row({ what: 'ready to serve', unit: 'ms', rounds: ready, reference, of: 'relay --version', limit: 300 }),
      row({ what: `resident, idle after ${VIEWS} page views`, rounds: idle, limit: 60, ...beside }),
      row({ what: 'the same, then one sign-in', rounds: signedIn, limit: 60, ...beside }),
    ],
  );
});
