// The edits in the editor of the workflow page, as a person makes them: with keys and the clipboard.

import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A check that does not come is a failure and no figure. */
const PATIENCE_MS = 20_000;

/** Between two edits, so that nothing of one is counted for the next. */
const PAUSE_MS = 60;

/**
 * Runs in the page: notes when a key arrived, and when what the check of the text after it found was painted.
 *
 * The editor shows what was found in a transaction that changes nothing in the text; the browser paints it after the
 * next animation frame's work.
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
  const dispatch = view.dispatch.bind(view);
  view.dispatch = (...specs) => {
    dispatch(...specs);
    const { waiting } = state;
    const effects = specs.flatMap((spec) => spec.effects ?? []);
    const list = effects.map((effect) => effect.value).find((value) => Array.isArray(value));
    if (!waiting?.begun || waiting.seen || !list || view.state.doc.length !== waiting.length) return;
    waiting.seen = true;
    const found = performance.now() - waiting.begun;
    waiting.errors = list
      .filter(({ severity }) => severity === 'error')
      .map(({ from }) => view.state.doc.lineAt(from).number);
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        const painted = performance.now();
        performance.mark(`edit-${state.edit}-ends`);
        state.done.push({ milliseconds: painted - waiting.begun, found, errors: waiting.errors });
        state.waiting = null;
      };
      channel.port2.postMessage(null);
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

/**
 * Makes every edit; answers milliseconds and errors of each, or with `traced` the tasks of the main thread meanwhile:
 * writing them down slows what is timed.
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
  const categories = ['disabled-by-default-devtools.timeline', 'toplevel', 'blink.user_timing', '__metadata'];
  if (traced) await browser.startTracing(page, { path: trace, categories });
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
  if (traced) await browser.stopTracing();
  const { done, text } = await page.evaluate(() => ({
    done: window.measured.done,
    text: window.measured.view.state.doc.toString(),
  }));
  await context.close();
  if (!traced) return { done, text };
  const tasks = tasksBetween(JSON.parse(readFileSync(trace, 'utf8')).traceEvents);
  rmSync(trace);
  return { done, text, tasks };
}

/** The tasks of the page's main thread between the marks of an edit: how long each took, and how long it computed. */
function tasksBetween(events) {
  const marks = events.filter(({ name }) => /^edit-\d+-(begins|ends)$/.test(name));
  const ends = new Map(marks.filter(({ name }) => name.endsWith('ends')).map(({ name, ts }) => [name.split('-')[1], ts]));
  const spans = marks
    .filter(({ name }) => name.endsWith('begins'))
    .map(({ name, ts }) => [ts, ends.get(name.split('-')[1])]);
  const [{ pid }] = marks;
  const main = events.find(
    (event) => event.name === 'thread_name' && event.pid === pid && event.args.name === 'CrRendererMain',
  );
  const during = ({ ts, dur }) => spans.some(([begin, end]) => ts < end && ts + dur > begin);
  return events
    .filter(({ name, ph }) => ph === 'X' && (name === 'RunTask' || name === 'ThreadControllerImpl::RunTask'))
    .filter((event) => event.pid === pid && event.tid === main.tid && during(event))
    .map(({ dur, tdur }) => ({ wall: dur / 1000, computing: (tdur ?? dur) / 1000 }));
}
