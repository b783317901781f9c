// The instruments of the other tests, on pages that are wrong on purpose: they must notice.

import { expect, test, type Browser, type Page } from '@playwright/test';
import { Guard } from '../support/guard';
import { holds } from '../support/search';

const SITE = 'http://relay.test';

/** Shows a guard a page, and answers what it complains about. */
async function complaints(browser: Browser, body: string, policy: string, act?: (page: Page, guard: Guard) => Promise<void>) {
  const context = await browser.newContext();
  const guard = new Guard();
  await guard.watch(context);
  const page = await context.newPage();
  await page.route(`${SITE}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/gone') return route.fulfill({ status: 410, body: 'gone' });
    if (pathname === '/cut') return route.abort('connectionreset');
    const headers = { 'content-security-policy': policy };
    return route.fulfill({ contentType: 'text/html', headers, body: `<link rel="icon" href="data:,">${body}` });
  });
  await page.goto(SITE);
  await act?.(page, guard);
  await context.close();
  try {
    guard.verify();
    return '';
  } catch (error) {
    return String(error);
  }
}

const ANYTHING = "default-src * 'unsafe-inline' data:";

test('the guard is quiet on a good page', async ({ browser }) => {
  expect(await complaints(browser, '<p>Good', ANYTHING)).toBe('');
});

test('the guard notices everything it is there for', async ({ browser }) => {
  const script = (code: string) => `<script>${code}</script>`;
  expect(await complaints(browser, script('console.error("bad")'), ANYTHING)).toContain('a error: bad');
  expect(await complaints(browser, script('console.warn("odd")'), ANYTHING)).toContain('a warning: odd');
  expect(await complaints(browser, script('throw new Error("thrown")'), ANYTHING)).toContain('thrown');
  expect(await complaints(browser, script('Promise.reject(new Error("lost"))'), ANYTHING)).toContain('lost');
  expect(await complaints(browser, script('1'), "default-src 'none'")).toContain('content security policy broken');
  const ask = (path: string) => async (page: Page) => {
    await page.evaluate((path) => fetch(path).catch(() => undefined), path);
  };
  expect(await complaints(browser, '', ANYTHING, ask('/gone'))).toContain('/gone answered 410');
  expect(await complaints(browser, '', ANYTHING, ask('/cut'))).toContain('/cut failed: net::ERR_CONNECTION_RESET');
});

test('the guard lets through what a test expects, and wants it', async ({ browser }) => {
  const expecting = (status: number, ask: boolean) => async (page: Page, guard: Guard) => {
    guard.expectAnswer(status, /^\/gone$/);
    if (ask) await page.evaluate(() => fetch('/gone'));
  };
  expect(await complaints(browser, '', ANYTHING, expecting(410, true))).toBe('');
  expect(await complaints(browser, '', ANYTHING, expecting(410, false))).toContain('ever answered 410');
  expect(await complaints(browser, '', ANYTHING, expecting(404, true))).toContain('/gone answered 410');
});

test('the guard lets pages say what a test expects, and wants it', async ({ browser }) => {
  const expecting = async (_: Page, guard: Guard) => guard.expectSaying(/^bad/);
  const later = '<script>setTimeout(() => console.error("bad luck"), 50)</script>';
  const waiting = async (page: Page, guard: Guard) => {
    const said = page.waitForEvent('console');
    await expecting(page, guard);
    await said;
  };
  expect(await complaints(browser, later, ANYTHING, waiting)).toBe('');
  expect(await complaints(browser, '', ANYTHING, expecting)).toContain('never said /^bad/');
});

test('the search finds a marker in every form and every position', () => {
  const marker = 'Zq7Marker4hK9vXw2';
  for (const before of ['', 'a', 'ab', 'abc', 'abcd']) {
    const bytes = Buffer.from(`${before}${marker}ÿ?`);
    for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
      expect(holds(bytes.toString(encoding), marker), `${encoding} after "${before}"`).toBe(true);
    }
    expect(holds(Buffer.from(`${before}${marker}`, 'utf16le'), marker)).toBe(true);
  }
  expect(holds('Zq7Marker4hK9vXw', marker)).toBe(false);
});
