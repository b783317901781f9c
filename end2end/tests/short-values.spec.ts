// Values that are too short to be hidden in logs, with scripts and without.

import { ValueForm } from '../pages/value-form';
import { WorkflowPage } from '../pages/workflow';
import * as arrange from '../support/arrange';
import { ADA } from '../support/people';
import { expect, test } from '../support/test';
import { stepWith } from '../support/texts';

const WARNING = "Values under four characters can't be hidden in logs.";

test('the dialog warns about a short value, and takes it', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'short', stepWith('a: !Secret pin'));
  const workflow = new WorkflowPage(page);
  await workflow.open('short');
  await workflow.setupButton.click();
  await workflow.setup.addSecret('pin').click();
  const warning = workflow.dialog.getByText(WARNING, { exact: true });
  await expect(workflow.form.field('Value')).toBeVisible();
  await expect(warning).toBeHidden();
  await workflow.form.field('Value').pressSequentially('123');
  await expect(warning).toBeVisible();
  await workflow.form.field('Value').pressSequentially('4');
  await expect(warning).toBeHidden();
  await workflow.form.field('Value').press('Backspace');
  await expect(warning).toBeVisible();
  await workflow.form.saveSecret.click();
  await expect(workflow.dialog).toBeHidden();
  await expect(workflow.setupButton).toHaveText('Setup: ready');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });
  test.beforeEach(({ guard }) => guard.expectNoScripts());

  test('the page warns too, about secret fields alone', async ({ as }) => {
    const page = await as(ADA);
    await page.goto('/connections/new?type=aws');
    const form = new ValueForm(page.getByRole('main'));
    const warnings = page.getByText(WARNING, { exact: true }).filter({ visible: true });
    await form.field('Access key ID').pressSequentially('abc');
    await expect(warnings).toHaveCount(0);
    await form.field('Secret access key').pressSequentially('abc');
    await expect(warnings).toHaveCount(1);
    await form.name.fill('short');
    await form.saveConnection.click();
    await expect(page).toHaveURL('/connections');
  });
});
