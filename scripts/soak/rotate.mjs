#!/usr/bin/env node
// Rotates the vault's key under load, and kills the server again and again meanwhile. People save and look at pages, and
// steps read a value: none of it may be refused. Every value that was acknowledged stays, the ledger is whole, and at the
// end no value is sealed to an older key.
//
//   rotate.mjs sqlite|postgres --kills N [--apart]
//
// With --apart web server and engine are two processes, and only the engine is killed: then not one request of people
// may fail, not even one that was under way.

import { execFile } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { binary, environment } from '../measure/machine.mjs';
import { addAdministrator, Relay, withDirectory } from '../measure/relay.mjs';
import { withDatabase } from '../measure/postgres.mjs';

/** Connections before the first rotation; each has two values. */
const FIRST = 500;

/** Whoever saves all the time. */
const SAVERS = 4;

/** Runs that are started in each round; the step of each reads the first connection again and again. */
const READERS = 4;

/** A kill comes at any moment within this time after the server is up. */
const LONGEST_LIFE_MS = 1_500;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { kills: { type: 'string' }, apart: { type: 'boolean', default: false } },
});
const [database] = positionals;
if (!['sqlite', 'postgres'].includes(database) || !flags.kills) {
  console.error('usage: rotate.mjs sqlite|postgres --kills N [--apart]');
  process.exit(2);
}

const acknowledged = [];
const wrong = [];
let requests = 0;
let reads = 0;
let rotations = 0;

/** Servers that people talk to and that are being killed. */
const dying = new Set();

/** Requests that were answered between the end of an engine and the beginning of the next one. */
let alone = 0;

/** Whoever serves: `front` is whom people talk to. Without --apart that is also who is killed. */
class Serving {
  #start;
  #engine;
  #away = false;

  static async begin(directory, place) {
    const serving = new Serving();
    serving.#start = (...role) => Relay.start(directory, [], { flags: [...place, ...role] });
    await serving.again();
    // A web server begins where an engine has left the public key.
    if (flags.apart) serving.front = await serving.#start('--role', 'web');
    return serving;
  }

  /** Whether there is no engine for the moment. */
  get away() {
    return this.#away;
  }

  async kill() {
    const doomed = flags.apart ? this.#engine : this.front;
    if (doomed === this.front) dying.add(doomed);
    await doomed.killed();
    this.#away = true;
  }

  /** Starts what was killed. */
  async again() {
    const relay = await this.#start(...(flags.apart ? ['--role', 'engine'] : []));
    this.#away = false;
    if (flags.apart) this.#engine = relay;
    else this.front = relay;
  }

  async stop() {
    await this.front.stop();
    await this.#engine?.stop();
  }
}

/** A request whose server may die under it: `undefined` then. */
async function attempt(relay, request) {
  try {
    const done = await request();
    requests += 1;
    return done;
  } catch (error) {
    // The connection was cut, or refused.
    if (!(error instanceof TypeError && dying.has(relay))) wrong.push(error.message);
    return undefined;
  }
}

