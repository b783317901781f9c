#!/usr/bin/env node
// How long a workflow takes to be checked, beside what reading its YAML alone takes: native and in the browser.

import { execFileSync } from 'node:child_process';
import { withBrowser } from '../measure/browser.mjs';
import { native, wasm } from '../measure/cargo.mjs';
import { calibrators } from '../measure/machine.mjs';
import { digits, median, print, row } from '../measure/table.mjs';

/** In the browser; the native program has its own. In each round everything takes its turn. */
const ROUNDS = 60;

/** Browsers tell the time in steps of 0.1 ms, so that one check is too short for one look at the clock. */
const REPEATS = 5;
const HOSTILE_ROUNDS = 5;

/** Until the browser has compiled everything for good. */
const WARM_UP_ROUNDS = 20;

/** Runs in the page: answers milliseconds of every round. */
async function inPage({ module, rounds, warmUp, repeats, hostileRounds, hostileCount }) {
  const bytes = Uint8Array.from(atob(module), (character) => character.charCodeAt(0));
  const compiled = await WebAssembly.compile(bytes);
  // What takes and gives only numbers calls none of its imports.
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(compiled)) {
    if (kind !== 'function') throw new Error(`the module wants ${kind} ${name}`);
    imports[from] ??= {};
    imports[from][name] = () => {
      throw new Error(`${name} was called`);
    };
  }
  const { exports } = await WebAssembly.instantiate(compiled, imports);
  // Without bindings a function's name still carries the hash that keeps crates apart.
  const work = (name) => {
    const [found] = Object.keys(exports).filter((key) => new RegExp(`^${name}_[0-9a-f]{16}$`).test(key));
    if (!found) throw new Error(`the module has no ${name}`);
    return exports[found];
  };
  const time = (run, times, ...given) => {
    const started = performance.now();
    for (let turn = 0; turn < times; turn += 1) run(...given);
    return (performance.now() - started) / times;
  };
  const names = ['parse', 'check', 'compare'];
  const figures = { parse: [], check: [], compare: [], hostile: [] };
  if (work('parse')() !== 0 || work('check')() !== 0) throw new Error('the workflow is not read without complaint');
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const name of names) {
      const taken = time(work(name), repeats);
      if (round >= 0) figures[name].push(taken);
    }
  }
  for (let place = 0; place < hostileCount; place += 1) {
    const times = Array.from({ length: hostileRounds + 1 }, () => time(work('hostile'), 1, place));
    figures.hostile.push(times.slice(1));
  }
  return figures;
}

function worst(hostile) {
  return hostile.reduce((slowest, one) => (median(one.check) > median(slowest.check) ? one : slowest));
}

function rows(where, figures) {
  const beside = { unit: 'ms', reference: figures.parse, of: 'bare parse' };
  const { name, check } = worst(figures.hostile);
  return [
    row({ what: `${where}: full check`, rounds: figures.check, atMost: 2, ...beside }),
    row({ what: `${where}: check and comparison`, rounds: figures.compare, atMost: 2, ...beside }),
    row({
      what: `${where}: worst of ${figures.hostile.length} hostile texts`,
      unit: 'ms',
      rounds: check,
      reference: figures.check,
      of: `the check above (${name})`,
      limit: 50,
    }),
  ];
}

calibrators();
const program = native('language', 'check');
const module = wasm('language', 'check').toString('base64');
const here = JSON.parse(execFileSync(program, { encoding: 'utf8', maxBuffer: 2 ** 26 }));
await withBrowser(async (browser) => {
  const page = await browser.newPage();
  const { hostile, ...figures } = await page.evaluate(inPage, {
    module,
    rounds: ROUNDS,
    warmUp: WARM_UP_ROUNDS,
    repeats: REPEATS,
    hostileRounds: HOSTILE_ROUNDS,
    hostileCount: here.hostile.length,
  });
  const there = { ...figures, hostile: here.hostile.map((one, place) => ({ ...one, check: hostile[place] })) };

  const clock = here.clock === 'processor' ? 'processor time' : 'wall time';
  print(
    `a workflow of ${here.lines} lines, ${(here.bytes / 1000).toFixed(1)} kB; native: ${clock}, ${here.check.length} rounds; ` +
      `WASM: wall time, ${ROUNDS} rounds of ${REPEATS}; medians`,
    [...rows('native', here), ...rows('WASM', there)],
  );
  console.log('hostile texts of up to 256 KiB, full check:');
  for (const [place, { name, bytes, check }] of here.hostile.entries()) {
    const times = `${digits(median(check)).padStart(6)} ms native ${digits(median(there.hostile[place].check)).padStart(6)} ms WASM`;
    console.log(`  ${times}  ${(bytes / 1024).toFixed(0).padStart(4)} KiB  ${name}`);
  }
  console.log('');
});
