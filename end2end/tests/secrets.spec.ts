// Secrets of one workflow: from Setup, and on pages of their own.

import { DeleteDialog } from '../pages/delete-dialog';
import { SettingsPage } from '../pages/settings';
import { ValueForm } from '../pages/value-form';
import { WorkflowPage } from '../pages/workflow';
import * as arrange from '../support/arrange';
import { ADA } from '../support/people';
import { sameDocument } from '../support/same-document';
import { expect, test } from '../support/test';
import { stepWith } from '../support/texts';

const TEXT = stepWith('token: !Secret deploy-token');

test('added and overwritten from Setup without a reload', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'deploy', TEXT);
  const workflow = new WorkflowPage(page);
  await workflow.open('deploy');
  await expect(workflow.setupButton).toHaveText('Setup: 1 missing');
  await expect(workflow.banner('Your workflow has 1 missing required secret')).toBeVisible();
  const document = await sameDocument(page);
  await workflow.fillIn('secrets').click();
  await expect(workflow.setup.secret('deploy-token')).toContainText('missing');
  await expect(workflow.setup.secret('deploy-token')).toContainText('only');
  await workflow.setup.addSecret('deploy-token').click();
  await expect(workflow.dialog).toHaveAccessibleName('Add secret deploy-token');
  await expect(workflow.form.writeOnly).toBeVisible();
  await workflow.form.field('Value').fill('made up\nin two lines\n');
  await workflow.form.saveSecret.click();
  await expect(workflow.dialog).toBeHidden();
  await expect(workflow.setupButton).toHaveText('Setup: ready');
  await expect(workflow.setup.secret('deploy-token')).toContainText('configured');

  await workflow.setup.overwriteSecret('deploy-token').click();
  await expect(workflow.dialog).toHaveAccessibleName('Overwrite secret deploy-token');
  await expect(workflow.form.field('Value')).toHaveValue('');
  await workflow.form.field('Value').fill('made up anew');
  await workflow.form.saveSecret.click();
  await expect(workflow.dialog).toBeHidden();
  await expect(page.getByRole('status').filter({ hasText: 'Secret overwritten.' })).toBeAttached();
  await document.expectSame();
});

test('added, overwritten and deleted on pages', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'deploy', TEXT);
  const settings = new SettingsPage(page);
  const workflow = new WorkflowPage(page);
  const form = new ValueForm(page.getByRole('main'));
  await settings.open('deploy');
  await settings.startAdding();

  await form.name.fill('deploy-token');
  await form.saveSecret.click();
  await expect(form.problem).toContainText('Value');
  await expect(form.name).toHaveValue('deploy-token');
  await form.field('Value').fill('made up');
  await form.saveSecret.click();
  await expect(page).toHaveURL('/workflows/deploy');
  await expect(workflow.setupButton).toHaveText('Setup: ready');

  await settings.open('deploy');
  await settings.startOverwriting('deploy-token');
  await expect(form.field('Value')).toHaveValue('');
  await form.field('Value').fill('made up anew');
  await form.saveSecret.click();
  await expect(page).toHaveURL('/workflows/deploy');

  await settings.open('deploy');
  await settings.deleteSecret('deploy-token').click();
  const question = new DeleteDialog(page, 'secret');
  await expect(question.dialog).toHaveAccessibleName('Delete secret deploy-token?');
  await question.confirm.click();
  await expect(page).toHaveURL('/workflows/deploy/settings');
  await expect(settings.secret('deploy-token')).toHaveCount(0);
  await workflow.open('deploy');
  await expect(workflow.setupButton).toHaveText('Setup: 1 missing');
});

test('a secret belongs to its workflow alone', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'mine', TEXT);
  await arrange.workflow(page, 'theirs', TEXT);
  await arrange.secret(page, 'mine', 'deploy-token');
  const workflow = new WorkflowPage(page);
  await workflow.open('mine');
  await expect(workflow.setupButton).toHaveText('Setup: ready');
  await workflow.open('theirs');
  await expect(workflow.setupButton).toHaveText('Setup: 1 missing');
});
