// A marker is typed into every field that takes a secret or a value. It must be found nowhere: no file of the server,
// no line of its log at the finest level, nothing that a browser is sent, shows or keeps. The search proves itself first.

import { writeFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ConnectionsPage } from '../pages/connections';
import { LoginPage } from '../pages/login';
import { Navigation } from '../pages/navigation';
import { SettingsPage } from '../pages/settings';
import { ValueForm } from '../pages/value-form';
import { WelcomePage } from '../pages/welcome';
import { WorkflowPage } from '../pages/workflow';
import * as arrange from '../support/arrange';
import { ADA } from '../support/people';
import { Recorder } from '../support/recorder';
import type { Relay } from '../support/relay';
import { filesHolding, holds } from '../support/search';
import { expect, test } from '../support/test';
import { stepWith } from '../support/texts';

const MARKER = 'Zq7Marker4hK9vXw2';
const PLANTED = 'Pl4ntedYt6Rb3Nc8s';

/** A password is compared with its hash by the server, so it has to be sent; values never are, in no spelling. */
const TAKES_PASSWORDS = /^sent: .*\/fn\/(log_in|create_administrator)$/;

test.use({ peopled: false, serverEnvironment: { RUST_LOG: 'trace' } });

/** Puts another marker wherever the search looks, and expects to find it there. */
async function proveTheSearch(page: Page, recorder: Recorder, relay: Relay): Promise<void> {
  await page.route('**/planted-answer', (route) => route.fulfill({ body: `before ${PLANTED} after` }));
  await page.goto('/welcome');
  await page.evaluate(async (planted) => {
    await fetch('/planted-answer', { method: 'POST', body: `x=${btoa(planted)}` });
    document.body.dataset.planted = planted;
    localStorage.setItem('planted', btoa(`x${planted}`));
    sessionStorage.setItem('planted', planted);
    console.info(planted);
  }, PLANTED);
  await recorder.look(page);
  const found = await recorder.findings(PLANTED);
  expect(found).toContainEqual(expect.stringMatching(/^answer: 200 .*planted-answer$/));
  expect(found).toContainEqual(expect.stringMatching(/^sent: .*planted-answer$/));
  expect(found).toContainEqual(expect.stringMatching(/^page: .*\/welcome$/));
  expect(found).toContainEqual(expect.stringMatching(/^storage: session storage/));
  expect(found).toContainEqual('storage: cookies, local storage and databases');
  expect(found).toContainEqual(expect.stringMatching(/^console: /));
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });

  await page.goto(`/login?next=/${PLANTED}`);
  await recorder.look(page);
  expect(await recorder.findings(PLANTED)).toContainEqual(expect.stringMatching(/^address: /));

  const file = join(relay.directory, 'planted');
  await writeFile(file, Buffer.concat([Buffer.alloc(4097), Buffer.from(PLANTED)]));
  expect(await filesHolding(relay.directory, PLANTED)).toEqual(['planted']);
  await rm(file);
}

