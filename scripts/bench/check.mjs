#!/usr/bin/env node
// How long a workflow takes to be checked, beside what reading its YAML alone takes: native and in the browser. And
// what texts take that are made to be slow or large: to be checked, and to answer whatever an editor asks about a place.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { withBrowser } from '../measure/browser.mjs';
import { native, wasm } from '../measure/cargo.mjs';
import { instantiate } from '../measure/language.mjs';
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
async function ordinary({ module, workflow, rounds, warmUp, repeats }) {
  const bytes = Uint8Array.from(atob(module), (character) => character.charCodeAt(0));
  window.compiled = await WebAssembly.compile(bytes);
  const time = (run, times) => {
    const started = performance.now();
    for (let turn = 0; turn < times; turn += 1) run();
    return (performance.now() - started) / times;
  };
  const names = ['parse', 'check', 'compare'];
  const figures = { parse: [], check: [], compare: [] };
  const language = await window.instantiate(window.compiled);
  language.read(workflow);
  if (language.parse() !== 0 || language.check() !== 0) throw new Error('the workflow is not read without complaint');
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const name of names) {
      const taken = time(language[name], repeats);
      if (round >= 0) figures[name].push(taken);
    }
  }
  return figures;
}

/**
 * The same for a hostile text: processor time of every round, in which other programs have no part, and mebibytes; of the
 * check, and of what an editor asks about each of some places.
 */
async function hostile(page, processor, vocabulary, text) {
  const memory = () => page.evaluate(() => window.fresh.memory());
  // A new one each: memory that an instance has, it keeps.
  const begin = async () => {
    await page.evaluate(
      async ([vocabulary, text]) => {
        window.fresh = await window.instantiate(window.compiled);
        window.fresh.read(vocabulary);
        window.fresh.learn();
        window.fresh.read(text);
      },
      [vocabulary, text],
    );
    return memory();
  };
  const rounds = async (name, place) => {
    const times = [];
    for (let round = 0; round < HOSTILE_ROUNDS; round += 1) {
      const started = processor();
      await page.evaluate(([name, place]) => window.fresh[name](place), [name, place]);
      times.push(processor() - started);
    }
    return times;
  };
  const before = await begin();
  const check = await rounds('check');
  const taken = (await memory()) - before;
  const again = await begin();
  const assist = [];
  const places = await page.evaluate(() => window.fresh.places());
  for (let place = 0; place < places; place += 1) assist.push(await rounds('assist', place));
  return { check, memory: taken, assist, assistMemory: (await memory()) - again };
}

/** Milliseconds that the main threads of all pages have computed so far. */
async function clock(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const pages = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => `/proc/${id}/task/${id}/schedstat`);
  if (pages.length === 0) throw new Error('the browser does not say which process draws the page');
  const computed = (path) => Number(readFileSync(path, 'utf8').split(' ')[0]) / 1e6;
  return () => pages.reduce((sum, path) => sum + computed(path), 0);
}

/** The rounds at the place that takes longest. */
const worst = ({ assist }) => assist.reduce((slowest, one) => (median(one) > median(slowest) ? one : slowest));

/** The text with the largest figure. */
const most = (hostile, figure) => hostile.reduce((worst, one) => (figure(one) > figure(worst) ? one : worst));

function rows(where, figures) {
  const beside = { unit: 'ms', reference: figures.parse, of: 'bare parse' };
  const slowest = most(figures.hostile, ({ check }) => median(check));
  const largest = most(figures.hostile, ({ memory }) => memory);
  const asked = most(figures.hostile, (one) => median(worst(one)));
  const widest = most(figures.hostile, ({ assistMemory }) => assistMemory);
  return [
    row({ what: `${where}: full check`, rounds: figures.check, atMost: 2, ...beside }),
    row({ what: `${where}: check and comparison`, rounds: figures.compare, atMost: 2, ...beside }),
    row({
      what: `${where}: slowest of ${figures.hostile.length} hostile texts`,
      unit: 'ms',
      rounds: slowest.check,
      reference: figures.check,
      of: `the check above (${slowest.name})`,
      limit: 50,
    }),
    row({
      what: `${where}: largest of them, beyond what is there anyway`,
      unit: 'MiB',
      rounds: largest.memory,
      reference: largest.text.length / 2 ** 20,
      of: `its text (${largest.name})`,
      limit: 32,
    }),
    row({
      what: `${where}: everything asked about one place, slowest`,
      unit: 'ms',
      rounds: worst(asked),
      reference: asked.check,
      of: `its check (${asked.name})`,
      limit: 50,
    }),
    row({
      what: `${where}: the same, largest`,
      unit: 'MiB',
      rounds: widest.assistMemory,
      reference: widest.memory,
      of: `its check (${widest.name})`,
      limit: 32,
    }),
  ];
}

calibrators();
const program = native('language', 'check');
const module = wasm('language', 'check').toString('base64');
const here = JSON.parse(execFileSync(program, { encoding: 'utf8', maxBuffer: 2 ** 28 }));
await withBrowser(async (browser) => {
  const page = await browser.newPage();
  await page.evaluate(`window.instantiate = ${instantiate}`);
  const figures = await page.evaluate(ordinary, {
    module,
    workflow: here.workflow,
    rounds: ROUNDS,
    warmUp: WARM_UP_ROUNDS,
    repeats: REPEATS,
  });
  const processor = await clock(browser);
  const there = { ...figures, hostile: [] };
  for (const one of here.hostile) {
    there.hostile.push({ ...one, ...(await hostile(page, processor, here.vocabulary, one.text)) });
  }

  const time = here.clock === 'processor' ? 'processor time' : 'wall time';
  print(
    `a workflow of ${here.lines} lines, ${(here.bytes / 1000).toFixed(1)} kB; native: ${time}, ${here.check.length} rounds; ` +
      `WASM: wall time, ${ROUNDS} rounds of ${REPEATS}, and processor time for hostile texts; medians`,
    [...rows('native', here), ...rows('WASM', there)],
  );
  console.log('hostile texts of up to 256 KiB: the check and its memory, and everything asked about the worst of some places:');
  for (const [number, one] of here.hostile.entries()) {
    const other = there.hostile[number];
    const both = (figure, unit) =>
      `${figure(one).padStart(6)} ${unit} native ${figure(other).padStart(6)} ${unit} WASM`;
    const parts = [
      both(({ check }) => digits(median(check)), 'ms'),
      both(({ memory }) => memory.toFixed(1), 'MiB'),
      both((all) => digits(median(worst(all))), 'ms asked'),
      both(({ assistMemory }) => assistMemory.toFixed(1), 'MiB asked'),
      `${(Buffer.byteLength(one.text) / 1024).toFixed(0).padStart(4)} KiB`,
    ];
    console.log(`  ${parts.join('  ')}  ${one.name}`);
  }
  console.log('');
});
