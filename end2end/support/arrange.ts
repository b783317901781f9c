// What has to be there before a test begins, made by the same requests that the pages' forms send.

import { expect, type Page } from '@playwright/test';

async function call(page: Page, name: string, form: Record<string, string>): Promise<unknown> {
  const origin = new URL(page.url()).origin;
  const headers = { origin, accept: 'application/json' };
  const answer = await page.request.post(`${origin}/fn/${name}`, { form, headers, maxRedirects: 0 });
  if (answer.status() >= 400) throw new Error(`${name} answered ${answer.status()}: ${await answer.text()}`);
  const text = await answer.text();
  return text ? JSON.parse(text) : undefined;
}

/** A workflow with this text as its first revision; an empty text is not saved. */
export async function workflow(page: Page, name: string, text = '', description = ''): Promise<void> {
  await call(page, 'create_workflow', { name, description });
  if (text) await call(page, 'save_workflow', { workflow: name, base_revision: '0', text });
}

/** A later revision. */
export async function revision(page: Page, name: string, base: number, text: string): Promise<void> {
  await call(page, 'save_workflow', { workflow: name, base_revision: String(base), text });
}

/** The connection of the seeds, or one like it; answers its id. */
export async function awsConnection(page: Page, name = 'my-aws-account'): Promise<string> {
  const id = String(await call(page, 'new_connection', {}));
  await call(page, 'add_connection', {
    id,
    type_name: 'aws',
    name,
    'values[accessKeyID]': 'AKIAEXAMPLE',
    'values[secretAccessKey]': 'made up',
  });
  return id;
}

/** Starts a run of the newest revision. */
export async function run(page: Page, workflow: string, parameters: Record<string, string> = {}): Promise<void> {
  const typed = Object.entries(parameters).flatMap(([name, value], index) => [
    [`parameters[${index}][name]`, name],
    [`parameters[${index}][value]`, value],
  ]);
  await call(page, 'start_run', { workflow, revision: '0', ...Object.fromEntries(typed) });
}

/** A secret of a workflow; answers its id. */
export async function secret(page: Page, workflow: string, name: string): Promise<string> {
  const id = String(await call(page, 'new_secret', {}));
  await call(page, 'add_secret', { workflow, id, name, value: 'made up' });
  return id;
}

/** Limits a connection to these workflows. */
export async function limit(page: Page, connection: string, ...workflows: string[]): Promise<void> {
  const names = Object.fromEntries(workflows.map((name, index) => [`workflows[${index}]`, name]));
  const form = await (await page.request.get(`/connections/${connection}/grants`)).text();
  const seen = /name="seen" value="([^"]*)"/.exec(form)?.[1] ?? '';
  await call(page, 'set_grants', { id: connection, seen, limited: 'true', ...names });
}

/** Lets one more workflow use a connection. */
export async function grant(page: Page, connection: string, workflow: string): Promise<void> {
  await call(page, 'grant_connection', { id: connection, workflow });
}

/** Gives the vault a new key, and waits until every value is sealed to it. */
export async function rotate(page: Page): Promise<void> {
  await call(page, 'rotate_key', {});
  const finished = async () => (await page.request.get('/keys')).text();
  await expect.poll(finished).toContain('The last rotation is finished');
}
