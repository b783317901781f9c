// Two people at once, and a session that ends while somebody is typing.

import { ConnectionsPage } from '../pages/connections';
import { LoginPage } from '../pages/login';
import { ValueForm } from '../pages/value-form';
import { WorkflowPage } from '../pages/workflow';
import * as arrange from '../support/arrange';
import { ADA, BEN } from '../support/people';
import { expect, test } from '../support/test';
import { PLAIN } from '../support/texts';

const ADAS = `${PLAIN}# Ada\n`;
const BENS = `${PLAIN}# Ben\n`;

test('two people save: the second is told and has a way out', async ({ as, guard }) => {
  guard.expectAnswer(409, /^\/fn\/save_workflow$/);
  const ada = new WorkflowPage(await as(ADA));
  await arrange.workflow(ada.page, 'shared', PLAIN);
  const ben = new WorkflowPage(await as(BEN));
  await ada.open('shared');
  await ben.open('shared');

  await ben.editor.paste(BENS);
  await ben.save.click();
  await expect(ben.saved()).toBeVisible();

  await ada.editor.paste(ADAS);
  await ada.save.click();
  await expect(ada.state('Conflict')).toBeVisible();
  await expect(ada.alert).toContainText('Ben saved revision 2');
  expect(await ada.editor.text(), 'nothing she typed is lost').toBe(ADAS);

  const opened = ada.page.waitForEvent('popup');
  await ada.alert.getByRole('link', { name: 'Look at revision 2', exact: true }).click();
  const theirs = await opened;
  await expect(theirs.getByText('# Ben')).toBeVisible();
  await theirs.close();

  await ada.alert.getByRole('button', { name: 'Save mine as the newest', exact: true }).click();
  await expect(ada.saved()).toBeVisible();
  await expect(ada.alert).toBeHidden();

  await ben.page.reload();
  await ben.editor.ready();
  expect(await ben.editor.text()).toBe(ADAS);
  await ben.page.goto('/workflows/shared/revisions/2');
  await expect(ben.page.getByText('# Ben').first(), 'his revision is still there').toBeVisible();
});

test('two people overwrite: the second is told', async ({ as, guard }) => {
  guard.expectAnswer(409, /^\/fn\/overwrite_sealed_connection$/);
  const ada = await as(ADA);
  const id = await arrange.awsConnection(ada, 'shared');
  const ben = await as(BEN);
  for (const page of [ada, ben]) await page.goto(`/connections/${id}/overwrite`);
  for (const page of [ben, ada]) {
    const form = new ValueForm(page.getByRole('main'));
    await form.choice('Access key ID', 'Replace').check();
    await form.replacement('Access key ID').fill('AKIAANOTHER');
    await form.saveConnection.click();
    if (page === ben) await expect(new ConnectionsPage(page).row('shared')).toBeVisible();
  }
  const form = new ValueForm(ada.getByRole('main'));
  await expect(form.problem).toContainText('Ben');
  await expect(form.choice('Access key ID', 'Replace'), 'what she chose is still chosen').toBeChecked();
});

test('a session that ends keeps what was typed in the editor', async ({ as, guard }) => {
  guard.expectAnswer(401, /^\/fn\//);
  const page = await as(ADA);
  await arrange.workflow(page, 'expired', PLAIN);
  const workflow = new WorkflowPage(page);
  await workflow.open('expired');
  await workflow.editor.paste(ADAS);
  await page.context().clearCookies();
  await workflow.save.click();
  await expect(workflow.alert).toContainText('Log in');
  await expect(workflow.alert).toContainText('still here');
  await expect(workflow.state('Not saved')).toBeVisible();
  expect(await workflow.editor.text()).toBe(ADAS);

  const elsewhere = await page.context().newPage();
  const login = new LoginPage(elsewhere);
  await login.open();
  await login.logIn(ADA);
  await expect(elsewhere).toHaveURL('/workflows');
  await elsewhere.close();
  await workflow.save.click();
  await expect(workflow.saved()).toBeVisible();
  await page.reload();
  await workflow.editor.ready();
  expect(await workflow.editor.text()).toBe(ADAS);
});

test('a session that ends keeps the values typed in the dialog', async ({ as, guard }) => {
  guard.expectAnswer(401, /^\/fn\/connection_seal_context$/);
  guard.mayAnswer(401, /^\/fn\/workflow_holdings$/);
  const page = await as(ADA);
  await arrange.workflow(page, 'expired', 'steps:\n  - name: one\n    image: alpine:3\n    spec:\n      a: !Connection [aws, my-aws-account]\n');
  const workflow = new WorkflowPage(page);
  await workflow.open('expired');
  await workflow.setupButton.click();
  await workflow.setup.addConnection('aws / my-aws-account').click();
  await workflow.form.field('Access key ID').fill('AKIAEXAMPLE');
  await workflow.form.field('Secret access key').fill('made up');
  await page.context().clearCookies();
  await workflow.form.saveConnection.click();
  await expect(workflow.form.problem).toContainText('Log in');
  await expect(workflow.form.field('Secret access key')).toHaveValue('made up');

  const elsewhere = await page.context().newPage();
  const login = new LoginPage(elsewhere);
  await login.open();
  await login.logIn(ADA);
  await expect(elsewhere).toHaveURL('/workflows');
  await elsewhere.close();
  await workflow.form.saveConnection.click();
  await expect(workflow.dialog).toBeHidden();
  await expect(workflow.setupButton).toHaveText('Setup: ready');
});

test('a session that ends in a plain form leads to signing in and back', async ({ as, guard }) => {
  guard.expectAnswer(401, /^\/fn\/create_workflow$/);
  const page = await as(ADA);
  await page.goto('/new-workflow');
  await page.context().clearCookies();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('late');
  await page.getByRole('button', { name: 'Create workflow', exact: true }).click();
  const login = new LoginPage(page);
  await expect(login.problem).toContainText('Log in');
  await login.logIn(ADA);
  await expect(page).toHaveURL('/new-workflow');
});
