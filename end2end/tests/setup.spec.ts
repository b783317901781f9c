// Setup: what a text needs, live while typing, and the states it can be in.

import { WorkflowPage } from '../pages/workflow';
import * as arrange from '../support/arrange';
import { ADA } from '../support/people';
import { sameDocument } from '../support/same-document';
import { expect, test } from '../support/test';
import { BROKEN, stepWith } from '../support/texts';

test('follows every change of the text without a request', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'live');
  const workflow = new WorkflowPage(page);
  await workflow.open('live');
  const document = await sameDocument(page);
  const asked: string[] = [];

  // The first touch loads what checks.
  await workflow.editor.paste(stepWith('a: !Connection { type: aws, name: one }', 'b: !Connection { type: aws, name: two }'));
  await expect(workflow.setupButton).toHaveText('Setup: 2 missing');
  page.on('request', (request) => asked.push(request.url()));
  await expect(workflow.banner('Your workflow has 2 missing required connections')).toBeVisible();

  await workflow.editor.paste(stepWith('a: !Connection { type: aws, name: one }', 'b: !Connection { type: aws, name: one }'));
  await expect(workflow.setupButton, 'the same one twice is one').toHaveText('Setup: 1 missing');

  await workflow.editor.paste(stepWith('a: !Secret token', 'b: !Connection { type: aws, name: one }'));
  await expect(workflow.setupButton).toHaveText('Setup: 2 missing');
  await expect(workflow.banner('Your workflow has 1 missing required secret')).toBeVisible();
  await expect(workflow.banner('Your workflow has 1 missing required connection')).toBeVisible();

  await workflow.editor.paste(stepWith('a: nothing special'));
  await expect(workflow.setupButton).toHaveText('Setup: ready');
  await expect(workflow.fillIn('connections')).toBeHidden();
  expect(asked).toEqual([]);
  await document.expectSame();
});

test('the links of the banner open it', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'linked', stepWith('a: !Secret token', 'b: !Connection { type: aws, name: one }'));
  const workflow = new WorkflowPage(page);
  for (const what of ['connections', 'secrets'] as const) {
    await workflow.open('linked');
    const document = await sameDocument(page);
    await expect(workflow.setupButton).toHaveAttribute('aria-expanded', 'false');
    await workflow.fillIn(what).click();
    await expect(workflow.setup.region).toBeVisible();
    await expect(workflow.setupButton).toHaveAttribute('aria-expanded', 'true');
    await document.expectSame();
  }
  await workflow.setupButton.click();
  await expect(workflow.setup.region).toBeHidden();
});

test('a connection of another type is told apart from a missing one', async ({ as }) => {
  const page = await as(ADA);
  await arrange.awsConnection(page, 'held');
  await arrange.workflow(page, 'states', stepWith(
    'a: !Connection { type: aws, name: held }',
    'b: !Connection { type: ssh, name: held }',
    'c: !Connection { type: aws, name: absent }',
  ));
  const workflow = new WorkflowPage(page);
  await workflow.open('states');
  await expect(workflow.setupButton).toHaveText('Setup: 2 missing');
  await workflow.setupButton.click();
  await expect(workflow.setup.connection('aws / held')).toContainText('configured');
  await expect(workflow.setup.connection('ssh / held')).toContainText('wrong type');
  await expect(workflow.setup.connection('ssh / held')).toContainText('aws');
  await expect(workflow.setup.connection('aws / absent')).toContainText('missing');
});

test('notices on coming back that somebody added what was missing', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'waiting', stepWith('a: !Connection { type: aws, name: late }'));
  const workflow = new WorkflowPage(page);
  await workflow.open('waiting');
  await expect(workflow.setupButton).toHaveText('Setup: 1 missing');
  const document = await sameDocument(page);
  await arrange.awsConnection(page, 'late');
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(workflow.setupButton).toHaveText('Setup: ready');
  await document.expectSame();
});

test('says "unknown" while the server cannot be reached, never "missing"', async ({ as, guard }) => {
  guard.expectOffline();
  const page = await as(ADA);
  await arrange.workflow(page, 'offline', stepWith('a: !Connection { type: aws, name: far }'));
  const workflow = new WorkflowPage(page);
  await workflow.open('offline');
  await expect(workflow.setupButton).toHaveText('Setup: 1 missing');

  await page.context().setOffline(true);
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(workflow.setupButton).toHaveText('Setup: unknown');
  await expect(workflow.banner('Your workflow has 1 missing required connection')).toBeHidden();

  await page.context().setOffline(false);
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(workflow.setupButton).toHaveText('Setup: 1 missing');
});

test('an answer that is late does not take back what was found out since', async ({ as, guard }) => {
  guard.expectOffline();
  const page = await as(ADA);
  await arrange.workflow(page, 'late', stepWith('a: !Connection { type: aws, name: far }'));
  const workflow = new WorkflowPage(page);
  await workflow.open('late');
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  let asked = 0;
  await page.route('**/fn/workflow_holdings*', async (route) => {
    asked += 1;
    if (asked > 1) return route.abort('internetdisconnected');
    await held;
    return route.continue();
  });
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect.poll(() => asked).toBe(1);
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(workflow.setupButton).toHaveText('Setup: unknown');

  const answer = page.waitForResponse('**/fn/workflow_holdings*');
  letGo();
  await (await answer).finished();
  // What the page does with it is over when it has painted twice.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await expect(workflow.setupButton).toHaveText('Setup: unknown');
});