test('what is typed as a value is found nowhere', async ({ page, relay, guard }) => {
  test.slow();
  const recorder = new Recorder(page.context());
  const workflow = new WorkflowPage(page);
  const connections = new ConnectionsPage(page);
  const settings = new SettingsPage(page);
  const form = new ValueForm(page.getByRole('main'));
  const person = { ...ADA, password: `${MARKER} as password` };

  await test.step('the search finds what is there', () => proveTheSearch(page, recorder, relay));

  await test.step('setup code and passwords', async () => {
    guard.expectAnswer(422, /^\/fn\/create_administrator$/);
    guard.expectAnswer(422, /^\/fn\/log_in$/);
    const welcome = new WelcomePage(page);
    await welcome.open();
    await welcome.create(MARKER, person);
    await expect(welcome.problem).toBeVisible();
    await recorder.look(page);
    await welcome.create(await relay.setupCode(), person);
    await expect(page).toHaveURL('/workflows');
    await recorder.look(page);
    await new Navigation(page).leave();
    const login = new LoginPage(page);
    await expect(login.submit).toBeVisible();
    await recorder.look(page);
    await login.logIn({ email: person.email, password: `${MARKER} wrong` });
    await expect(login.problem).toBeVisible();
    await recorder.look(page);
    await login.logIn(person);
    await expect(page).toHaveURL('/workflows');
    await recorder.look(page);
  });

  await test.step('a connection of every type', async () => {
    await page.goto('/connections/new');
    const types = await page.getByRole('radio').evaluateAll((radios) =>
      radios.map((radio) => (radio instanceof HTMLInputElement ? radio.value : '')),
    );
    expect(types).toContain('aws');
    await recorder.look(page);
    for (const type of types) {
      await page.goto('/connections/new');
      await page.locator(`input[type=radio][value="${type}"]`).check();
      await form.name.fill(`of type ${type}`);
      const values = page.locator('.value').filter({ visible: true });
      await expect(values.first(), type).toBeVisible();
      for (const value of await values.all()) await value.fill(`${MARKER} for ${type}`);
      await recorder.look(page);
      await form.saveConnection.click();
      await expect(connections.row(`of type ${type}`)).toBeVisible();
      await recorder.look(page);
    }
  });

  await test.step('going back shows nothing that was typed', async () => {
    await page.goBack();
    for (const value of await page.locator('.value').all()) await expect(value).toHaveValue('');
    await recorder.look(page);
  });

  await test.step('a refused form', async () => {
    await page.goto('/connections/new?type=aws');
    await form.name.fill('of type aws');
    await form.field('Secret access key').fill(`${MARKER} refused`);
    await form.saveConnection.click();
    await expect(form.problem).toBeVisible();
    await recorder.look(page);
  });

  await test.step('overwriting', async () => {
    await connections.open();
    await recorder.look(page);
    await connections.startOverwriting('aws / of type aws');
    await expect(form.saveConnection).toBeVisible();
    for (const label of ['Access key ID', 'Secret access key']) {
      await form.choice(label, 'Replace').check();
      await form.replacement(label).fill(`${MARKER} overwritten`);
    }
    await recorder.look(page);
    await form.saveConnection.click();
    await expect(page).toHaveURL('/connections');
    await recorder.look(page);
  });

  await test.step('the dialogs of a workflow', async () => {
    await arrange.workflow(page, 'marked', stepWith('a: !Connection [aws, from Setup]', 'b: !Secret token', 'c: !Secret other'));
    await workflow.open('marked');
    await workflow.setupButton.click();
    await workflow.setup.addConnection('aws / from Setup').click();
    await workflow.form.field('Access key ID').fill(`${MARKER} in a dialog`);
    await recorder.look(page);
    await workflow.form.saveConnection.click();
    await expect(workflow.form.problem, 'a field is empty').toBeVisible();
    await recorder.look(page);
    await workflow.form.field('Secret access key').fill(`${MARKER} in a dialog`);
    await workflow.form.saveConnection.click();
    await expect(workflow.dialog).toBeHidden();
    await recorder.look(page);
    await workflow.setup.addSecret('token').click();
    await workflow.form.field('Value').fill(`${MARKER}\nin two lines\n`);
    await workflow.form.saveSecret.click();
    await expect(workflow.dialog).toBeHidden();
    await workflow.setup.overwriteSecret('token').click();
    await workflow.form.field('Value').fill(`${MARKER} again`);
    await recorder.look(page);
    await workflow.form.saveSecret.click();
    await expect(workflow.dialog).toBeHidden();
    await recorder.look(page);

    await workflow.setup.addSecret('other').click();
    await workflow.form.field('Value').fill(`${MARKER} never sent`);
    page.once('dialog', (question) => question.accept());
    await workflow.form.cancel.click();
    await expect(workflow.dialog).toBeHidden();
    await recorder.look(page);
  });

  await test.step('a secret on its pages', async () => {
    await settings.open('marked');
    await recorder.look(page);
    await settings.startAdding();
    await form.name.fill('other');
    await form.field('Value').fill(`${MARKER} on a page`);
    await recorder.look(page);
    await form.saveSecret.click();
    await expect(page).toHaveURL('/workflows/marked');
    await workflow.editor.ready();
    await recorder.look(page);
    await settings.open('marked');
    await recorder.look(page);
    await settings.startOverwriting('other');
    await form.field('Value').fill(`${MARKER} on a page again`);
    await recorder.look(page);
    await form.saveSecret.click();
    await expect(page).toHaveURL('/workflows/marked');
    await workflow.editor.ready();
    await recorder.look(page);
  });

  expect(recorder.answers).toBeGreaterThan(50);
  const found = (await recorder.findings(MARKER)).filter((one) => !TAKES_PASSWORDS.test(one));
  expect(found, 'in the browser').toEqual([]);
  // Names are no secrets: finding one shows that the database is really searched.
  expect(await filesHolding(relay.directory, 'of type aws'), 'the files are the ones written to').not.toEqual([]);
  expect(await filesHolding(relay.directory, MARKER), 'in the files of the server').toEqual([]);
  expect(relay.written.length, 'the log is at its finest').toBeGreaterThan(100_000);
  expect(holds(relay.written, MARKER), 'in the log at trace level').toBe(false);
});
