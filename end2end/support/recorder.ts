// Writes down everything a browser gets to see, sends and keeps, so that it can be searched afterwards.

import type { BrowserContext, Page, Request, Response, Route } from '@playwright/test';
import { holds } from './search';

interface Record {
  channel: 'address' | 'answer' | 'console' | 'page' | 'sent' | 'storage';
  where: string;
  content: Buffer | string;
}

/** A page leaves for another one as soon as it has read this answer; Chromium then has forgotten what it said. */
const READ_IN_PASSING = /\/fn\/(add|overwrite)_sealed_\w+$/;

/** What was built with the binary and is the same for everybody; the browser forgets it when it leaves a page. */
const BUILT = /^\/(pkg\/|favicon)/;

export class Recorder {
  private readonly records: Record[] = [];
  private readonly pending: Promise<void>[] = [];

  constructor(private readonly context: BrowserContext) {
    context.on('request', (request) => this.asked(request));
    context.on('response', (response) => this.pending.push(this.answered(response)));
    this.pending.push(context.route(READ_IN_PASSING, (route) => this.pass(route)).then(() => undefined));
    context.on('console', (message) => this.add('console', message.location().url, message.text()));
  }

  /**
   * Writes down the page as it is now, and everything its site has stored. Has to be called before a page is left:
   * the browser then forgets what it was sent.
   */
  async look(page: Page): Promise<void> {
    await Promise.all(this.pending.splice(0));
    this.add('page', page.url(), await page.content());
    this.add('page', `history of ${page.url()}`, await page.evaluate(() => JSON.stringify(history.state)));
    const session = await page.evaluate(() => JSON.stringify({ ...sessionStorage }));
    this.add('storage', `session storage at ${page.url()}`, session);
    const caches = await page.evaluate(async () => {
      const found: string[] = [];
      for (const name of await window.caches.keys()) {
        const cache = await window.caches.open(name);
        for (const request of await cache.keys()) found.push(request.url, await (await cache.match(request))!.text());
      }
      return JSON.stringify(found);
    });
    this.add('storage', `caches at ${page.url()}`, caches);
    const state = await this.context.storageState({ indexedDB: true });
    this.add('storage', 'cookies, local storage and databases', JSON.stringify(state));
  }

  /** Where the marker is, as `channel: place`. */
  async findings(marker: string): Promise<string[]> {
    await Promise.all(this.pending.splice(0));
    const found = this.records.filter(({ content }) => holds(content, marker));
    return found.map(({ channel, where }) => `${channel}: ${where}`);
  }

  /** How many answers were written down. */
  get answers(): number {
    return this.records.filter(({ channel }) => channel === 'answer').length;
  }

  private add(channel: Record['channel'], where: string, content: Buffer | string): void {
    this.records.push({ channel, where, content });
  }

  private asked(request: Request): void {
    this.add('address', request.url(), request.url());
    this.add('address', `what led to ${request.url()}`, request.headers().referer ?? '');
    this.add('sent', request.url(), request.postDataBuffer() ?? '');
  }

  private async pass(route: Route): Promise<void> {
    const response = await route.fetch({ maxRedirects: 0 });
    this.add('answer', `${response.status()} ${response.url()}`, await response.body());
    await route.fulfill({ response });
  }

  private async answered(response: Response): Promise<void> {
    const where = `${response.status()} ${response.url()}`;
    this.add('answer', `headers of ${where}`, JSON.stringify(await response.allHeaders()));
    // A redirect has no body that anybody could read.
    if (response.status() >= 300 && response.status() < 400) return;
    const { pathname } = new URL(response.url());
    if (BUILT.test(pathname) || READ_IN_PASSING.test(pathname)) return;
    this.add('answer', where, await response.body());
  }
}
