// The whole story by keyboard alone: no pointer, no focus that a test gave away.

import type { Locator } from '@playwright/test';
import { FIRST_SEED } from '../seeds';
import { ConnectionsPage } from '../pages/connections';
import { DeleteDialog } from '../pages/delete-dialog';
import { LoginPage } from '../pages/login';
import { Navigation } from '../pages/navigation';
import { NewWorkflowPage } from '../pages/new-workflow';
import { RunPage } from '../pages/run';
import { ValueForm } from '../pages/value-form';
import { WorkflowPage } from '../pages/workflow';
import { WorkflowsPage } from '../pages/workflows';
import * as arrange from '../support/arrange';
import { toClipboard } from '../support/clipboard';
import { expectVisibleFocus, tabTo, typeInto, use } from '../support/keyboard';
import { ADA } from '../support/people';
import { expect, test } from '../support/test';
import { scriptStep, steps } from '../support/texts';

const CONNECTION = 'aws / my-aws-account';

test('from signing in to deleting the connection', async ({ page }) => {
  const navigation = new Navigation(page);
  const workflow = new WorkflowPage(page);
  const connections = new ConnectionsPage(page);
  const form = new ValueForm(page.getByRole('main'));
  const seen = async (target: Locator) => {
    await tabTo(target);
    await expectVisibleFocus(page);
  };

  await test.step('sign in', async () => {
    const login = new LoginPage(page);
    await login.open();
    await expect(login.email, 'the first field waits for typing').toBeFocused();
    await page.keyboard.type(ADA.email);
    await typeInto(login.password, ADA.password);
    await seen(login.submit);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL('/workflows');
  });

  await test.step('the first stop skips the navigation', async () => {
    const skip = page.getByRole('link', { name: 'Skip to the content', exact: true });
    await page.keyboard.press('Tab');
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await expect(new WorkflowsPage(page).newWorkflow).toBeFocused();
    await expectVisibleFocus(page);
  });

  await test.step('make a workflow', async () => {
    await page.keyboard.press('Enter');
    const newWorkflow = new NewWorkflowPage(page);
    await expect(newWorkflow.name).toBeFocused();
    await page.keyboard.type('by-keyboard');
    await typeInto(newWorkflow.description, 'No pointer');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL('/workflows/by-keyboard');
  });

  await test.step('paste, and leave the editor again', async () => {
    await workflow.editor.ready();
    await toClipboard(page, FIRST_SEED);
    await seen(workflow.editor.box);
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+v');
    await expect(workflow.setupButton).toHaveText('Setup: 1 missing');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    await expect(workflow.editor.box, 'Escape and Tab lead out').not.toBeFocused();
    expect(await workflow.editor.box.innerText()).not.toContain('\t');
  });

  await test.step('add the connection from Setup', async () => {
    await seen(workflow.setupButton);
    await page.keyboard.press('Space');
    await seen(workflow.setup.addConnection(CONNECTION));
    await page.keyboard.press('Enter');
    await expect(workflow.dialog).toBeVisible();
    await typeInto(workflow.form.field('Access key ID'), 'AKIAEXAMPLE');
    await expectVisibleFocus(page);
    await typeInto(workflow.form.field('Secret access key'), 'made up');
    await use(workflow.form.saveConnection);
    await expect(workflow.dialog).toBeHidden();
    await expect(workflow.setupButton).toHaveText('Setup: ready');
    await expect(workflow.setup.overwriteConnection(CONNECTION)).toBeFocused();
  });

  await test.step('save', async () => {
    await use(workflow.save);
    await expect(workflow.saved()).toBeVisible();
  });

  await test.step('replace one field and keep the other', async () => {
    await use(navigation.link('Connections'));
    await expect(connections.heading).toBeVisible();
    await seen(connections.actions(CONNECTION));
    await page.keyboard.press('Enter');
    await use(connections.overwriteValues);
    await seen(form.choice('Secret access key', 'Keep'));
    await page.keyboard.press('ArrowRight');
    await expect(form.choice('Secret access key', 'Replace')).toBeChecked();
    await typeInto(form.replacement('Secret access key'), 'made up anew');
    await use(form.saveConnection);
    await expect(page).toHaveURL('/connections');
  });

  await test.step('delete it', async () => {
    await use(connections.actions(CONNECTION), 'Space');
    await use(connections.delete);
    const question = new DeleteDialog(page, 'connection');
    await expect(question.keep).toBeFocused();
    await expectVisibleFocus(page);
    await typeInto(question.typedName, 'my-aws-account');
    await use(question.confirm);
    await expect(page).toHaveURL('/connections');
    await expect(connections.row('my-aws-account')).toHaveCount(0);
  });

  await test.step('log out', async () => {
    await use(navigation.menu);
    await use(navigation.logOut);
    await expect(page).toHaveURL('/login');
  });
});

test('a run, from the dialog to its log', async ({ as }) => {
  const page = await as(ADA);
  const workflow = new WorkflowPage(page);
  const run = new RunPage(page);
  const script = scriptStep('greet', ['echo "hello $WHO"'], 'dependsOn: go-live', 'env: {WHO: !Parameter who}');
  const asks = '  - name: go-live\n    type: approval\n';
  await arrange.workflow(page, 'by-keyboard', `parameters:\n  who: {default: everybody}\n${steps(asks, script)}`);

  await workflow.open('by-keyboard');
  await use(workflow.run);
  await expect(workflow.runForm.parameter('who'), 'the first field waits for typing').toBeFocused();
  await page.keyboard.press('Escape');
  await expect(workflow.dialog).toBeHidden();
  await expect(workflow.run, 'the focus comes back').toBeFocused();
  await page.keyboard.press('Enter');
  await expect(workflow.runForm.parameter('who')).toBeFocused();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('nobody');
  await page.keyboard.press('Enter');

  await expect(run.state('waiting for approval')).toBeVisible();
  await use(run.approve);
  await expect(run.state('succeeded')).toBeVisible();
  await tabTo(run.drawn('greet', 'succeeded'));
  await page.keyboard.press('Enter');
  await expect(run.line('hello nobody')).toBeVisible();
  await typeInto(run.search, 'HELLO');
  await expect(run.matches).toHaveCount(1);
  await tabTo(run.wrap);
  await expectVisibleFocus(page);
  await page.keyboard.press('Space');
  await expect(run.wrap).toHaveAttribute('aria-pressed', 'false');
  await tabTo(run.log);
  await expectVisibleFocus(page);
});
