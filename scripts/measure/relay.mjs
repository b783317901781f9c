// A relay with a data directory of its own, gone when the measurement ends, whichever way it ends.

import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, environment } from './machine.mjs';

const START_MS = 30_000;
const STOP_MS = 60_000;

const EMAIL = 'ada@example.com';
const PASSWORD = 'measured twice and cut once';

const running = new Set();

/** Does `work` with a new data directory; afterwards no server runs in it and it is gone. */
export async function withDirectory(work) {
  const directory = mkdtempSync(join(tmpdir(), 'relay-bench-'));
  const clear = () => {
    for (const relay of running) relay.kill();
    // A server that is just being killed may still write.
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  const interrupted = (_, number) => {
    clear();
    process.exit(128 + number);
  };
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  try {
    return await work(directory);
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    clear();
  }
}

/** The administrator who is measured as; `place` may name another database than the directory's own. */
export function addAdministrator(directory, place = []) {
  const flags = ['--email', EMAIL, '--name', 'Ada', '--role', 'administrator', '--password-stdin'];
  execFileSync(binary(), ['user', 'add', ...flags, '--data-dir', directory, ...place], {
    input: `${PASSWORD}\n`,
    env: environment(),
    stdio: 'pipe',
  });
}

export class Relay {
  #child;
  #log;
  #ended;

  /** Starts it, in front of it perhaps another program with its arguments, and waits until it listens. */
  static async start(directory, before = [], { flags: more = [], wait = true } = {}) {
    const relay = new Relay();
    const listen = ['--listen', '127.0.0.1:0', '--metadata-listen', '127.0.0.1:0'];
    const flags = ['serve', ...listen, '--data-dir', directory, ...more];
    const [program, ...rest] = [...before, binary(), ...flags];
    // A file: whoever reads a pipe takes time from what is measured.
    relay.#log = join(directory, 'log');
    const log = openSync(relay.#log, 'a');
    const started = performance.now();
    relay.#child = spawn(program, rest, { env: environment(), stdio: ['ignore', 'pipe', log] });
    closeSync(log);
    running.add(relay);
    const listening = relay.#listening();
    if (!wait) {
      listening.catch(() => {});
      return relay;
    }
    relay.url = await listening;
    /** Milliseconds from the spawn to the line that says so. */
    relay.readyAfter = performance.now() - started;
    return relay;
  }

  get processId() {
    return this.#child.pid;
  }

  #listening() {
    return new Promise((done, failed) => {
      let output = '';
      const child = this.#child;
      const give = setTimeout(() => failed(new Error(`the server was not up within ${START_MS} ms`)), START_MS);
      child.stdout.setEncoding('utf8').on('data', (text) => {
        output += text;
        const [, url] = /^listening on (http:\/\/\S+)$/m.exec(output) ?? [];
        if (!url) return;
        clearTimeout(give);
        done(url);
      });
      this.#ended = new Promise((gone) => {
        const end = (how) => {
          running.delete(this);
          clearTimeout(give);
          failed(new Error(`the server did not start (${how}):\n${this.#said()}`));
          gone(how);
        };
        child.on('error', (error) => end(error.message));
        child.on('exit', (code, signal) => end(code ?? signal));
      });
    });
  }

  #said() {
    // A server that is killed with its directory leaves nothing to read.
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8').slice(-4000) : '';
  }

  kill() {
    this.#child.kill('SIGKILL');
  }

  /** Kills it; when this is over, it is gone. */
  async killed() {
    this.kill();
    await this.#ended;
  }

  /** Ends it as an operator does. */
  async stop() {
    const give = setTimeout(() => this.kill(), STOP_MS);
    this.#child.kill('SIGTERM');
    const how = await this.#ended;
    clearTimeout(give);
    if (how !== 0) throw new Error(`the server ended with ${how}:\n${this.#said()}`);
  }

  /** Signs in; answers the session's cookie as `name=value`. */
  async signIn() {
    const answer = await this.#post('log_in', { email: EMAIL, password: PASSWORD });
    const [cookie] = answer.headers.getSetCookie();
    if (!cookie) throw new Error('signing in gave no cookie');
    return cookie.split(';')[0];
  }

  /** Calls a server function as the pages' forms do; answers what it says. */
  async call(cookie, name, form) {
    const text = await (await this.post(cookie, name, form)).text();
    return text ? JSON.parse(text) : undefined;
  }

  /** The same; answers the answer. */
  post(cookie, name, form) {
    return this.#post(name, form, { cookie });
  }

  async #post(name, form, more = {}) {
    const answer = await fetch(`${this.url}/fn/${name}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: this.url, accept: 'application/json', ...more },
      body: new URLSearchParams(form),
    });
    if (answer.status >= 400) throw new Error(`${name} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  }

  /** A page as a browser asks for it; anything but the page itself is an error. */
  async view(path, cookie) {
    const answer = await fetch(this.url + path, { redirect: 'manual', headers: { ...BROWSER, cookie } });
    const body = await answer.text();
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${body.slice(0, 200)}`);
    return body;
  }

  /** A text that is not a page, such as a log. */
  async text(path, cookie) {
    const answer = await fetch(this.url + path, { headers: { cookie } });
    const body = await answer.text();
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${body.slice(0, 200)}`);
    return body;
  }

  /** The bytes of an answer's body as they are sent to a browser. */
  size(path, cookie) {
    return new Promise((done, failed) => {
      const asked = get(this.url + path, { headers: { ...BROWSER, cookie } }, (answer) => {
        let bytes = 0;
        answer.on('data', (part) => (bytes += part.length));
        answer.on('error', failed);
        answer.on('end', () => {
          if (answer.statusCode === 200) done(bytes);
          else failed(new Error(`${path} answered ${answer.statusCode}`));
        });
      });
      asked.on('error', failed);
    });
  }
}

/** What Chromium sends when somebody follows a link. */
export const BROWSER = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-GB,en;q=0.9',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'same-origin',
};
