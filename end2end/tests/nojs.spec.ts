// Everything that matters, in a browser that runs no script.

import type { Locator } from '@playwright/test';
import { FIRST_SEED } from '../seeds';
import { ConnectionsPage } from '../pages/connections';
import { DeleteDialog } from '../pages/delete-dialog';
import { LoginPage } from '../pages/login';
import { Navigation } from '../pages/navigation';
import { NewWorkflowPage } from '../pages/new-workflow';
import { RunPage } from '../pages/run';
import { RunForm } from '../pages/run-form';
import { SettingsPage } from '../pages/settings';
import { ValueForm } from '../pages/value-form';
import { WelcomePage } from '../pages/welcome';
import { WorkflowPage } from '../pages/workflow';
import { WorkflowsPage } from '../pages/workflows';
import * as arrange from '../support/arrange';
import { ADA, VERA } from '../support/people';
import { expect, test } from '../support/test';
import { BROKEN, longText, scriptStep, stepWith, steps } from '../support/texts';

const CONNECTION = 'aws / my-aws-account';

test.use({ javaScriptEnabled: false });
test.beforeEach(({ guard }) => guard.expectNoScripts());

test('the story without scripts', async ({ page, guard }) => {
  const navigation = new Navigation(page);
  const workflow = new WorkflowPage(page);
  const connections = new ConnectionsPage(page);
  const form = new ValueForm(page.getByRole('main'));

  await test.step('sign in and make a workflow', async () => {
    await new LoginPage(page).open();
    await new LoginPage(page).logIn(ADA);
    await expect(page).toHaveURL('/workflows');
    await new WorkflowsPage(page).newWorkflow.click();
    await new NewWorkflowPage(page).make('no-scripts');
    await expect(workflow.heading('no-scripts')).toBeVisible();
  });

  await test.step('save a text', async () => {
    await expect(workflow.editor.box).not.toHaveAttribute('contenteditable');
    await workflow.editor.box.fill(FIRST_SEED);
    await workflow.save.click();
    await expect(page).toHaveURL('/workflows/no-scripts');
    await expect(workflow.editor.box).toHaveValue(FIRST_SEED);
    await expect(workflow.saved(1)).toBeVisible();
    await expect(workflow.setupButton).toHaveText('Setup: 1 missing');
    await expect(workflow.banner('Your workflow has 1 missing required connection')).toBeVisible();
  });

  await test.step('Setup opens, closes, and leads to the form', async () => {
    await expect(workflow.setup.region).toBeHidden();
    await workflow.setupButton.click();
    await expect(workflow.setup.connection(CONNECTION)).toContainText('missing');
    await workflow.setupButton.click();
    await expect(workflow.setup.region).toBeHidden();
    await workflow.fillIn('connections').click();
    await expect(workflow.setup.region).toBeVisible();
    await workflow.setup.addConnection(CONNECTION).click();
    await expect(form.name).toHaveValue('my-aws-account');
    await expect(form.name).not.toBeEditable();
  });

  await test.step('a refused form says why, and shows no value', async () => {
    guard.expectAnswer(422, /^\/fn\/add_connection$/);
    await form.field('Access key ID').fill('AKIAEXAMPLE');
    await form.saveConnection.click();
    await expect(form.problem).toContainText('Secret access key');
    await expect(form.name).toHaveValue('my-aws-account');
    await expect(form.field('Access key ID')).toHaveValue('');
    await form.field('Access key ID').fill('AKIAEXAMPLE');
    await form.field('Secret access key').fill('made up');
    await form.saveConnection.click();
    await expect(connections.row('my-aws-account')).toContainText('configured');
  });

  await test.step('overwrite one field', async () => {
    await connections.startOverwriting(CONNECTION);
    await expect(form.replacement('Access key ID')).toHaveCount(0);
    await form.choice('Access key ID', 'Replace').check();
    await form.replacement('Access key ID').fill('AKIAANOTHER');
    await form.saveConnection.click();
    await expect(page).toHaveURL('/connections');
  });

  await test.step('the workflow is ready', async () => {
    await connections.row('my-aws-account').getByRole('link', { name: 'no-scripts', exact: true }).click();
    await expect(workflow.setupButton).toHaveText('Setup: ready');
  });

  await test.step('delete it', async () => {
    await connections.open();
    await connections.startDeleting(CONNECTION);
    const question = new DeleteDialog(page, 'connection');
    await expect(question.dialog).toContainText('no-scripts');
    await expect(question.dialog).toContainText('describe-instances');
    guard.expectAnswer(422, /^\/fn\/delete_connection$/);
    await question.confirm.click();
    await expect(question.problem).toContainText('my-aws-account');
    await question.typedName.fill('my-aws-account');
    await question.confirm.click();
    await expect(page).toHaveURL('/connections');
    await expect(connections.row('my-aws-account')).toHaveCount(0);
  });

  await test.step('log out', async () => {
    await navigation.leave();
    await expect(page).toHaveURL('/login');
  });
});

