#!/usr/bin/env node
// How long a workflow takes to be checked, beside what reading its YAML alone takes: native and in the browser. And
// what texts take that are made to be slow or large.

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

/** The same for a hostile text: processor time of every round, in which other programs have no part, and mebibytes. */
async function hostile(page, processor, text) {
  // A new one each: memory that an instance has, it keeps.
  await page.evaluate(async (given) => {
    window.fresh = await window.instantiate(window.compiled);
    window.fresh.read(given);
  }, text);
  const memory = () => page.evaluate(() => window.fresh.memory());
  const before = await memory();
  const check = [];
  for (let round = 0; round < HOSTILE_ROUNDS; round += 1) {
    const started = processor();
    await page.evaluate(() => window.fresh.check());
    check.push(processor() - started);
  }
  return { check, memory: (await memory()) - before };
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

/** The text with the largest figure. */
const most = (hostile, figure) => hostile.reduce((worst, one) => (figure(one) > figure(worst) ? one : worst));

function rows(where, figures) {
  const beside = { unit: 'ms', reference: figures.parse, of: 'bare parse' };
  const slowest = most(figures.hostile, ({ check }) => median(check));
  const largest = most(figures.hostile, ({ memory }) => memory);
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
  for (const one of here.hostile) there.hostile.push({ ...one, ...(await hostile(page, processor, one.text)) });

  const time = here.clock === 'processor' ? 'processor time' : 'wall time';
  print(
    `a workflow of ${here.lines} lines, ${(here.bytes / 1000).toFixed(1)} kB; native: ${time}, ${here.check.length} rounds; ` +
      `WASM: wall time, ${ROUNDS} rounds of ${REPEATS}, and processor time for hostile texts; medians`,
    [...rows('native', here), ...rows('WASM', there)],
  );
  console.log('hostile texts of up to 256 KiB, full check, and the memory it takes:');
  for (const [place, { name, text, check, memory }] of here.hostile.entries()) {
    const other = there.hostile[place];
    const times = `${digits(median(check)).padStart(6)} ms native ${digits(median(other.check)).padStart(6)} ms WASM`;
    const sizes = `${memory.toFixed(1).padStart(5)} MiB native ${other.memory.toFixed(1).padStart(5)} MiB WASM`;
    const length = `${(Buffer.byteLength(text) / 1024).toFixed(0).padStart(4)} KiB`;
    console.log(`  ${times}  ${sizes}  ${length}  ${name}`);
  }
  console.log('');
});
