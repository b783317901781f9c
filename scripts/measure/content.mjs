// What an account holds when its pages are measured.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './machine.mjs';

export const WORKFLOW = 'take-over-orders';

const TEXTS = join(ROOT, 'crates/language/examples/check');

/** The head and so many groups of the workflow that the language is measured with. */
function text(groups) {
  const head = readFileSync(join(TEXTS, 'head.yaml'), 'utf8');
  const group = readFileSync(join(TEXTS, 'group.yaml'), 'utf8');
  const numbers = Array.from({ length: groups }, (_, index) => String(index + 1));
  return head + numbers.map((number) => group.replaceAll('__n__', number)).join('');
}

/** The workflow that the language is measured with, of about so many lines. */
export function longText(lines) {
  const count = (name) => readFileSync(join(TEXTS, name), 'utf8').split('\n').length - 1;
  return text(Math.ceil((lines - count('head.yaml')) / count('group.yaml')));
}

const fields = {
  aws: { accessKeyID: 'AKIAEXAMPLE', secretAccessKey: 'made up' },
  slack: { apiToken: 'made up' },
  gcp: { serviceAccountKey: '{\n  "made": "up"\n}\n' },
};

// The workflow uses the first two.
const CONNECTIONS = [
  ['aws', 'orders-account'],
  ['slack', 'order-desk'],
  ...Array.from({ length: 48 }, (_, index) => {
    const type = ['aws', 'gcp', 'slack'][index % 3];
    return [type, `${type}-of-team-${index + 1}`];
  }),
];

/** The names of the 50 connections. */
export const NAMES = CONNECTIONS.map(([, name]) => name);

/** Adds a connection of one of the types above. */
export async function addConnection(relay, cookie, name, type = 'aws') {
  const id = await relay.call(cookie, 'new_connection', {});
  const values = Object.entries(fields[type]).map(([field, value]) => [`values[${field}]`, value]);
  await relay.call(cookie, 'add_connection', { id, type_name: type, name, ...Object.fromEntries(values) });
}

/** 50 connections, and a workflow of this text. */
export async function fillWith(relay, cookie, workflow, content) {
  for (const [type, name] of CONNECTIONS) await addConnection(relay, cookie, name, type);
  await relay.call(cookie, 'create_workflow', { name: workflow, description: 'Orders of every shop' });
  await relay.call(cookie, 'save_workflow', { workflow, base_revision: '0', text: content });
}

/** The same with a workflow of about 200 lines that uses two of the connections and misses others. */
export function fill(relay, cookie) {
  return fillWith(relay, cookie, WORKFLOW, text(3));
}

/** Whether a page lists every connection: an error or a sign-in page does not. */
export function expectConnections(page) {
  const absent = NAMES.filter((name) => !page.includes(name));
  if (absent.length) throw new Error(`the page lists ${NAMES.length - absent.length} of ${NAMES.length} connections`);
}
