// The edits in yaml-language-server, over its standard input and output as every editor talks to it.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../machine.mjs';

const FOLDER = join(ROOT, 'scripts/measure/peer');
const PROGRAM = join(FOLDER, 'node_modules/yaml-language-server/bin/yaml-language-server');

/** It waits so long for more changes before it looks at one; what is measured is the rest. */
export const DEBOUNCE_MS = 200;

const PATIENCE_MS = 30_000;
const PAUSE_MS = 60;

const NAME = 'file:///workflow.yaml';

/** The tags of the workflow language: others are errors to it. */
const TAGS = ['Connection', 'Secret', 'Parameter', 'Output', 'Data', 'Answer', 'Fn.concat', 'Fn.equals'].flatMap(
  (name) => ['scalar', 'sequence', 'mapping'].map((kind) => `!${name} ${kind}`),
);

class Peer {
  #child;
  #received = Buffer.alloc(0);
  #answers = new Map();
  #diagnostics = null;
  #last = 0;

  constructor() {
    if (!existsSync(PROGRAM)) throw new Error('yaml-language-server is not there: run scripts/setup.sh bench');
    this.#child = spawn(process.execPath, [PROGRAM, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
    this.#child.stdout.on('data', (chunk) => this.#receive(chunk));
  }

  stop() {
    this.#child.kill();
  }

  #send(message) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  tell(method, params) {
    this.#send({ method, params });
  }

  ask(method, params) {
    this.#last += 1;
    const id = this.#last;
    this.#send({ id, method, params });
    return new Promise((done) => this.#answers.set(id, done));
  }

  /** The next diagnostics of the text. */
  diagnostics() {
    return new Promise((done, failed) => {
      const give = setTimeout(() => failed(new Error('yaml-language-server said nothing')), PATIENCE_MS);
      this.#diagnostics = (list) => {
        clearTimeout(give);
        this.#diagnostics = null;
        done(list);
      };
    });
  }

  #receive(chunk) {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const head = this.#received.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString('latin1', 0, head))[1]);
      const end = head + 4 + length;
      if (this.#received.length < end) return;
      const message = JSON.parse(this.#received.toString('utf8', head + 4, end));
      this.#received = this.#received.subarray(end);
      this.#take(message);
    }
  }

  #take({ id, method, params, result }) {
    if (method === 'textDocument/publishDiagnostics') {
      if (params.uri === NAME) this.#diagnostics?.(params.diagnostics);
    } else if (method === 'workspace/configuration') {
      const settings = {
        yaml: {
          customTags: TAGS,
          schemas: { [pathToFileURL(join(FOLDER, 'workflow.schema.json'))]: '*.yaml' },
          schemaStore: { enable: false },
          kubernetesCRDStore: { enable: false },
        },
      };
      this.#send({ id, result: params.items.map(({ section }) => settings[section] ?? {}) });
    } else if (method && id !== undefined) {
      this.#send({ id, result: null });
    } else if (id !== undefined) {
      this.#answers.get(id)?.(result);
    }
  }
}

/** A place as the protocol counts. */
function position(text, offset) {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length - 1, character: offset - (before.lastIndexOf('\n') + 1) };
}

const pause = () => new Promise((done) => setTimeout(done, PAUSE_MS));

/** Makes every edit; answers milliseconds and errors of each, and what was wrong with the text at first. */
export async function inPeer(text, edits) {
  const peer = new Peer();
  try {
    await peer.ask('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: { workspace: { configuration: true, didChangeConfiguration: {} } },
    });
    peer.tell('initialized', {});
    peer.tell('workspace/didChangeConfiguration', { settings: {} });
    let said = peer.diagnostics();
    peer.tell('textDocument/didOpen', { textDocument: { uri: NAME, languageId: 'yaml', version: 0, text } });
    await said;
    // Once more, now that schema and settings are there and its code is warm.
    for (let round = 1; round <= 20; round += 1) {
      said = peer.diagnostics();
      peer.tell('textDocument/didChange', { textDocument: { uri: NAME, version: -round }, contentChanges: [{ text }] });
      await said;
    }
    const before = await said;
    const done = [];
    let current = text;
    for (const [number, edit] of edits.entries()) {
      const range = { start: position(current, edit.from), end: position(current, edit.to) };
      await pause();
      said = peer.diagnostics();
      const started = performance.now();
      peer.tell('textDocument/didChange', {
        textDocument: { uri: NAME, version: number + 1 },
        contentChanges: [{ range, text: edit.text }],
      });
      const list = await said;
      const milliseconds = performance.now() - started - DEBOUNCE_MS;
      done.push({ milliseconds, errors: list.filter(({ severity }) => severity === 1).map(({ range }) => range.start.line + 1) });
      current = edit.after;
    }
    return { done, before };
  } finally {
    peer.stop();
  }
}
