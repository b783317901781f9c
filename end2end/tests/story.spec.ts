// The story of the two documents Relay was planned from: paste, be told what is missing, add it there, manage it.

import { FIRST_SEED, SECOND_SEED } from '../seeds';
import { ConnectionsPage } from '../pages/connections';
import { DeleteDialog } from '../pages/delete-dialog';
import { Navigation } from '../pages/navigation';
import { NewWorkflowPage } from '../pages/new-workflow';
import { ValueForm } from '../pages/value-form';
import { WorkflowPage } from '../pages/workflow';
import { WorkflowsPage } from '../pages/workflows';
import { ADA } from '../support/people';
import { sameDocument } from '../support/same-document';
import { expect, test } from '../support/test';

const CONNECTION = 'aws / my-aws-account';
const MISSING = 'Your workflow has 1 missing required connection';

test('both seed workflows, from pasting to deleting their connection', async ({ as, guard }) => {
  const page = await as(ADA);
  const navigation = new Navigation(page);
  const workflows = new WorkflowsPage(page);
  const newWorkflow = new NewWorkflowPage(page);
  const workflow = new WorkflowPage(page);
  const connections = new ConnectionsPage(page);
  const form = new ValueForm(page.getByRole('main'));

  await test.step('the first seed needs a connection', async () => {
    await workflows.newWorkflow.click();
    await newWorkflow.make('first-seed', 'Lists instances');
    await expect(page).toHaveURL('/workflows/first-seed');
    await expect(workflow.heading('first-seed')).toBeVisible();
    await workflow.editor.ready();
    await workflow.editor.paste(FIRST_SEED);
    await expect(workflow.setupButton).toHaveText('Setup: 1 missing');
    await expect(workflow.banner(MISSING)).toBeVisible();
    await workflow.save.click();
    await expect(workflow.saved()).toBeVisible();
    expect(await workflow.editor.text()).toBe(FIRST_SEED);
  });

  await test.step('so does the second', async () => {
    await navigation.link('Workflows').click();
    await expect(workflows.row('first-seed')).toContainText('1 missing');
    await workflows.newWorkflow.click();
    await newWorkflow.make('second-seed');
    await workflow.editor.ready();
    await workflow.editor.paste(SECOND_SEED);
    await expect(workflow.setupButton).toHaveText('Setup: 1 missing');
    await expect(workflow.banner(MISSING)).toBeVisible();
  });

  await test.step('it is added from Setup, without a reload', async () => {
    const document = await sameDocument(page);
    await expect(workflow.setup.region).toBeHidden();
    await workflow.setupButton.click();
    await expect(workflow.setup.connection(CONNECTION)).toContainText('missing');
    await expect(workflow.setup.connection(CONNECTION)).toContainText('describe-instances');
    await workflow.setup.addConnection(CONNECTION).click();

    await expect(workflow.dialog).toHaveAccessibleName(`Add connection ${CONNECTION}`);
    await expect(workflow.form.name).toHaveValue('my-aws-account');
    await expect(workflow.form.name).not.toBeEditable();
    await expect(workflow.form.writeOnly).toBeVisible();
    await workflow.form.field('Access key ID').fill('AKIAEXAMPLE');
    await workflow.form.field('Secret access key').fill('made up');
    await workflow.form.saveConnection.click();

    await expect(workflow.dialog).toBeHidden();
    await expect(workflow.setupButton).toHaveText('Setup: ready');
    await expect(workflow.banner(MISSING)).toBeHidden();
    await expect(workflow.setup.connection(CONNECTION)).toContainText('configured');
    await expect(page.getByRole('status').filter({ hasText: 'Connection added.' })).toBeAttached();
    await expect(workflow.setup.overwriteConnection(CONNECTION)).toBeFocused();
    await document.expectSame();
    expect(await workflow.editor.text(), 'unsaved text outlives it').toBe(SECOND_SEED);
    await workflow.save.click();
    await expect(workflow.saved()).toBeVisible();
    await expect(workflow.setupButton).toHaveText('Setup: ready');
    await document.expectSame();
  });

  await test.step('the other workflow has it too', async () => {
    await workflow.open('first-seed');
    await expect(workflow.setupButton).toHaveText('Setup: ready');
    await expect(workflow.banner(MISSING)).toBeHidden();
  });

  await test.step('the list shows it, without a value', async () => {
    await navigation.link('Connections').click();
    await expect(connections.heading).toBeVisible();
    for (const title of ['Type', 'Name', 'State', 'Used by', 'Last used', 'Changed']) {
      await expect(connections.column(title)).toBeVisible();
    }
    const row = connections.row('my-aws-account');
    await expect(row).toContainText('aws');
    await expect(row).toContainText('configured');
    await expect(row.getByRole('link', { name: 'first-seed', exact: true })).toBeVisible();
    await expect(row.getByRole('link', { name: 'second-seed', exact: true })).toBeVisible();
    await expect(row).toContainText('Ada');
    await expect(page.getByText('AKIAEXAMPLE')).toHaveCount(0);
  });

  await test.step('one field is replaced, the other kept', async () => {
    await connections.startOverwriting(CONNECTION);
    await expect(form.writeOnly).toBeVisible();
    for (const label of ['Access key ID', 'Secret access key']) {
      await expect(form.choice(label, 'Keep')).toBeChecked();
      await expect(form.replacement(label)).toHaveCount(0);
      await expect(form.group(label)).toContainText('Stored');
    }
    await form.choice('Secret access key', 'Replace').check();
    await expect(form.replacement('Secret access key'), 'nothing stored is put into it').toHaveValue('');
    await expect(form.replacement('Access key ID')).toHaveCount(0);
    await form.replacement('Secret access key').fill('made up anew');
    await form.saveConnection.click();
    await expect(connections.row('my-aws-account')).toBeVisible();

    await connections.startOverwriting(CONNECTION);
    for (const label of ['Access key ID', 'Secret access key']) {
      await expect(form.group(label), 'both are still there').toContainText('Stored');
    }
    await form.cancel.click();
  });

  await test.step('deleting it warns about both workflows and wants the name', async () => {
    const question = new DeleteDialog(page, 'connection');
    await connections.startDeleting(CONNECTION);
    await expect(question.dialog).toHaveAccessibleName(`Delete ${CONNECTION}?`);
    for (const name of ['first-seed', 'second-seed']) {
      await expect(question.dialog.getByRole('listitem').filter({ hasText: name })).toContainText('describe-instances');
    }
    await expect(question.keep, 'the harmless way has the focus').toBeFocused();

    guard.expectAnswer(422, /^\/fn\/delete_connection$/);
    await question.confirm.click();
    await expect(question.problem).toContainText('my-aws-account');
    await question.typedName.fill('another-account');
    await question.confirm.click();
    await expect(question.problem).toBeVisible();
    await expect(question.typedName, 'it was not deleted by the wrong name').toHaveValue('');
    await question.typedName.fill('my-aws-account');
    await question.confirm.click();

    await expect(page).toHaveURL('/connections');
    await expect(connections.row('my-aws-account')).toHaveCount(0);
    await navigation.link('Workflows').click();
    await expect(workflows.row('first-seed')).toContainText('1 missing');
    await expect(workflows.row('second-seed')).toContainText('1 missing');
  });
});
