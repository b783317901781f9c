#!/usr/bin/env node
// How long it takes from a key to the painted squiggle, and whether the page ever stands still: 200 edits of a workflow
// of 2,000 lines in Chromium, beside the same edits in yaml-language-server.

import { withBrowser } from '../measure/browser.mjs';
import { fillWith, longText } from '../measure/content.mjs';
import { edits } from '../measure/editor/edits.mjs';
import { inPage } from '../measure/editor/page.mjs';
import { DEBOUNCE_MS, inPeer } from '../measure/editor/peer.mjs';
import { calibrators } from '../measure/machine.mjs';
import { addAdministrator, Relay, withDirectory } from '../measure/relay.mjs';
import { digits, print, row } from '../measure/table.mjs';

const LINES = 2_000;
const NAME = 'two-thousand-lines';

/** Above this a page drops a frame. */
const FRAME_MS = 16;

const part = (numbers, share) => [...numbers].sort((a, b) => a - b)[Math.max(0, Math.ceil(numbers.length * share) - 1)];

/** Both have to see the same syntax errors, or what they are timed at is not the same work. */
function expectSame(all, page, peer) {
  let seeded = 0;
  for (const [number, { kind, wrong }] of all.entries()) {
    const near = ({ errors }) => errors.some((line) => Math.abs(line - wrong) <= 1);
    if (!wrong) continue;
    seeded += 1;
    for (const [who, done] of [
      ['the page', page],
      ['yaml-language-server', peer],
    ]) {
      if (!near(done[number])) {
        throw new Error(
          `edit ${number} (${kind}): ${who} found no error at line ${wrong}, but at [${done[number].errors.slice(0, 5)}]`,
        );
      }
    }
  }
  return seeded;
}

calibrators();
const text = longText(LINES);
const all = edits(text);
const peer = await inPeer(text, all);
await withBrowser((browser) =>
  withDirectory(async (directory) => {
    addAdministrator(directory);
    const relay = await Relay.start(directory);
    const cookie = await relay.signIn();
    await fillWith(relay, cookie, NAME, text);
    const page = await inPage(browser, relay, cookie, `/workflows/${NAME}`, all);
    const { tasks } = await inPage(browser, relay, cookie, `/workflows/${NAME}`, all, { traced: true });
    await relay.stop();
    if (page.text !== text) throw new Error('after all edits the text is not what it was');
    const seeded = expectSame(all, page.done, peer.done);

    const ours = page.done.map(({ milliseconds }) => milliseconds);
    const theirs = peer.done.map(({ milliseconds }) => milliseconds);
    const found = page.done.map((one) => one.found);
    const beside = { unit: 'ms', of: 'yaml-language-server' };
    const longest = part(tasks.map(({ wall }) => wall), 1);
    const computing = part(tasks.map(({ computing: time }) => time), 1);
    const above = (figure) => tasks.filter((task) => figure(task) > FRAME_MS).length;
    const frame = { unit: 'ms', of: 'between two frames', limit: FRAME_MS };
    print(
      `${all.length} edits of ${text.split('\n').length - 1} lines, ${seeded} of them a syntax error that both find; ` +
        `from the key until the frame that shows what was found is painted; beside it from the change to the answer, less its ` +
        `${DEBOUNCE_MS} ms of waiting and without any paint`,
      [
        row({ what: 'the middle one (p50)', rounds: part(ours, 0.5), reference: part(theirs, 0.5), atMost: 0.1, ...beside }),
        row({ what: 'the slowest hundredth (p99)', rounds: part(ours, 0.99), reference: part(theirs, 0.99), atMost: 0.1, ...beside }),
        row({ what: 'the same, as is aimed for', rounds: part(ours, 0.99), reference: part(theirs, 0.99), atMost: 0.04, ...beside }),
        row({ what: 'until it was found (p99)', rounds: part(found, 0.99), reference: part(theirs, 0.99), ...beside }),
        row({ what: 'longest task of the main thread', rounds: longest, reference: FRAME_MS, ...frame }),
        row({ what: 'the same, what it computed itself', rounds: computing, reference: FRAME_MS, ...frame }),
      ],
    );
    console.log(
      `of ${tasks.length} tasks ${above((task) => task.wall)} took more than ${FRAME_MS} ms, ` +
        `${above((task) => task.computing)} computed so long; p99 of all ${digits(part(tasks.map(({ wall }) => wall), 0.99))} ms`,
    );
    for (const kind of new Set(all.map((one) => one.kind))) {
      const of = (done) => done.filter((_, number) => all[number].kind === kind).map(({ milliseconds }) => milliseconds);
      const [here, there] = [of(page.done), of(peer.done)];
      const figures = (list) => `${digits(part(list, 0.5)).padStart(6)} ms, at most ${digits(part(list, 1)).padStart(6)} ms`;
      console.log(`  ${kind.padEnd(8)} here ${figures(here)}   there ${figures(there)}`);
    }
    console.log('');
  }),
);
