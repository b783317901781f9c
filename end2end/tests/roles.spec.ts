// What people who are not administrators see, and what they cannot do however they ask for it.

import type { Page } from '@playwright/test';
import { ConnectionsPage } from '../pages/connections';
import { Navigation } from '../pages/navigation';
import { WorkflowPage } from '../pages/workflow';
import { WorkflowsPage } from '../pages/workflows';
import * as arrange from '../support/arrange';
import { ADA, OLAF, PIA, VERA, type Person } from '../support/people';
import { expect, test } from '../support/test';
import { stepWith } from '../support/texts';

const TEXT = stepWith('a: !Connection [aws, my-aws-account]', 'b: !Connection [aws, absent]', 'c: !Secret token');

/** What an administrator has left behind; answers the addresses of what only administrators open. */
async function prepared(ada: Page): Promise<string[]> {
  const connection = await arrange.awsConnection(ada);
  await arrange.workflow(ada, 'looked-at', TEXT);
  const secret = await arrange.secret(ada, 'looked-at', 'token');
  return [
    '/new-workflow',
    '/workflows/looked-at/settings',
    '/workflows/looked-at/delete',
    '/workflows/looked-at/secrets/new',
    `/workflows/looked-at/secrets/${secret}/overwrite`,
    `/workflows/looked-at/secrets/${secret}/delete`,
    '/connections/new',
    `/connections/${connection}/overwrite`,
    `/connections/${connection}/delete`,
    '/access-control',
  ];
}

/** Every server function that changes something, with enough in its form to be understood. */
const MUTATIONS: Record<string, Record<string, string>> = {
  create_workflow: { name: 'new' },
  rename_workflow: { workflow: 'looked-at', name: 'renamed' },
  delete_workflow: { workflow: 'looked-at', typed_name: 'looked-at' },
  save_workflow: { workflow: 'looked-at', base_revision: '1', text: 'steps: []' },
  restore_revision: { workflow: 'looked-at', number: '1', base_revision: '1' },
  new_secret: {},
  add_secret: { workflow: 'looked-at', id: '0'.repeat(32), name: 'new', value: 'made up' },
  overwrite_secret: { workflow: 'looked-at', id: '0'.repeat(32), revision: '1', value: 'made up' },
  delete_secret: { workflow: 'looked-at', id: '0'.repeat(32) },
  new_connection: {},
  add_connection: { id: '0'.repeat(32), type_name: 'aws', name: 'new', 'values[accessKeyID]': 'made up' },
  overwrite_connection: { id: '0'.repeat(32), revision: '1', 'changes[accessKeyID]': 'keep' },
  delete_connection: { id: '0'.repeat(32) },
};

for (const person of [VERA, OLAF, PIA]) {
  test(`${person.role}: sees what there is, and no button that changes it`, async ({ as, guard }) => {
    const forbidden = await prepared(await as(ADA));
    const page = await as(person);
    const navigation = new Navigation(page);
    const workflows = new WorkflowsPage(page);
    const connections = new ConnectionsPage(page);
    const workflow = new WorkflowPage(page);
    const main = page.getByRole('main');

    await workflows.open();
    await expect(workflows.row('looked-at')).toContainText('1 missing');
    await expect(workflows.newWorkflow).toHaveCount(0);
    await expect(main.getByRole('button')).toHaveCount(0);
    await expect(main).toContainText('Administrators add and change workflows.');
    await expect(navigation.link('Access control')).toHaveCount(0);

    await connections.open();
    await expect(connections.row('my-aws-account')).toContainText('configured');
    await expect(connections.add).toHaveCount(0);
    await expect(main.getByRole('button')).toHaveCount(0);
    await expect(main).toContainText('Administrators add, overwrite and delete connections.');

    await workflow.open('looked-at');
    await expect(main).toContainText('You can read this workflow. Administrators change it.');
    await expect(workflow.save).toHaveCount(0);
    await workflow.editor.box.press('x');
    expect(await workflow.editor.text()).toBe(TEXT);
    await expect(workflow.editor.box).toHaveAttribute('aria-readonly', 'true');
    await workflow.setupButton.click();
    await expect(workflow.setup.connection('aws / my-aws-account')).toContainText('configured');
    await expect(workflow.setup.connection('aws / absent')).toContainText('missing');
    await expect(workflow.setup.secret('token')).toContainText('configured');
    await expect(main.getByRole('button', { name: /^(Add|Overwrite|Delete|Save|Restore) / })).toHaveCount(0);
    await expect(main.getByRole('link', { name: 'Settings', exact: true })).toHaveCount(0);

    for (const path of forbidden) {
      guard.expectAnswer(403, new RegExp(`^${path}$`));
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1, name: 'Not allowed', exact: true }), path).toBeVisible();
    }
  });
}

test('what the pages do not offer is refused when it is sent all the same', async ({ as, page, relay }) => {
  await prepared(await as(ADA));
  const send = async (from: Page, origin: string) => {
    const answers: Record<string, number> = {};
    for (const [name, form] of Object.entries(MUTATIONS)) {
      const headers = { origin, accept: 'application/json' };
      const answer = await from.request.post(`${relay.url}/fn/${name}`, { form, headers, maxRedirects: 0 });
      answers[name] = answer.status();
    }
    return answers;
  };
  const all = (status: number) => Object.fromEntries(Object.keys(MUTATIONS).map((name) => [name, status]));
  const each = async (person: Person) => send(await as(person), relay.url);
  expect(await each(VERA)).toEqual(all(403));
  expect(await each(OLAF)).toEqual(all(403));
  expect(await each(PIA)).toEqual(all(403));
  expect(await send(page, relay.url), 'nobody is signed in here').toEqual(all(401));
  expect(await send(await as(ADA), 'https://evil.example'), 'from another site').toEqual(all(403));
});

test('everybody has a profile that says what they may do', async ({ as }) => {
  for (const person of [VERA, ADA]) {
    const page = await as(person);
    const navigation = new Navigation(page);
    await navigation.menu.click();
    await navigation.profile.click();
    await expect(page.getByRole('main')).toContainText(person.email);
    await expect(page.getByRole('main')).toContainText(new RegExp(person.role, 'i'));
  }
});

test('an administrator sees who is there', async ({ as }) => {
  const page = await as(ADA);
  await new Navigation(page).link('Access control').click();
  for (const person of [VERA, OLAF, PIA, ADA]) {
    const row = page.getByRole('row').filter({ hasText: person.email });
    await expect(row).toContainText(person.name);
    await expect(row).toContainText(new RegExp(person.role, 'i'));
  }
});