test('a secret that no text names is listed until one names it', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'leftover', stepWith('a: !Secret deploy-key'));
  await arrange.secret(page, 'leftover', 'deploy-key');
  await arrange.secret(page, 'leftover', 'token');
  const workflow = new WorkflowPage(page);
  await workflow.open('leftover');
  await expect(workflow.setupButton, 'it is in nobody\'s way').toHaveText('Setup: ready');
  await workflow.setupButton.click();
  await expect(workflow.setup.secret('deploy-key')).toContainText('configured');
  await expect(workflow.setup.secret('token')).toContainText('not used by this workflow');
  await expect(workflow.setup.deleteSecret('token')).toBeVisible();

  await workflow.editor.paste(stepWith('a: !Secret deploy-key', 'b: "${secrets.token}"'));
  await expect(workflow.setup.secret('token')).toContainText('configured');
  await expect(workflow.setup.secret('token')).not.toContainText('not used');
  await expect(workflow.setup.deleteSecret('token')).toHaveCount(0);

  await workflow.editor.paste(stepWith('a: nothing'));
  await expect(workflow.setup.secret('token')).toContainText('not used by this workflow');
  await expect(workflow.setup.secret('deploy-key')).toContainText('not used by this workflow');

  // What a text uses that cannot be read, nobody knows.
  await workflow.editor.paste(BROKEN);
  await expect(workflow.setup.secret('token')).toHaveCount(0);

  await workflow.editor.paste(stepWith('a: !Secret deploy-key'));
  await workflow.setup.deleteSecret('token').focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/workflows\/leftover\/secrets\/[0-9a-f]+\/delete$/);
});

test('overwrites what is configured, with a choice per field', async ({ as }) => {
  const page = await as(ADA);
  await arrange.awsConnection(page);
  await arrange.workflow(page, 'overwriting', stepWith('a: !Connection { type: aws, name: my-aws-account }'));
  const workflow = new WorkflowPage(page);
  await workflow.open('overwriting');
  await workflow.setupButton.click();
  await workflow.setup.overwriteConnection('aws / my-aws-account').click();
  await expect(workflow.dialog).toHaveAccessibleName('Overwrite connection aws / my-aws-account');
  await expect(workflow.form.choice('Access key ID', 'Keep')).toBeChecked();
  await workflow.form.choice('Access key ID', 'Replace').check();
  await workflow.form.replacement('Access key ID').fill('AKIAANOTHER');
  await workflow.form.saveConnection.click();
  await expect(workflow.dialog).toBeHidden();
  await expect(page.getByRole('status').filter({ hasText: 'Connection overwritten.' })).toBeAttached();
  await expect(workflow.setupButton).toHaveText('Setup: ready');
});

test('an empty required field is named and what was typed stays', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'refused', stepWith('a: !Connection { type: aws, name: my-aws-account }'));
  const workflow = new WorkflowPage(page);
  await workflow.open('refused');
  await workflow.setupButton.click();
  await workflow.setup.addConnection('aws / my-aws-account').click();
  await workflow.form.field('Access key ID').fill('AKIAEXAMPLE');
  await workflow.form.saveConnection.click();
  await expect(workflow.form.problem).toContainText('Secret access key');
  await expect(workflow.form.problem, 'a screen reader is led to it').toBeFocused();
  await expect(workflow.form.field('Secret access key')).toHaveAttribute('aria-invalid', 'true');
  await expect(workflow.form.field('Access key ID')).toHaveValue('AKIAEXAMPLE');

  await workflow.form.field('Secret access key').fill('made up');
  await workflow.form.saveConnection.click();
  await expect(workflow.dialog).toBeHidden();
  await expect(workflow.setupButton).toHaveText('Setup: ready');
});

test('the form does not close over typed values without asking', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'discarding', stepWith('a: !Connection { type: aws, name: my-aws-account }'));
  const workflow = new WorkflowPage(page);
  await workflow.open('discarding');
  await workflow.setupButton.click();
  const add = workflow.setup.addConnection('aws / my-aws-account');
  await add.click();
  await expect(workflow.form.field('Access key ID')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(workflow.dialog, 'nothing was typed').toBeHidden();
  await expect(add, 'the focus is where it came from').toBeFocused();

  await add.click();
  await workflow.form.field('Access key ID').fill('AKIAEXAMPLE');
  const questions: string[] = [];
  page.once('dialog', async (question) => {
    questions.push(question.message());
    await question.dismiss();
  });
  await workflow.form.cancel.click();
  expect(questions).toEqual(['Discard what you typed?']);
  await expect(workflow.form.field('Access key ID')).toHaveValue('AKIAEXAMPLE');

  page.once('dialog', (question) => question.accept());
  await workflow.form.cancel.click();
  await expect(workflow.dialog).toBeHidden();
  await add.click();
  await expect(workflow.form.field('Access key ID'), 'it was forgotten').toHaveValue('');
});
