// Programs that are built for a measurement, in the profiles that people get.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './machine.mjs';

// As the site is built: see xtask/src/site/wasm.rs.
const WASM_PROFILE = ['--profile', 'wasm-release', '--target', 'wasm32-unknown-unknown'];
const WASM_FEATURES = [
  '--enable-bulk-memory',
  '--enable-nontrapping-float-to-int',
  '--enable-reference-types',
  '--enable-sign-ext',
  '--enable-mutable-globals',
  '--enable-multivalue',
];

/** Builds an example; answers the file that ends in `ending`. */
function example(crate, name, flags, ending) {
  const build = ['build', '--package', crate, '--example', name, '--message-format=json-render-diagnostics', ...flags];
  const output = execFileSync(join(ROOT, 'scripts/cargo'), build, {
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
  });
  const files = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ target }) => target?.name === name && target.kind.includes('example'))
    .flatMap(({ filenames }) => filenames);
  const file = files.findLast((path) => path.endsWith(ending));
  if (!file) throw new Error(`cargo built no example ${name}${ending} of ${crate}`);
  return file;
}

/** An example as a native program, optimised like the server. */
export function native(crate, name) {
  return example(crate, name, ['--release'], `/${name}`);
}

/** An example as a native program, the way tests are built. */
export function unfinished(crate, name) {
  return example(crate, name, [], `/${name}`);
}

/** An example as WebAssembly, made and shrunk like the browser's half. */
export function wasm(crate, name) {
  const compiled = example(crate, name, WASM_PROFILE, `/${name}.wasm`);
  const folder = mkdtempSync(join(tmpdir(), 'relay-bench-'));
  try {
    const shrunk = join(folder, 'shrunk.wasm');
    const program = join(ROOT, 'frontend/editor/node_modules/.bin/wasm-opt');
    execFileSync(program, ['-O1', ...WASM_FEATURES, compiled, '-o', shrunk], { stdio: 'inherit' });
    return readFileSync(shrunk);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
