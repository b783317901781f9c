// The list of workflows, their settings, and their revisions.

import { ConnectionsPage } from '../pages/connections';
import { DeleteDialog } from '../pages/delete-dialog';
import { Navigation } from '../pages/navigation';
import { RevisionsPage } from '../pages/revisions';
import { SettingsPage } from '../pages/settings';
import { WorkflowPage } from '../pages/workflow';
import { WorkflowsPage } from '../pages/workflows';
import * as arrange from '../support/arrange';
import { ADA } from '../support/people';
import { expect, test } from '../support/test';
import { PLAIN, stepWith } from '../support/texts';

test('empty lists lead to the first action', async ({ as }) => {
  const page = await as(ADA);
  const workflows = new WorkflowsPage(page);
  await expect(page.getByRole('heading', { name: 'No workflows yet' })).toBeVisible();
  await workflows.newWorkflow.click();
  await expect(page).toHaveURL('/new-workflow');
  await new Navigation(page).link('Connections').click();
  await expect(page.getByRole('heading', { name: 'No connections yet' })).toBeVisible();
  await new ConnectionsPage(page).add.click();
  await expect(page).toHaveURL('/connections/new');
});

test('the list says in words how each workflow is', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'nothing-yet');
  await arrange.workflow(page, 'fine', PLAIN, 'Says hello');
  await arrange.workflow(page, 'lacking', stepWith('a: !Secret token', 'b: !Connection [aws, one]'));
  await arrange.workflow(page, 'unreadable', 'steps: [');
  const workflows = new WorkflowsPage(page);
  await workflows.open();
  await expect(workflows.row('nothing-yet')).toContainText('empty');
  await expect(workflows.row('fine')).toContainText('ready');
  await expect(workflows.row('fine')).toContainText('Says hello');
  await expect(workflows.row('lacking')).toContainText('2 missing');
  await expect(workflows.row('unreadable')).toContainText('unknown');
  await workflows.link('fine').click();
  await expect(page).toHaveURL('/workflows/fine');
});

test('renaming keeps text, revisions and secrets', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'before', stepWith('a: !Secret token'));
  await arrange.secret(page, 'before', 'token');
  const settings = new SettingsPage(page);
  await settings.open('before');
  await settings.name.fill('after');
  await settings.description.fill('A better name');
  await settings.save.click();
  await expect(page).toHaveURL('/workflows/after');
  const workflow = new WorkflowPage(page);
  await expect(workflow.heading('after')).toBeVisible();
  await expect(page.getByText('A better name')).toBeVisible();
  await expect(workflow.setupButton).toHaveText('Setup: ready');
});

test('renaming over another one is refused', async ({ as, guard }) => {
  guard.expectAnswer(422, /^\/fn\/rename_workflow$/);
  const page = await as(ADA);
  await arrange.workflow(page, 'one');
  await arrange.workflow(page, 'two');
  const settings = new SettingsPage(page);
  await settings.open('one');
  await settings.name.fill('two');
  await settings.save.click();
  await expect(settings.problem).toContainText('two');
  await expect(settings.name).toHaveValue('two');
});

test('deleting wants the name and leaves connections alone', async ({ as, guard }) => {
  guard.expectAnswer(422, /^\/fn\/delete_workflow$/);
  const page = await as(ADA);
  await arrange.awsConnection(page);
  await arrange.workflow(page, 'doomed', stepWith('a: !Connection [aws, my-aws-account]'));
  await new SettingsPage(page).open('doomed');
  await new SettingsPage(page).deleteWorkflow.click();
  const question = new DeleteDialog(page, 'workflow');
  await question.typedName.fill('dooomed');
  await question.confirm.click();
  await expect(question.problem).toBeVisible();
  await question.typedName.fill('doomed');
  await question.confirm.click();
  await expect(page).toHaveURL('/workflows');
  await expect(new WorkflowsPage(page).row('doomed')).toHaveCount(0);
  const connections = new ConnectionsPage(page);
  await connections.open();
  await expect(connections.row('my-aws-account')).toContainText('no workflow');
});

test('revisions are listed, compared and restored', async ({ as }) => {
  const page = await as(ADA);
  const first = stepWith('greeting: hello');
  const second = stepWith('greeting: goodbye');
  await arrange.workflow(page, 'revised', first);
  await arrange.revision(page, 'revised', 1, second);
  const revisions = new RevisionsPage(page);
  await revisions.open('revised');
  await expect(revisions.row(2)).toContainText('newest');
  await expect(revisions.row(1)).toContainText('Ada');
  await expect(revisions.restore(2), 'the newest need not be restored').toHaveCount(0);

  await revisions.link(1).click();
  await expect(revisions.comparison).toContainText('greeting: hello');
  await expect(revisions.comparison).toContainText('greeting: goodbye');
  await expect(revisions.comparison.getByText('removed:')).toHaveCount(1);
  await expect(revisions.comparison.getByText('added:')).toHaveCount(1);

  await revisions.restore(1).click();
  await expect(page).toHaveURL('/workflows/revised');
  const workflow = new WorkflowPage(page);
  await workflow.editor.ready();
  expect(await workflow.editor.text()).toBe(first);
  await revisions.open('revised');
  await expect(revisions.row(3)).toContainText('Restored from revision 1');
});

test('the documentation is reached from the navigation', async ({ as }) => {
  const page = await as(ADA);
  const navigation = new Navigation(page);
  await navigation.link('Documentation').click();
  await expect(navigation.link('Documentation')).toHaveAttribute('aria-current', 'page');
  const chapters = page.getByRole('navigation', { name: 'Documentation', exact: true }).getByRole('link');
  await page.waitForLoadState();
  const count = await chapters.count();
  expect(count).toBeGreaterThan(1);
  for (let index = 0; index < count; index += 1) {
    await chapters.nth(index).click();
    await expect(chapters.nth(index)).toHaveAttribute('aria-current', 'page');
    await expect(page.getByRole('article').getByRole('heading', { level: 1 })).toBeVisible();
    // Those still on their way are waited for; a broken one never gets a width.
    const unseen = () =>
      page.getByRole('img').evaluateAll((images) =>
        images
          .filter((image) => image instanceof HTMLImageElement && !(image.complete && image.naturalWidth > 0))
          .map((image) => image.outerHTML),
      );
    await expect.poll(unseen).toEqual([]);
  }
});
