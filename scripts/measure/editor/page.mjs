// The edits in the editor of the workflow page, as a person makes them: with keys and the clipboard.

import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A check that does not come is a failure and no figure. */
const PATIENCE_MS = 20_000;

/** Between two edits, so that nothing of one is counted for the next. */
const PAUSE_MS = 60;

/**
 * Runs in the page: marks when a key arrived, and when the editor knew what the check of the text after it has found.
 *
 * When that was painted only the browser can say: after a key it holds back whatever a page could be told about a frame,
 * often until the next one is drawn. It is read from the trace.
 */
function listen() {
  const content = document.querySelector('.cm-content');
  const view = content.cmTile.root.view;
  const state = { view, edit: 0, waiting: null, done: [] };
  window.measured = state;
  const begin = (event) => {
    if (!state.waiting || state.waiting.begun || !event.isTrusted || event.key === 'Control') return;
    state.waiting.begun = event.timeStamp;
    performance.mark(`edit-${state.edit}-begins`, { startTime: event.timeStamp });
  };
  for (const name of ['keydown', 'beforeinput']) document.addEventListener(name, begin, true);
  const { dispatchTransactions } = view;
  view.dispatchTransactions = (transactions, ...more) => {
    dispatchTransactions(transactions, ...more);
    const { waiting } = state;
    const effects = transactions.flatMap((transaction) => transaction.effects);
    const list = effects.map((effect) => effect.value).find((value) => Array.isArray(value));
    if (!waiting?.begun || waiting.seen || !list || view.state.doc.length !== waiting.length) return;
    waiting.seen = true;
    performance.mark(`edit-${state.edit}-found`);
    const found = performance.now() - waiting.begun;
    const errors = list
      .filter(({ severity }) => severity === 'error')
      .map(({ from }) => view.state.doc.lineAt(from).number);
    // By then it is painted for certain, and the next edit may come.
    requestAnimationFrame(() => {
      setTimeout(() => {
        performance.mark(`edit-${state.edit}-ends`);
        state.done.push({ found, errors });
        state.waiting = null;
      });
    });
  };
}

/** Brings a place to where a person would see it, and selects it; not part of what is measured. */
function prepare({ from, to, length, number }) {
  const { measured } = window;
  const { view } = measured;
  const effects = [];
  view.dispatch({ selection: { anchor: from, head: to }, effects, scrollIntoView: true });
  view.focus();
  measured.edit = number;
  measured.waiting = { begun: 0, seen: false, length };
}

/** What the browser writes down to tell when it painted; and with the tasks of the main thread, which slows what is timed. */
const PAINTS = ['blink.user_timing', 'disabled-by-default-devtools.timeline', '__metadata'];
const TASKS = [...PAINTS, 'toplevel'];

/**
 * Makes every edit. Answers of each its errors and, in milliseconds from the key, when they were found and when that was
 * painted; or with `traced` the tasks of the main thread meanwhile.
 */
export async function inPage(browser, relay, cookie, path, edits, { traced = false } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const [name, value] = cookie.split('=');
  await context.addCookies([{ name, value, url: relay.url }]);
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: relay.url });
  const page = await context.newPage();
  await page.goto(relay.url + path);
  const box = page.getByRole('textbox', { name: 'Workflow code', exact: true });
  await box.and(page.locator('[contenteditable=true]')).waitFor({ timeout: PATIENCE_MS });
  await box.focus();
  // What an editor loads when it is first touched is loaded.
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(1_000);
  await page.evaluate(listen);

  const trace = join(tmpdir(), `relay-bench-${process.pid}.json`);
  await browser.startTracing(page, { path: trace, categories: traced ? TASKS : PAINTS });
  for (const [number, { from, to, text, after }] of edits.entries()) {
    const typed = text.length === 1;
    if (text && !typed) await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text);
    await page.evaluate(prepare, { from, to, length: after.length, number });
    await page.waitForTimeout(PAUSE_MS);
    if (!text) await page.keyboard.press('Delete');
    else if (typed) await page.keyboard.press(text === ' ' ? 'Space' : text);
    else await page.keyboard.press('Control+v');
    await page.waitForFunction((count) => window.measured.done.length > count, number, {
      timeout: PATIENCE_MS,
      polling: 50,
    });
  }
  await browser.stopTracing();
  const { done, text } = await page.evaluate(() => ({
    done: window.measured.done,
    text: window.measured.view.state.doc.toString(),
  }));
  await context.close();
  const { marks, main } = thread(JSON.parse(readFileSync(trace, 'utf8')).traceEvents);
  rmSync(trace);
  if (traced) return { done, text, tasks: tasksBetween(marks, main) };
  const painted = paints(marks, main);
  return { done: done.map((one, number) => ({ ...one, milliseconds: painted[number] })), text };
}

/** The marks of the edits by their names, in microseconds, and what the page's main thread did. */
function thread(events) {
  const ours = events.filter(({ name }) => /^edit-\d+-(begins|found|ends)$/.test(name));
  const [{ pid }] = ours;
  const { tid } = events.find(
    (event) => event.name === 'thread_name' && event.pid === pid && event.args.name === 'CrRendererMain',
  );
  const main = events.filter((event) => event.pid === pid && event.tid === tid && event.ph === 'X');
  return { marks: new Map(ours.map(({ name, ts }) => [name, ts])), main };
}

/**
 * Milliseconds from the key of each edit until the first frame after what was found is painted, and handed to the thread
 * that puts frames together.
 */
function paints(marks, main) {
  const frames = main.filter(({ name }) => name === 'Commit').sort((a, b) => a.ts - b.ts);
  const edits = [...marks.keys()].filter((name) => name.endsWith('begins')).length;
  return Array.from({ length: edits }, (_, number) => {
    const frame = frames.find(({ ts }) => ts > marks.get(`edit-${number}-found`));
    return (frame.ts + frame.dur - marks.get(`edit-${number}-begins`)) / 1000;
  });
}

/** The tasks of the main thread between the marks of an edit: how long each took, and how long it computed. */
function tasksBetween(marks, main) {
  const begins = [...marks].filter(([name]) => name.endsWith('begins'));
  const spans = begins.map(([name, ts]) => [ts, marks.get(name.replace('begins', 'ends'))]);
  const during = ({ ts, dur }) => spans.some(([begin, end]) => ts < end && ts + dur > begin);
  return main
    .filter(({ name }) => name === 'RunTask' || name === 'ThreadControllerImpl::RunTask')
    .filter(during)
    .map(({ dur, tdur }) => ({ wall: dur / 1000, computing: (tdur ?? dur) / 1000 }));
}
