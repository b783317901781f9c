// The browser seals what is typed before it sends it: on pages and in dialogs, after a failed save and after a change
// by somebody else. Where the server takes nothing else, a browser without scripts sends nothing.

import type { Page } from '@playwright/test';
import { ConnectionsPage } from '../pages/connections';
import { LoginPage } from '../pages/login';
import { SettingsPage } from '../pages/settings';
import { ValueForm } from '../pages/value-form';
import { WorkflowPage } from '../pages/workflow';
import * as arrange from '../support/arrange';
import { ADA } from '../support/people';
import { expect, test } from '../support/test';
import { stepWith } from '../support/texts';

const SECRET = stepWith('token: !Secret deploy-token');

/** The functions a page calls that take values or what seals them, in order. */
function watchSaves(page: Page): string[] {
  const saves: string[] = [];
  page.on('request', (request) => {
    const [, name] = /\/fn\/((?:add|overwrite)_.*|.*_seal_context)$/.exec(new URL(request.url()).pathname) ?? [];
    if (name) saves.push(name);
  });
  return saves;
}

test('a page seals, keeps what was typed when a save fails, and saves over what it was told of', async ({ as, guard }) => {
  const page = await as(ADA);
  const saves = watchSaves(page);
  const form = new ValueForm(page.getByRole('main'));
  const connections = new ConnectionsPage(page);

  await test.step('a wrong name is told by the server, and nothing has to be typed again', async () => {
    guard.expectAnswer(422, /^\/fn\/add_sealed_connection$/);
    await page.goto('/connections/new?type=aws');
    await form.field('Access key ID').fill('AKIAEXAMPLE');
    await form.field('Secret access key').fill('made up');
    await form.saveConnection.click();
    await expect(form.problem).toContainText('name');
    await expect(form.problem).toBeFocused();
    await expect(form.name).toHaveAttribute('aria-invalid', 'true');
    await expect(form.field('Secret access key')).toHaveValue('made up');
    await form.name.fill('main');
    await form.saveConnection.click();
    await expect(connections.row('main')).toContainText('configured');
    expect(saves).toEqual([
      'connection_seal_context', 'add_sealed_connection', 'connection_seal_context', 'add_sealed_connection',
    ]);
  });

  await test.step('somebody was faster', async () => {
    guard.expectAnswer(409, /^\/fn\/overwrite_sealed_connection$/);
    await connections.startOverwriting('aws / main');
    await form.choice('Secret access key', 'Replace').check();
    await form.replacement('Secret access key').fill('mine');
    const other = await page.context().newPage();
    const theirs = new ValueForm(other.getByRole('main'));
    await other.goto(page.url());
    await theirs.choice('Secret access key', 'Replace').check();
    await theirs.replacement('Secret access key').fill('theirs');
    await theirs.saveConnection.click();
    await expect(other).toHaveURL('/connections');
    await form.saveConnection.click();
    await expect(form.problem).toContainText('Ada overwrote this connection');
    await expect(form.replacement('Secret access key')).toHaveValue('mine');
    await form.saveConnection.click();
    await expect(page).toHaveURL('/connections');
  });
});

test('nothing typed is sent before what seals is there', async ({ as }) => {
  const page = await as(ADA);
  const saves = watchSaves(page);
  const form = new ValueForm(page.getByRole('main'));
  let load: () => void = () => {};
  const late = new Promise<void>((resolve) => { load = resolve; });
  await page.route('**/seal.js', async (route) => {
    await late;
    await route.continue();
  });
  await page.goto('/connections/new?type=aws', { waitUntil: 'commit' });
  await form.name.fill('early');
  await form.field('Access key ID').fill('AKIAEXAMPLE');
  await form.field('Secret access key').fill('made up');
  await form.saveConnection.click();
  await expect(form.problem).toContainText('nothing was sent');
  await form.field('Secret access key').press('Enter');
  await expect(form.problem).toBeFocused();
  await expect(form.field('Secret access key')).toHaveValue('made up');
  expect(saves).toEqual([]);
  load();
  await expect(page.locator('form[data-taken]')).toHaveCount(1);
  await form.saveConnection.click();
  await expect(page).toHaveURL('/connections');
  expect(saves).toEqual(['connection_seal_context', 'add_sealed_connection']);
});

