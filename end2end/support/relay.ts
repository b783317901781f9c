// One running server with a data directory of its own, started and stopped the way a person does it.

import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createDatabase, databaseEnvironment, dropDatabase } from './database';
import type { Person } from './people';

/** How long a start may take; what is not up by then never will be. */
const START_MS = 60_000;

/** How long an end may take. */
const STOP_MS = 60_000;

function binary(): string {
  const path = process.env.RELAY_BIN;
  if (!path) throw new Error('set RELAY_BIN to the relay binary under test');
  const absolute = resolve(path);
  if (!existsSync(absolute)) throw new Error(`RELAY_BIN names ${absolute}, which does not exist`);
  return absolute;
}

/** Settings of whoever runs the tests must not reach the server. */
function environment(directory: string, more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('RELAY_') && name !== 'RUST_LOG');
  return { ...Object.fromEntries(own), ...databaseEnvironment(directory), ...more };
}

/** An empty data directory. */
export async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'relay-end2end-'));
  createDatabase(directory);
  return directory;
}

/** A data directory like another one, which no server uses. */
export async function copyOf(from: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'relay-end2end-'));
  await cp(from, directory, { recursive: true });
  createDatabase(directory, from);
  return directory;
}

export async function removeDirectory(directory: string): Promise<void> {
  dropDatabase(directory);
  await rm(directory, { recursive: true, force: true });
}

/** `relay user add`; works with and without a server on the same directory. */
export function addUser(directory: string, person: Person): void {
  const { email, name, role, password } = person;
  const flags = ['--email', email, '--name', name, '--role', role, '--password-stdin', '--data-dir', directory];
  execFileSync(binary(), ['user', 'add', ...flags], { input: `${password}\n`, env: environment(directory), stdio: 'pipe' });
}

export class Relay {
  private output = '';
  private log = '';
  private ended: number | string | undefined;

  private constructor(
    readonly directory: string,
    private readonly child: ChildProcessWithoutNullStreams,
  ) {
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.log += text));
    child.on('error', (error) => (this.ended = error.message));
    child.on('exit', (code, signal) => (this.ended = code ?? signal ?? 'unknown'));
  }

  static async start(directory: string, more: Record<string, string> = {}): Promise<Relay> {
    const flags = ['serve', '--listen', '127.0.0.1:0', '--metadata-listen', '127.0.0.1:0', '--data-dir', directory];
    const relay = new Relay(directory, spawn(binary(), flags, { env: environment(directory, more) }));
    await relay.said(/^listening on (http:\/\/\S+)$/m);
    return relay;
  }

  /** The address it printed. */
  get url(): string {
    const [, url] = /^listening on (http:\/\/\S+)$/m.exec(this.output) ?? [];
    if (!url) throw new Error('the server has not said where it listens');
    return url;
  }

  /** The code it printed because nobody can sign in yet. */
  async setupCode(): Promise<string> {
    const [, code] = await this.said(/^setup code: (\S+)$/m);
    return code;
  }

  /** Everything it wrote so far, on both streams. */
  get written(): string {
    return `${this.output}${this.log}`;
  }

  get processId(): number | undefined {
    return this.child.pid;
  }

  /** Ends it as an operator does; a server that lingers or complains fails the test. */
  async stop(): Promise<void> {
    if (this.ended !== undefined) throw new Error(`the server ended by itself (${this.ended}):\n${this.written}`);
    this.child.kill('SIGTERM');
    await this.until(() => this.ended !== undefined, STOP_MS);
    if (this.ended === undefined) {
      this.child.kill('SIGKILL');
      throw new Error(`the server did not end within ${STOP_MS} ms of SIGTERM:\n${this.written}`);
    }
    if (this.ended !== 0) throw new Error(`the server ended with ${this.ended}:\n${this.written}`);
    if (/panicked at/.test(this.log)) throw new Error(`the server panicked:\n${this.log}`);
  }

  private async said(pattern: RegExp): Promise<RegExpExecArray> {
    await this.until(() => this.ended !== undefined || pattern.test(this.output), START_MS);
    const found = pattern.exec(this.output);
    if (found) return found;
    if (this.ended === undefined) this.child.kill('SIGKILL');
    throw new Error(`the server never printed ${pattern} (ended: ${this.ended ?? 'no'}):\n${this.written}`);
  }

  /** Waits for something the process does; whatever it does wakes us. */
  private until(condition: () => boolean, patience: number): Promise<void> {
    return new Promise((done) => {
      const look = () => {
        if (condition()) finish();
      };
      const finish = () => {
        clearTimeout(timer);
        this.child.stdout.off('data', look);
        this.child.off('exit', look).off('error', look);
        done();
      };
      const timer = setTimeout(finish, patience);
      this.child.stdout.on('data', look);
      this.child.on('exit', look).on('error', look);
      look();
    });
  }
}
