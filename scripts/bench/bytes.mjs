#!/usr/bin/env node
// What a browser with an empty cache has to fetch for a page, beside the same resources as they are unpacked.

import { withBrowser } from '../measure/browser.mjs';
import { expectConnections, fill, WORKFLOW } from '../measure/content.mjs';
import { calibrators } from '../measure/machine.mjs';
import { addAdministrator, Relay, withDirectory } from '../measure/relay.mjs';
import { median, print, row } from '../measure/table.mjs';

const ROUNDS = 5;

/** A page that asks for nothing during this time has what it needs. */
const QUIET_MS = 2_000;
const PATIENCE_MS = 60_000;

/** Loads a page in a new profile; answers its resources with their bytes. */
async function load(browser, relay, cookie, { path, ready, check }) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  try {
    const [name, value] = cookie.split('=');
    await context.addCookies([{ name, value, url: relay.url }]);
    const page = await context.newPage();
    const traffic = await listen(page);
    await page.goto(relay.url + path);
    await page.locator(ready).first().waitFor({ timeout: PATIENCE_MS });
    await traffic.settled();
    check?.(await page.content());
    return await traffic.resources();
  } finally {
    await context.close();
  }
}

/** Writes down every request of the page. */
async function listen(page) {
  const session = await page.context().newCDPSession(page);
  const requests = new Map();
  let problem;
  let last = Date.now();
  const on = (event, work) =>
    session.on(`Network.${event}`, (message) => {
      last = Date.now();
      work(message);
    });
  on('requestWillBeSent', ({ requestId, request, redirectResponse }) => {
    if (redirectResponse) problem = `${redirectResponse.url} led elsewhere`;
    if (/^https?:/.test(request.url)) requests.set(requestId, { path: new URL(request.url).pathname, body: 0 });
  });
  on('responseReceived', ({ requestId, response }) => {
    if (response.status !== 200) problem = `${response.url} answered ${response.status}`;
    if (response.fromDiskCache || response.fromPrefetchCache) problem = `${response.url} came from a cache`;
    if (requests.has(requestId)) requests.get(requestId).encoding = response.headers['content-encoding'] ?? '';
  });
  on('requestServedFromCache', ({ requestId }) => requests.delete(requestId));
  on('dataReceived', ({ requestId, dataLength }) => {
    if (requests.has(requestId)) requests.get(requestId).body += dataLength;
  });
  on('loadingFinished', ({ requestId, encodedDataLength }) => {
    if (requests.has(requestId)) requests.get(requestId).wire = encodedDataLength;
  });
  on('loadingFailed', ({ errorText }) => (problem = `a resource failed: ${errorText}`));
  // Of workers the session hears at most the beginning. What they load is asked of the requests themselves; an address
  // that the page has loaded before comes from its cache.
  const finished = [];
  page.on('requestfinished', (request) => {
    last = Date.now();
    finished.push(request);
  });
  await session.send('Network.enable');

  const all = () => [...requests.values()];
  const path = (request) => new URL(request.url()).pathname;
  const pending = (one) => one.wire === undefined && !finished.some((request) => path(request) === one.path);
  return {
    async resources() {
      const found = all().filter(({ wire }) => wire !== undefined);
      for (const request of finished) {
        if (found.some((one) => one.path === path(request))) continue;
        const { responseBodySize, responseHeadersSize } = await request.sizes();
        const response = await request.response();
        found.push({
          path: path(request),
          wire: responseBodySize + responseHeadersSize,
          body: (await response.body()).length,
          encoding: response.headers()['content-encoding'] ?? '',
        });
      }
      return found;
    },
    async settled() {
      const until = Date.now() + PATIENCE_MS;
      while (all().some(pending) || Date.now() - last < QUIET_MS) {
        if (problem) break;
        if (Date.now() > until) throw new Error('the page does not come to rest');
        await page.waitForTimeout(100);
      }
      if (problem) throw new Error(problem);
    },
  };
}

const sum = (resources, unit) => resources.reduce((total, resource) => total + resource[unit], 0) / 1000;

function list(name, resources) {
  console.log(`${name}, as fetched:`);
  for (const { path, wire, body, encoding } of [...resources].sort((a, b) => b.wire - a.wire)) {
    const unpacked = encoding ? ` (${encoding}, ${(body / 1000).toFixed(1)} kB unpacked)` : '';
    console.log(`  ${(wire / 1000).toFixed(1).padStart(7)} kB  ${path}${unpacked}`);
  }
  console.log('');
}

const PAGES = [
  { what: '/connections, 50 connections', path: '/connections', ready: 'main', check: expectConnections, limit: 250 },
  { what: 'workflow page, 200 lines', path: `/workflows/${WORKFLOW}`, ready: '.cm-content', limit: 400 },
];

calibrators();
await withDirectory(async (directory) => {
  addAdministrator(directory);
  const relay = await Relay.start(directory);
  const cookie = await relay.signIn();
  await fill(relay, cookie);
  await withBrowser(async (browser) => {
    const loads = PAGES.map(() => []);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, page] of PAGES.entries()) loads[index].push(await load(browser, relay, cookie, page));
    }
    const rows = PAGES.map(({ what, limit }, index) => {
      const wire = loads[index].map((resources) => sum(resources, 'wire'));
      const bodies = loads[index].map((resources) => sum(resources, 'body'));
      const requests = median(loads[index].map((resources) => resources.length));
      return row({ what: `${what} (${requests} requests)`, unit: 'kB', rounds: wire, reference: bodies, of: 'unpacked', limit });
    });
    print(`bytes over the wire, cold cache, headers included; median of ${ROUNDS} loads, 1 kB = 1000 bytes`, rows);
    for (const [index, { what }] of PAGES.entries()) list(what, loads[index].at(-1));
  });
  await relay.stop();
});
