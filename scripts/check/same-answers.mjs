#!/usr/bin/env node
// The browser must say of every text what the server says: the language as WebAssembly and as native code answer
// thousands of texts, byte for byte the same JSON. The texts are in crates/language/examples/check/answers.rs.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { unfinished, wasm } from '../measure/cargo.mjs';
import { instantiate } from '../measure/language.mjs';

const program = unfinished('language', 'check');
const module = await WebAssembly.compile(wasm('language', 'check'));
const language = await instantiate(module);

const child = spawn(program, ['answers'], { stdio: ['ignore', 'pipe', 'inherit'] });
const ended = new Promise((done) => child.on('exit', done));
let compared = 0;
let differing = 0;
for await (const line of createInterface({ input: child.stdout })) {
  const [text, native] = JSON.parse(line);
  language.read(text);
  const here = language.answer();
  compared += 1;
  if (here === native) continue;
  differing += 1;
  if (differing > 5) continue;
  const at = [...here].findIndex((character, place) => character !== native[place]);
  const around = (answer) => answer.slice(Math.max(0, at - 80), at + 120);
  console.error(`a text is answered differently: ${JSON.stringify(text.slice(0, 500))}`);
  console.error(`  native:      …${around(native)}`);
  console.error(`  WebAssembly: …${around(here)}`);
}
const code = await ended;
console.log(`${compared} texts compared, ${differing} answered differently`);
if (code !== 0 || compared < 2_000 || differing) process.exit(1);