/** Takes what steps tell: `read` for each answer that was the right one, else what they were answered. */
async function listen() {
  const server = createServer((socket) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (part) => (text += part));
    socket.on('error', () => {});
    socket.on('end', () => {
      if (text.trim() === 'read') reads += 1;
      else if (text) wrong.push(`a step was answered: ${text.trim()}`);
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

/** A step that reads the first connection; an answer that is cut off comes from a server that was killed. */
const reader = (port) => `#!/bin/bash
tell() { echo "$1" >/dev/tcp/127.0.0.1/${port}; }
at=\${METADATA_API_URL#*@}
token=\${METADATA_API_URL#http://:}
for number in {1..20}; do
  exec 3<>"/dev/tcp/\${at%:*}/\${at##*:}" || exit 1
  printf 'GET /spec HTTP/1.1\\r\\nHost: relay\\r\\nAuthorization: Bearer %s\\r\\nConnection: close\\r\\n\\r\\n' "\${token%@*}" >&3
  answer=$(cat <&3)
  case "$answer" in
    'HTTP/1.1 200 '*'first 0'*) tell read ;;
    'HTTP/1.1 200 '*'}') tell 'another value' ;;
    'HTTP/1.1 200 '* | '') exit 1 ;;
    *) tell "\${answer%%$'\\n'*}" ;;
  esac
done`;

const workflow = (port) => `steps:
  - name: reads
    image: bash
    spec: { connection: !Connection [aws, first 0] }
    input:
${reader(port).split('\n').map((line) => `      - ${JSON.stringify(line)}`).join('\n')}
`;

async function save(relay, cookie, name) {
  const done = await attempt(relay, () =>
    relay.post(cookie, 'add_connection', {
      id: randomBytes(16).toString('hex'),
      type_name: 'aws',
      name,
      'values[accessKeyID]': 'AKIASOAK',
      'values[secretAccessKey]': name,
    }),
  );
  if (done) acknowledged.push(name);
  return done;
}

/** Asks for a rotation; one that is under way goes on. */
async function rotate(relay, cookie) {
  const answer = await attempt(relay, () =>
    fetch(`${relay.url}/fn/rotate_key`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: relay.url, accept: 'application/json', cookie },
      body: new URLSearchParams(),
    }),
  );
  if (!answer) return;
  if (answer.status < 400) rotations += 1;
  else if (answer.status !== 409) wrong.push(`rotate_key answered ${answer.status}: ${await answer.text()}`);
}

/** While it is waited for, connections that the server closes meanwhile are seen to be closed. */
async function command(directory, place, ...what) {
  const running = promisify(execFile)(binary(), [...what, '--data-dir', directory, ...place], { env: environment() });
  running.child.stdin.end();
  return (await running).stdout;
}

async function rounds(directory, place, port) {
  addAdministrator(directory, place);
  const serving = await Serving.begin(directory, place);
  let cookie = await serving.front.signIn();
  for (let number = 0; number < FIRST; number++) await save(serving.front, cookie, `first ${number}`);
  await serving.front.post(cookie, 'create_workflow', { name: 'reads' });
  await serving.front.post(cookie, 'save_workflow', { workflow: 'reads', base_revision: '0', text: workflow(port) });
  for (let kill = 0; kill < Number(flags.kills); kill++) {
    let over = false;
    const server = serving.front;
    const mine = cookie;
    const saver = async (who) => {
      for (let number = 0; !over; number++) {
        const { away } = serving;
        if (!(await save(server, mine, `${kill}, ${who}, ${number}`))) return;
        if (away && serving.away) alone += 1;
        await attempt(server, () => server.view('/keys', mine));
      }
    };
    const load = Array.from({ length: SAVERS }, (_, who) => saver(who));
    const start = () => attempt(server, () => server.post(mine, 'start_run', { workflow: 'reads' }));
    await Promise.all(Array.from({ length: READERS }, start));
    await rotate(server, cookie);
    await sleep(randomInt(LONGEST_LIFE_MS));
    await serving.kill();
    await serving.again();
    over = true;
    await Promise.all(load);
    if (serving.front !== server) cookie = await serving.front.signIn();
  }
  // One that is under way is waited for.
  await command(directory, place, 'keys', 'rotate');
  const told = (await command(directory, place, 'keys', 'status')).split('\n');
  const older = told.filter((line) => line.startsWith('key ') && !line.includes(': current'));
  for (const line of older) if (!/, 0 values,/.test(line)) wrong.push(`still needed: ${line}`);
  if (told.some((line) => line.includes("can't be opened"))) wrong.push('a value cannot be opened');
  const page = await serving.front.view('/connections', cookie);
  const lost = acknowledged.filter((name) => !page.includes(`>${name}<`));
  if (lost.length > 0) wrong.push(`${lost.length} acknowledged connections are gone, such as ${lost[0]}`);
  await serving.stop();
  await command(directory, place, 'ledger', 'verify');
  if (reads === 0) wrong.push('no step has read anything');
  if (flags.apart && alone === 0) wrong.push('nobody has saved anything while there was no engine');
}

const listener = await listen();
const { port } = listener.address();
await withDirectory((directory) =>
  database === 'sqlite'
    ? rounds(directory, [], port)
    : withDatabase((url) => rounds(directory, ['--database-url', url], port)),
);
for (const line of wrong.slice(0, 20)) console.log(line);
console.log(
  `rotations on ${database}${flags.apart ? ', web server and engine apart' : ''}: ${flags.kills} kills, ${rotations} ` +
    `rotations asked for, ${acknowledged.length} connections saved, ${flags.apart ? `${alone} of them without an engine, ` : ''}` +
    `${requests} requests answered, ${reads} reads of steps, ${wrong.length} broken promises`,
);
process.exit(wrong.length > 0 ? 1 : 0);