test.describe('a new installation', () => {
  test.use({ peopled: false });

  test('the first administrator', async ({ page, relay }) => {
    const welcome = new WelcomePage(page);
    await welcome.open();
    await welcome.create(await relay.setupCode(), ADA);
    await expect(page).toHaveURL('/workflows');
  });
});

test('a type is chosen, and only its fields show', async ({ as }) => {
  const page = await as(ADA);
  const connections = new ConnectionsPage(page);
  const form = new ValueForm(page.getByRole('main'));
  await connections.open();
  await connections.add.click();
  await expect(form.field('Access key ID')).toHaveCount(0);
  await form.type('AWS').check();
  await form.name.fill('chosen');
  await form.field('Access key ID').fill('AKIAEXAMPLE');
  await form.field('Secret access key').fill('made up');
  await form.saveConnection.click();
  await expect(connections.row('chosen')).toContainText('aws');
});

test('secrets', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'deploy', stepWith('token: !Secret deploy-token'));
  const workflow = new WorkflowPage(page);
  const form = new ValueForm(page.getByRole('main'));
  const settings = new SettingsPage(page);
  await page.goto('/workflows/deploy?setup=open');
  await workflow.setup.addSecret('deploy-token').click();
  await expect(form.name).toHaveValue('deploy-token');
  await form.field('Value').fill('made up\nin two lines\n');
  await form.saveSecret.click();
  await expect(workflow.setupButton).toHaveText('Setup: ready');
  await settings.open('deploy');
  await settings.deleteSecret('deploy-token').click();
  await new DeleteDialog(page, 'secret').confirm.click();
  await expect(settings.secret('deploy-token')).toHaveCount(0);
});

test('a text that was not saved comes back', async ({ as, guard }) => {
  guard.expectAnswer(409, /^\/fn\/save_workflow$/);
  guard.expectAnswer(413, /^\/fn\/save_workflow$/);
  const page = await as(ADA);
  await arrange.workflow(page, 'kept', BROKEN);
  const workflow = new WorkflowPage(page);
  await page.goto('/workflows/kept');
  await expect(workflow.problem('line 3')).toContainText('error');
  await arrange.revision(page, 'kept', 1, stepWith('a: newer'));
  await workflow.editor.box.fill(stepWith('a: mine'));
  await workflow.save.click();
  await expect(workflow.alert).toContainText('Ada saved revision 2');
  await expect(workflow.editor.box).toHaveValue(stepWith('a: mine'));

  await page.goto('/workflows/kept');
  const text = longText(1024 * 1024);
  // Typing a million letters takes the browser a while; pasting would need a script.
  await workflow.editor.box.evaluate((area, text) => ((area as HTMLTextAreaElement).value = text), text);
  await workflow.save.click();
  await expect(workflow.alert).toContainText('1 MiB');
  await expect(workflow.editor.box).toHaveValue(text);
});

test('a run is started, looked at, stopped and decided', async ({ as, guard }) => {
  const page = await as(ADA);
  const workflow = new WorkflowPage(page);
  const form = new RunForm(page.getByRole('main'));
  const run = new RunPage(page);
  const asks = '  - name: go-live\n    type: approval\n    description: Look at it before.\n';
  const script = scriptStep('greet', ['echo "hello $WHO"', 'sleep 600'], 'dependsOn: go-live', 'env: {WHO: !Parameter who}');
  await arrange.workflow(page, 'greeting', `parameters:\n  who:\n    description: Whom to greet\n${steps(asks, script)}`);

  await page.goto('/workflows/greeting');
  await workflow.run.click();
  await expect(form.heading).toBeVisible();
  await expect(form.parameter('who')).toHaveValue('');
  guard.expectAnswer(422, /^\/fn\/start_run$/);
  await form.start.click();
  await expect(form.problem).toContainText('who');
  await form.parameter('who').fill('without scripts');
  await form.start.click();
  await expect(page).toHaveURL('/workflows/greeting/runs/1');

  const reloaded = (what: Locator) =>
    expect(async () => {
      await run.reload.click();
      await expect(what).toBeVisible({ timeout: 1_000 });
    }).toPass();
  await reloaded(run.approve);
  await run.approve.click();
  await run.tab('Logs').click();
  await run.step('greet').click();
  await reloaded(run.line('hello without scripts'));
  await expect(run.follow).toBeHidden();
  await expect(run.search).toBeHidden();
  await run.stop.click();
  await expect(run.heading(1)).toBeVisible();
  await expect(async () => {
    await page.reload();
    await expect(run.state('cancelled')).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expect(run.row('greet')).toContainText('cancelled');
});

test('a reader reads', async ({ as }) => {
  await arrange.workflow(await as(ADA), 'read', stepWith('a: !Connection [aws, absent]'));
  const page = await as(VERA);
  const workflow = new WorkflowPage(page);
  await page.goto('/workflows/read?setup=open');
  await expect(workflow.editor.box).not.toBeEditable();
  await expect(workflow.setup.connection('aws / absent')).toContainText('missing');
  await expect(workflow.setup.region.getByRole('button', { name: /^Add / })).toHaveCount(0);
  await expect(workflow.save).toHaveCount(0);
});
