// Which workflows may use a connection: limited on its page, seen and granted in Setup, refused before a run.

import type { Page } from '@playwright/test';
import { ConnectionsPage } from '../pages/connections';
import { GrantsPage } from '../pages/grants';
import { LoginPage } from '../pages/login';
import { RunPage } from '../pages/run';
import { WorkflowPage } from '../pages/workflow';
import * as arrange from '../support/arrange';
import { expectAccessible } from '../support/axe';
import type { Guard } from '../support/guard';
import { ADA, OLAF } from '../support/people';
import { sameDocument } from '../support/same-document';
import { expect, test } from '../support/test';
import { scriptStep, steps } from '../support/texts';

const CONNECTION = 'aws / my-aws-account';
const USES = steps(scriptStep('uses', ['echo begun'], 'spec: {a: !Connection [aws, my-aws-account]}'));

/** One workflow that may use the connection, and one that may not. */
async function limited(page: Page): Promise<string> {
  const connection = await arrange.awsConnection(page);
  for (const name of ['allowed', 'refused']) await arrange.workflow(page, name, USES);
  return connection;
}

test('a connection is limited on its page, and granted in Setup while a text is being written', async ({ as }) => {
  const page = await as(ADA);
  await limited(page);
  const connections = new ConnectionsPage(page);
  const grants = new GrantsPage(page);
  const workflow = new WorkflowPage(page);

  await test.step('limited to one', async () => {
    await connections.open();
    await connections.actions(CONNECTION).click();
    await page.getByRole('link', { name: 'Who may use it', exact: true }).click();
    await expect(grants.all).toBeChecked();
    await expectAccessible(page, 'who may use a connection');
    await grants.onlyThese.check();
    await grants.workflow('allowed').check();
    await grants.save.click();
    await expect(page).toHaveURL('/connections');
    await workflow.open('allowed');
    await expect(workflow.setupButton).toHaveText('Setup: ready');
  });

  await test.step('the other one has no permission, and its runs do not start', async () => {
    await workflow.open('refused');
    await expect(workflow.setupButton).toHaveText('Setup: 1 missing');
    await workflow.setupButton.click();
    await expect(workflow.setup.connection(CONNECTION)).toContainText('no permission');
    await expectAccessible(page, 'Setup without a permission');
    await workflow.run.click();
    await expect(page.getByRole('dialog', { name: 'Run workflow', exact: true })).toContainText('may not use the connection');
    await page.keyboard.press('Escape');
  });

  await test.step('allowed from Setup, with the text as it is', async () => {
    const document = await sameDocument(page);
    await workflow.editor.box.focus();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('# not saved');
    await workflow.setup.allow(CONNECTION).click();
    await expect(workflow.setup.connection(CONNECTION)).toContainText('configured');
    await expect(workflow.setupButton).toHaveText('Setup: ready');
    expect(await workflow.editor.text()).toContain('# not saved');
    await document.expectSame();
  });

  await test.step('and taken back', async () => {
    await connections.open();
    await connections.actions(CONNECTION).click();
    await page.getByRole('link', { name: 'Who may use it', exact: true }).click();
    await expect(grants.workflow('refused')).toBeChecked();
    await grants.workflow('refused').uncheck();
    await grants.save.click();
    await workflow.open('refused');
    await expect(workflow.setupButton).toHaveText('Setup: 1 missing');
  });
});

test('who is no administrator sees the state and cannot allow', async ({ as }) => {
  const ada = await as(ADA);
  const connection = await limited(ada);
  const grants = new GrantsPage(ada);
  await grants.open(connection);
  await grants.onlyThese.check();
  await grants.save.click();
  const page = await as(OLAF);
  const workflow = new WorkflowPage(page);
  await workflow.open('refused');
  await workflow.setupButton.click();
  await expect(workflow.setup.connection(CONNECTION)).toContainText('no permission');
  await expect(workflow.setup.allow(CONNECTION)).toHaveCount(0);
  await expect(page.getByText('Administrators add and overwrite connections and secrets.')).toBeVisible();
});

/** Somebody allows a workflow in Setup while the form is open; saving it takes nothing away unseen. */
async function late(page: Page, guard: Guard): Promise<void> {
  guard.expectAnswer(409, /^\/fn\/set_grants$/);
  const connection = await limited(page);
  await arrange.limit(page, connection, 'allowed');
  const grants = new GrantsPage(page);
  await grants.open(connection);
  await arrange.grant(page, connection, 'refused');
  await grants.workflow('allowed').uncheck();
  await grants.save.click();
  await expect(page.getByRole('alert')).toContainText('granted to refused');
  await expect(grants.onlyThese).toBeChecked();
  await expect(grants.workflow('allowed')).not.toBeChecked();
  await expect(grants.workflow('refused')).not.toBeChecked();
  await expect(page.getByText('stored: may use it')).toHaveCount(2);
}

test('a form that is late comes back with what was chosen', async ({ as, guard }) => {
  const page = await as(ADA);
  await late(page, guard);
  await expectAccessible(page, 'grants that were changed meanwhile');
  const grants = new GrantsPage(page);
  await grants.workflow('refused').check();
  await grants.save.click();
  await expect(page).toHaveURL('/connections');
  await expect(page.getByRole('link', { name: 'limited to 1 workflow', exact: true })).toBeVisible();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('a form that is late comes back with what was chosen', async ({ page, guard }) => {
    guard.expectNoScripts();
    await new LoginPage(page).open();
    await new LoginPage(page).logIn(ADA);
    await late(page, guard);
  });

  test('limited, refused, allowed and run', async ({ page, guard }) => {
    guard.expectNoScripts();
    await new LoginPage(page).open();
    await new LoginPage(page).logIn(ADA);
    const connection = await limited(page);
    const grants = new GrantsPage(page);
    await grants.open(connection);
    await grants.onlyThese.check();
    await grants.workflow('allowed').check();
    await grants.save.click();
    await expect(page).toHaveURL('/connections');

    const workflow = new WorkflowPage(page);
    await page.goto('/workflows/refused');
    await workflow.fillIn('connections').click();
    await expect(workflow.setup.connection(CONNECTION)).toContainText('no permission');
    await page.goto('/workflows/refused/run');
    await expect(page.getByRole('main')).toContainText('may not use the connection');
    await expect(page.getByRole('button', { name: 'Run workflow', exact: true })).toHaveCount(0);
    await expect(arrange.run(page, 'refused')).rejects.toThrow(/answered 4\d\d.*may not use the connection/);

    await page.goto('/workflows/refused');
    await workflow.fillIn('connections').click();
    await workflow.setup.allow(CONNECTION).click();
    await expect(page).toHaveURL('/workflows/refused?setup=open');
    await expect(workflow.setup.connection(CONNECTION)).toContainText('configured');
    await page.goto('/workflows/refused/run');
    await page.getByRole('button', { name: 'Run workflow', exact: true }).click();
    await expect(page).toHaveURL('/workflows/refused/runs/1');
    await expect(async () => {
      await page.reload();
      await expect(new RunPage(page).state('succeeded')).toBeVisible({ timeout: 500 });
    }).toPass({ timeout: 60_000 });
  });
});
