// What no page may do, in any test: complain in the console, throw, break its content security policy, or get an
// answer that says something went wrong, unless the test says beforehand that it will.

import type { BrowserContext, ConsoleMessage, Request, Response } from '@playwright/test';

interface Expected {
  status: number;
  path: RegExp;
  /** What must come and has not. */
  owed: boolean;
}

interface Complaint {
  words: string;
  /** Set when it is about an answer of the server. */
  status?: number;
  url?: string;
}

const FAILED_RESOURCE = /^Failed to load resource: the server responded with a status of (\d+)/;
const OFFLINE = 'net::ERR_INTERNET_DISCONNECTED';

export class Guard {
  private readonly complaints: Complaint[] = [];
  private readonly expected: Expected[] = [];
  private readonly sayings: { words: RegExp; owed: boolean }[] = [];
  private offline = false;
  private scriptless = false;

  /** The test makes the server answer this, and fails if it never does. */
  expectAnswer(status: number, path: RegExp): void {
    this.expected.push({ status, path, owed: true });
  }

  /** The test may make the server answer this; which of two requests wins is not ours to say. */
  mayAnswer(status: number, path: RegExp): void {
    this.expected.push({ status, path, owed: false });
  }

  /** The test makes a page say this in the console, and fails if none ever does. */
  expectSaying(words: RegExp): void {
    this.sayings.push({ words, owed: true });
  }

  /** The test takes the network away for a while. */
  expectOffline(): void {
    this.offline = true;
  }

  /** The browser runs no script: what a page loads ahead for its scripts is refused or never used. */
  expectNoScripts(): void {
    this.scriptless = true;
  }

  async watch(context: BrowserContext): Promise<void> {
    context.on('console', (message) => this.heard(message));
    context.on('weberror', (error) => this.complain(`a script failed: ${error.error().stack ?? error.error().message}`));
    context.on('response', (response) => this.answered(response));
    context.on('requestfailed', (request) => this.failed(request));
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`content security policy broken: ${event.violatedDirective} by ${event.blockedURI}`);
      });
    });
  }

  /** Fails when anything was wrong that no test expected, or something expected did not happen. */
  verify(): void {
    const open = this.complaints.filter((complaint) => !this.covers(complaint)).map(({ words }) => words);
    const absent = this.expected.filter(({ owed }) => owed);
    const missing = absent.map(({ status, path }) => `nothing at ${path} ever answered ${status}`);
    const unsaid = this.sayings.filter(({ owed }) => owed).map(({ words }) => `the console never said ${words}`);
    const all = [...open, ...missing, ...unsaid];
    if (all.length > 0) throw new Error(`the pages complained:\n  ${all.join('\n  ')}`);
  }

  private covers({ status, url }: Complaint): boolean {
    if (status === undefined || url === undefined) return false;
    const { pathname } = new URL(url);
    const matching = this.expected.filter((one) => one.status === status && one.path.test(pathname));
    for (const one of matching) one.owed = false;
    return matching.length > 0;
  }

  private complain(words: string): void {
    this.complaints.push({ words });
  }

  private heard(message: ConsoleMessage): void {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    const text = message.text();
    if (this.offline && text.includes(OFFLINE)) return;
    const saying = this.sayings.find(({ words }) => words.test(text));
    if (saying) {
      saying.owed = false;
      return;
    }
    if (this.scriptless && text.includes('was preloaded using link preload but not used')) return;
    const { url } = message.location();
    const words = `the console has a ${message.type()}: ${text} (${url})`;
    const failed = FAILED_RESOURCE.exec(text);
    this.complaints.push(failed ? { words, status: Number(failed[1]), url } : { words });
  }

  private answered(response: Response): void {
    const status = response.status();
    if (status < 400) return;
    const words = `${response.request().method()} ${response.url()} answered ${status}`;
    this.complaints.push({ words, status, url: response.url() });
  }

  private failed(request: Request): void {
    const reason = request.failure()?.errorText ?? 'no reason';
    // Leaving a page gives up what it was still asking for; that is no failure.
    if (reason === 'net::ERR_ABORTED' || (this.offline && reason === OFFLINE)) return;
    if (this.scriptless && reason === 'csp' && request.url().endsWith('.js')) return;
    this.complain(`${request.method()} ${request.url()} failed: ${reason}`);
  }
}
