// Texts that would make a careless editor slow, and names and types that do not exist.

import { ConnectionsPage } from '../pages/connections';
import { NewWorkflowPage } from '../pages/new-workflow';
import { ValueForm } from '../pages/value-form';
import { WorkflowPage } from '../pages/workflow';
import * as arrange from '../support/arrange';
import { ADA } from '../support/people';
import { expect, test } from '../support/test';
import { aliasBomb, longText, stepWith } from '../support/texts';

test('2 MB of text: told, not saved, still there', async ({ as, guard }) => {
  test.slow();
  guard.expectAnswer(413, /^\/fn\/save_workflow$/);
  const page = await as(ADA);
  await arrange.workflow(page, 'long');
  const workflow = new WorkflowPage(page);
  await workflow.open('long');
  const text = longText(2 * 1024 * 1024);
  await workflow.editor.paste(text);
  await expect(workflow.problem('too large').or(workflow.problem('larger than'))).toBeVisible();
  await expect(workflow.setupButton).toHaveText('Setup: unknown');
  await workflow.save.click();
  await expect(workflow.alert).toContainText('1 MiB');
  await expect(workflow.alert).toContainText('still here');
  await expect(workflow.state('Not saved')).toBeVisible();
  expect(await workflow.editor.text()).toBe(text);
});

test('300 KiB of text: a draft with one problem that says what to do, and nothing lost', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'draft');
  await arrange.secret(page, 'draft', 'token');
  const workflow = new WorkflowPage(page);
  await workflow.open('draft');
  const expectOneProblem = async () => {
    await expect(workflow.problems.getByRole('listitem')).toHaveCount(1);
    await expect(workflow.problem('larger than 256 KiB and is not read')).toContainText('error');
    await expect(workflow.problem('split the workflow')).toBeVisible();
    await expect(workflow.setupButton).toHaveText('Setup: unknown');
  };
  // What would be wrong in it, nobody looks for.
  const text = `${stepWith('a: !Sekret token')}${longText(300 * 1024)}`;
  await workflow.editor.paste(text);
  await expectOneProblem();
  await workflow.editor.typeAtEnd('# and more');
  await expectOneProblem();
  await workflow.save.click();
  await expect(workflow.saved(1)).toBeVisible();

  await page.reload();
  await workflow.editor.ready();
  await expectOneProblem();
  expect(await workflow.editor.text()).toBe(`${text}# and more`);
  await workflow.setupButton.click();
  await expect(workflow.setup.region).toContainText("can't be read");
  await expect(workflow.setup.secret('token'), 'nobody knows what it uses').toHaveCount(0);
});

test('an alias bomb is complained about at once', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'bomb');
  const workflow = new WorkflowPage(page);
  await workflow.open('bomb');
  const text = aliasBomb();
  await workflow.editor.paste(text);
  await expect(workflow.problem('aliases')).toContainText('error');
  await expect(workflow.setupButton).toHaveText('Setup: unknown');
  await workflow.editor.typeAtEnd('# one more');
  await workflow.save.click();
  await expect(workflow.saved()).toBeVisible();
  expect(await workflow.editor.text()).toBe(`${text}# one more`);
});

test('an unknown type is named, and has no form', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'unknown-type');
  const workflow = new WorkflowPage(page);
  await workflow.open('unknown-type');
  await workflow.editor.paste(stepWith('a: !Connection { type: awz, name: my-aws-account }'));
  await expect(workflow.problem('awz')).toBeVisible();
  await expect(workflow.setupButton).toHaveText('Setup: 1 missing');
  await workflow.setupButton.click();
  await workflow.setup.addConnection('awz / my-aws-account').click();
  await expect(workflow.dialog).toContainText('does not know this type');
  await expect(workflow.form.saveConnection).toBeHidden();
  await workflow.form.cancel.click();
  await expect(workflow.dialog).toBeHidden();
});

test('the form for a type that does not exist lets choose another', async ({ as }) => {
  const page = await as(ADA);
  await page.goto('/connections/new?type=awz');
  const form = new ValueForm(page.getByRole('main'));
  await expect(form.type('AWS')).toBeVisible();
});

