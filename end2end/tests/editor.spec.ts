// The editor: typing, what is wrong, undo, search, saving.

import { WorkflowPage } from '../pages/workflow';
import * as arrange from '../support/arrange';
import { ADA } from '../support/people';
import { expect, test } from '../support/test';
import { BROKEN, PLAIN, stepWith } from '../support/texts';

test('typing marks it unsaved, saving makes a revision', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'typed');
  const workflow = new WorkflowPage(page);
  await workflow.open('typed');
  await expect(workflow.state('Nothing saved yet')).toBeVisible();
  await workflow.editor.box.fill(PLAIN);
  await expect(workflow.state('Unsaved changes')).toBeVisible();
  await workflow.save.click();
  await expect(workflow.saved(1)).toBeVisible();

  await workflow.editor.typeAtEnd('# by keyboard');
  await expect(workflow.state('Unsaved changes')).toBeVisible();
  await page.keyboard.press('Control+s');
  await expect(workflow.saved(2)).toBeVisible();

  await page.reload();
  await workflow.editor.ready();
  expect(await workflow.editor.text()).toBe(`${PLAIN}# by keyboard`);
  await expect(workflow.saved(2)).toBeVisible();
});

test('leaving with unsaved text asks first', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'leaving', PLAIN);
  const workflow = new WorkflowPage(page);
  await workflow.open('leaving');
  await workflow.editor.typeAtEnd('# unsaved');
  await expect(workflow.state('Unsaved changes')).toBeVisible();
  const asked = new Promise<string>((resolve) => {
    page.once('dialog', async (question) => {
      await question.dismiss();
      resolve(question.type());
    });
  });
  await page.getByRole('link', { name: 'Revisions', exact: true }).click({ noWaitAfter: true });
  expect(await asked).toBe('beforeunload');
  await expect(page).toHaveURL('/workflows/leaving');
  expect(await workflow.editor.text()).toContain('# unsaved');
});

test('a mistake is underlined, listed and led to', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'mistaken');
  const workflow = new WorkflowPage(page);
  await workflow.open('mistaken');
  await workflow.editor.paste(stepWith('token: !Sekret deploy-token'));
  await expect(workflow.editor.squiggles).toHaveText('!Sekret');
  const problem = workflow.problem('!Sekret');
  await expect(problem).toContainText('error');
  await expect(problem).toContainText('line 5');
  await expect(problem).toContainText('!Secret');
  await page.keyboard.press('Control+Home');
  await problem.click();
  await expect(workflow.editor.box).toBeFocused();
  expect(await workflow.editor.selected()).toBe('!Sekret');

  await workflow.editor.paste(stepWith('token: !Secret deploy-token'));
  await expect(workflow.editor.squiggles).toHaveCount(0);
  await expect(workflow.problems).toContainText('No problems found.');
});

test('F8 goes from mistake to mistake', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'mistakes');
  const workflow = new WorkflowPage(page);
  await workflow.open('mistakes');
  await workflow.editor.paste(stepWith('a: !One x', 'b: !Two x'));
  await expect(workflow.problems.getByRole('listitem')).toHaveCount(2);
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('F8');
  expect(await workflow.editor.selected()).toBe('!One');
  await page.keyboard.press('F8');
  expect(await workflow.editor.selected()).toBe('!Two');
});

test('undo and redo', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'undone', PLAIN);
  const workflow = new WorkflowPage(page);
  await workflow.open('undone');
  await workflow.editor.paste('steps: []\n');
  expect(await workflow.editor.text()).toBe('steps: []\n');
  await page.keyboard.press('Control+z');
  expect(await workflow.editor.text()).toBe(PLAIN);
  await page.keyboard.press('Control+y');
  expect(await workflow.editor.text()).toBe('steps: []\n');
});

test('search finds and selects', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'searched', stepWith('a: needle', 'b: hay', 'c: needle'));
  const workflow = new WorkflowPage(page);
  await workflow.open('searched');
  await workflow.editor.box.focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Control+f');
  const find = page.getByRole('textbox', { name: 'Find', exact: true });
  await expect(find).toBeFocused();
  await page.keyboard.type('needle');
  await page.keyboard.press('Enter');
  await expect(page.locator('.cm-searchMatch')).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(find).toBeHidden();
  await expect(workflow.editor.box).toBeFocused();
  expect(await workflow.editor.selected()).toBe('needle');
});

test('line numbers and colours are there', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'coloured', stepWith('a: !Connection { type: aws, name: one }', 'b: "${parameters.c}"', 'd: 7 # note'));
  const workflow = new WorkflowPage(page);
  await workflow.open('coloured');
  await expect(page.locator('.cm-lineNumbers')).toContainText('7');
  const colours = await Promise.all(
    ['key', 'tag', 'expression', 'number', 'comment'].map((part) =>
      page.locator(`.code-${part}`).first().evaluate((element) => getComputedStyle(element).color),
    ),
  );
  expect(new Set(colours).size, `five parts, five colours: ${colours.join(' ')}`).toBe(5);
});

test('a text that cannot be read can be saved all the same', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'broken');
  const workflow = new WorkflowPage(page);
  await workflow.open('broken');
  await workflow.editor.paste(BROKEN);
  await expect(workflow.setupButton).toHaveText('Setup: unknown');
  await expect(workflow.problem('line 3')).toContainText('error');
  await workflow.save.click();
  await expect(workflow.saved()).toBeVisible();
  await page.reload();
  await workflow.editor.ready();
  expect(await workflow.editor.text()).toBe(BROKEN);
  await expect(workflow.setupButton).toHaveText('Setup: unknown');
});

test('exactly one element has the name of the text box', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'one-box', PLAIN);
  await page.goto('/workflows/one-box');
  const workflow = new WorkflowPage(page);
  await expect(workflow.editor.box).toHaveCount(1);
  await workflow.editor.ready();
  await expect(workflow.editor.box).toHaveCount(1);
  await expect(page.getByLabel('Workflow code', { exact: true })).toHaveCount(1);
});
