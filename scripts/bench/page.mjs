#!/usr/bin/env node
// How many pages a second the server gives, beside what it gives where it has nothing to do.

import { execFile } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expectConnections, fill } from '../measure/content.mjs';
import { calibrators, ROOT } from '../measure/machine.mjs';
import { addAdministrator, BROWSER, Relay, withDirectory } from '../measure/relay.mjs';
import { median, print, row } from '../measure/table.mjs';

// The first round only warms up.
const ROUNDS = 6;
const SECONDS = 4;
const CONNECTIONS = 16;

/** What an answer's headers may take beside its body. */
const HEADERS = 2_000;

/** Server and client each on a core of their own, where there are two. */
const apart = availableParallelism() > 1;
const on = (core) => (apart ? ['taskset', '-c', String(core)] : []);

async function load(relay, path, cookie, body) {
  const headers = Object.entries({ ...BROWSER, cookie }).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const flags = ['-t', '1', '-c', String(CONNECTIONS), '-d', `${SECONDS}s`, ...headers];
  const script = ['-s', join(ROOT, 'scripts/measure/wrk.lua')];
  const [program, ...rest] = [...on(1), 'wrk', ...flags, ...script, relay.url + path];
  const { stdout } = await promisify(execFile)(program, rest);
  const figures = JSON.parse(stdout.trim().split('\n').at(-1));
  if (figures.failed) throw new Error(`${figures.failed} of ${figures.requests} requests of ${path} failed`);
  const size = figures.bytes / figures.requests;
  if (size < body || size > body + HEADERS) {
    throw new Error(`an answer of ${path} has ${body} bytes, but under load ${size.toFixed(0)} with its headers`);
  }
  return {
    second: figures.requests / (figures.microseconds / 1e6),
    p50: figures.p50 / 1000,
    p99: figures.p99 / 1000,
  };
}

calibrators();
await withDirectory(async (directory) => {
  addAdministrator(directory);
  const relay = await Relay.start(directory, on(0));
  const cookie = await relay.signIn();
  await fill(relay, cookie);

  const paths = ['/connections', '/healthz', '/favicon.svg'];
  const sizes = new Map();
  for (const path of paths) sizes.set(path, await relay.size(path, cookie));
  const rounds = new Map(paths.map((path) => [path, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const path of paths) rounds.get(path).push(await load(relay, path, cookie, sizes.get(path)));
  }
  expectConnections(await relay.view('/connections', cookie));
  await relay.stop();

  const figures = (path, figure) => rounds.get(path).slice(1).map((round) => round[figure]);
  const cores = apart ? 'server on core 0, wrk on core 1' : 'server and wrk share the only core';
  const how = `${CONNECTIONS} kept connections; ${cores} of ${cpus().length}`;
  print(`${how}; median of ${ROUNDS - 1} rounds of ${SECONDS} s, taking turns`, [
    row({
      what: '/connections, signed in, 50 connections',
      unit: '/s',
      rounds: figures('/connections', 'second'),
      reference: figures('/healthz', 'second'),
      of: '/healthz (asks the database once)',
      atLeast: 0.25,
    }),
    row({
      what: 'the same',
      unit: '/s',
      rounds: figures('/connections', 'second'),
      reference: figures('/favicon.svg', 'second'),
      of: '/favicon.svg (constant)',
      atLeast: 0.25,
    }),
    row({
      what: 'its slowest hundredth',
      unit: 'ms',
      rounds: figures('/connections', 'p99'),
      reference: figures('/connections', 'p50'),
      of: 'its median',
    }),
  ]);
  console.log(`the page has ${(sizes.get('/connections') / 1000).toFixed(1)} kB as sent\n`);
});