test('what changed between sealing and saving is sealed again, unseen', async ({ as, guard }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'deploy', SECRET);
  const saves = watchSaves(page);
  const form = new ValueForm(page.getByRole('main'));
  await new SettingsPage(page).open('deploy');
  await new SettingsPage(page).startAdding();
  await form.name.fill('deploy-token');
  await form.field('Value').fill('made up');
  guard.expectAnswer(409, /^\/fn\/add_sealed_secret$/);
  await page.route('**/fn/secret_seal_context', async (route) => {
    const answer = await route.fetch();
    const context = await answer.json();
    await route.fulfill({ response: answer, json: { ...context, fields: { value: 7 } } });
  }, { times: 1 });
  await form.saveSecret.click();
  await expect(page).toHaveURL('/workflows/deploy');
  expect(saves).toEqual(['secret_seal_context', 'add_sealed_secret', 'secret_seal_context', 'add_sealed_secret']);
});

test('leaving a page takes what was typed away', async ({ as }) => {
  const page = await as(ADA);
  const form = new ValueForm(page.getByRole('main'));
  await page.goto('/connections/new?type=aws');
  await form.field('Secret access key').fill('made up');
  const left = await form.field('Secret access key').evaluate((control) => {
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
    return (control as HTMLInputElement).value;
  });
  expect(left, 'nothing for the back-forward cache').toBe('');
  await form.field('Secret access key').fill('made up');
  await page.goto('/workflows');
  await page.goBack();
  await expect(form.field('Secret access key')).toHaveValue('');
});

test('what seals is loaded where values are typed, and nowhere else', async ({ as }) => {
  const page = await as(ADA);
  await arrange.workflow(page, 'lazy', SECRET);
  const loaded: string[] = [];
  page.on('request', (request) => {
    if (/\/seal(_bg)?\.\w+$/.test(request.url())) loaded.push(request.url().replace(/.*\//, ''));
  });
  const workflow = new WorkflowPage(page);
  for (const path of ['/workflows', '/connections', '/workflows/lazy/settings']) await page.goto(path);
  await workflow.open('lazy');
  await workflow.setupButton.click();
  expect(loaded).toEqual([]);
  await workflow.setup.addSecret('deploy-token').click();
  await workflow.form.field('Value').fill('made up');
  await workflow.form.saveSecret.click();
  await expect(workflow.dialog).toBeHidden();
  expect(loaded).toEqual(['seal.js', 'seal_bg.wasm']);
});

test('nothing is sent while what seals cannot be loaded', async ({ as, guard }) => {
  const page = await as(ADA);
  const saves = watchSaves(page);
  const form = new ValueForm(page.getByRole('main'));
  guard.expectAnswer(404, /\/seal_bg\.wasm$/);
  const absent = (url: URL) => url.pathname.endsWith('/seal_bg.wasm');
  await page.route(absent, (route) => route.fulfill({ status: 404, contentType: 'application/wasm', body: '' }));
  await page.goto('/connections/new?type=aws');
  await form.name.fill('main');
  await form.field('Access key ID').fill('AKIAEXAMPLE');
  await form.field('Secret access key').fill('made up');
  await form.saveConnection.click();
  await expect(form.problem).toContainText('nothing was sent');
  await expect(form.field('Secret access key')).toHaveValue('made up');
  expect(saves).toEqual([]);
  await page.unroute(absent);
  await form.saveConnection.click();
  await expect(page).toHaveURL('/connections');
});

test.describe('where values are taken only when the browser has sealed them', () => {
  test.use({ serverEnvironment: { RELAY_REQUIRE_BROWSER_SEALING: 'true' } });

  test('pages and dialogs work', async ({ as }) => {
    const page = await as(ADA);
    await arrange.workflow(page, 'strict', stepWith('a: !Connection [aws, main]'));
    const workflow = new WorkflowPage(page);
    await workflow.open('strict');
    await workflow.setupButton.click();
    await workflow.setup.addConnection('aws / main').click();
    await workflow.form.field('Access key ID').fill('AKIAEXAMPLE');
    await workflow.form.field('Secret access key').fill('made up');
    await workflow.form.saveConnection.click();
    await expect(workflow.setupButton).toHaveText('Setup: ready');
    const form = new ValueForm(page.getByRole('main'));
    await page.goto('/connections');
    await new ConnectionsPage(page).startOverwriting('aws / main');
    await form.choice('Access key ID', 'Replace').check();
    await form.replacement('Access key ID').fill('AKIAANOTHER');
    await form.saveConnection.click();
    await expect(page).toHaveURL('/connections');
  });

  test.describe('without scripts', () => {
    test.use({ javaScriptEnabled: false });

    test('the form says so, and cannot be sent', async ({ page, guard }) => {
      guard.expectNoScripts();
      await new LoginPage(page).open();
      await new LoginPage(page).logIn(ADA);
      await page.goto('/connections/new?type=aws');
      const form = new ValueForm(page.getByRole('main'));
      await expect(page.locator('noscript p')).toBeVisible();
      await expect(page.locator('noscript p')).toContainText('only when the browser has sealed them');
      await expect(form.saveConnection).toBeDisabled();
    });
  });
});