test('a workflow name with a slash, and one that is taken', async ({ as, guard }) => {
  guard.expectAnswer(422, /^\/fn\/create_workflow$/);
  const page = await as(ADA);
  const newWorkflow = new NewWorkflowPage(page);
  await newWorkflow.open();
  await newWorkflow.make('team/reaper', 'Stops idle machines');
  await expect(newWorkflow.problem).toContainText('/');
  await expect(newWorkflow.name).toHaveAttribute('aria-invalid', 'true');
  await expect(newWorkflow.name).toHaveValue('team/reaper');
  await expect(newWorkflow.description).toHaveValue('Stops idle machines');

  await newWorkflow.make('reaper', 'Stops idle machines');
  await expect(page).toHaveURL('/workflows/reaper');
  await newWorkflow.open();
  await newWorkflow.make('reaper');
  await expect(newWorkflow.problem).toContainText('already');
});

test('a connection without its required field', async ({ as }) => {
  const page = await as(ADA);
  await page.goto('/connections/new?type=aws');
  const form = new ValueForm(page.getByRole('main'));
  await form.name.fill('my-aws-account');
  await form.field('Secret access key').fill('made up');
  await form.saveConnection.click();
  await expect(form.problem).toContainText('Access key ID');
  await expect(form.field('Access key ID')).toHaveAttribute('aria-invalid', 'true');
  await expect(form.name).toHaveValue('my-aws-account');
  await expect(form.field('Secret access key'), 'nothing has to be typed again').toHaveValue('made up');
});

test('a double submit adds one connection', async ({ as, guard }) => {
  guard.mayAnswer(409, /^\/fn\/add_sealed_connection$/);
  const page = await as(ADA);
  await page.goto('/connections/new?type=aws');
  const form = new ValueForm(page.getByRole('main'));
  await form.name.fill('twice');
  await form.field('Access key ID').fill('AKIAEXAMPLE');
  await form.field('Secret access key').fill('made up');
  await form.saveConnection.dblclick();
  const connections = new ConnectionsPage(page);
  await expect(form.problem.filter({ hasText: 'already' }).or(connections.heading)).toBeVisible();
  await connections.open();
  await expect(connections.row('twice')).toHaveCount(1);
});

test('names as real ones are', async ({ as }) => {
  const page = await as(ADA);
  const connections = new ConnectionsPage(page);
  const names = ['cluster/project', 'Step 8 - 100%', 'a.b', 'Zürich', '"quoted" <b>'];
  for (const name of names) await arrange.awsConnection(page, name);
  await connections.open();
  for (const name of names) {
    await expect(connections.row(name)).toBeVisible();
    await expect(connections.actions(`aws / ${name}`)).toBeVisible();
  }
  await connections.startDeleting('aws / cluster/project');
  await expect(page.getByRole('alertdialog')).toHaveAccessibleName('Delete aws / cluster/project?');
});

test('what does not exist is not found, in words', async ({ as, guard }) => {
  const nowhere = ['/nowhere', '/workflows/nowhere', '/connections/0123456789abcdef0123456789abcdef/delete'];
  const page = await as(ADA);
  for (const path of nowhere) {
    guard.expectAnswer(404, new RegExp(`^${path}$`));
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1, name: 'Not found', exact: true })).toBeVisible();
  }
});

test('whatever the text is, it stays text and comes back as it was', async ({ as }) => {
  const page = await as(ADA);
  const text =
    '\n\nsteps: [] # </textarea><script>document.title = "PWNED"</script>\n# &amp; &lt; &#13; "quoted" 🎉 \u2028 <b>\n  \n';
  await arrange.workflow(page, 'awkward', text);
  const workflow = new WorkflowPage(page);
  await workflow.open('awkward');
  await expect(page).toHaveTitle('awkward · Relay');
  await expect(workflow.saved(1)).toBeVisible();
  expect(await workflow.editor.text()).toBe(text);
  await workflow.editor.typeAtEnd('# more');
  await workflow.save.click();
  await expect(workflow.saved(2)).toBeVisible();
  await page.reload();
  await workflow.editor.ready();
  expect(await workflow.editor.text()).toBe(`${text}# more`);
});
