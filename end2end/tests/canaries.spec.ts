// Awkward values are typed into the forms of pages and dialogs: saved, refused, given up, and looked for by going back
// and forward. They are found nowhere: in no page, storage, address, console or answer, in no file and in no log.

import type { Page } from '@playwright/test';
import { ConnectionsPage } from '../pages/connections';
import { ValueForm } from '../pages/value-form';
import { WorkflowPage } from '../pages/workflow';
import * as arrange from '../support/arrange';
import { type Canary, canaries } from '../support/canaries';
import { ADA } from '../support/people';
import { Recorder } from '../support/recorder';
import type { Relay } from '../support/relay';
import { filesHolding, holds } from '../support/search';
import { expect, test } from '../support/test';
import { stepWith } from '../support/texts';

test.use({ serverEnvironment: { RUST_LOG: 'trace' } });

/** More than the vault takes, with a canary in front. */
const tooLong = ({ value }: Canary) => `${value}${'x'.repeat(65_536)}`;

/** Puts canaries wherever the search looks, and expects to find each of them there. */
async function proveTheSearch(page: Page, recorder: Recorder): Promise<void> {
  const planted = canaries('planted', 'any');
  await page.route('**/planted*', (route) => route.fulfill({ body: route.request().postData() ?? '' }));
  await page.evaluate(async (values) => {
    for (const value of values) {
      document.body.append(Object.assign(document.createElement('textarea'), { defaultValue: value }));
      localStorage.setItem(value, value);
      console.info(value);
      await fetch(`/planted?${new URLSearchParams({ value })}`, { method: 'POST', body: JSON.stringify({ value }) });
    }
  }, planted.map(({ value }) => value));
  await recorder.look(page);
  for (const { kind, token } of planted) {
    const channels = (await recorder.findings(token)).map((finding) => finding.split(':')[0]);
    expect([...new Set(channels)].sort(), kind).toEqual(['address', 'answer', 'console', 'page', 'sent', 'storage']);
  }
  await page.evaluate(() => localStorage.clear());
  await page.unroute('**/planted*');
}

/** What a page holds beside what it shows: controls and the window's own memory. */
function held(page: Page): Promise<string> {
  return page.evaluate(() => {
    const controls = [...document.querySelectorAll<HTMLInputElement>('input, textarea')];
    return [window.name, document.title, ...controls.map((control) => control.value)].join('\n');
  });
}

async function expectNothingHeld(page: Page, recorder: Recorder, canary: Canary): Promise<void> {
  expect(holds(await held(page), canary.token), `${canary.kind} at ${page.url()}`).toBe(false);
  await recorder.look(page);
}

async function expectFoundNowhere(all: Canary[], recorder: Recorder, relay: Relay): Promise<void> {
  for (const { kind, token } of all) {
    expect(await recorder.findings(token), `${kind}, in the browser`).toEqual([]);
    expect(await filesHolding(relay.directory, token), `${kind}, in the files of the server`).toEqual([]);
    expect(holds(relay.written, token), `${kind}, in the log at trace level`).toBe(false);
  }
}

test('what is typed on a page is found nowhere', async ({ as, relay, guard }) => {
  test.slow();
  const page = await as(ADA);
  const recorder = new Recorder(page.context());
  const connections = new ConnectionsPage(page);
  const form = new ValueForm(page.getByRole('main'));
  const typed = canaries('page', 'one line');
  guard.expectAnswer(422, /^\/fn\/add_sealed_connection$/);
  const type = async ({ value }: Canary) => {
    await form.field('Access key ID').fill(value);
    await form.field('Secret access key').fill(value);
    await recorder.look(page);
  };
  const backAndForward = async (canary: Canary) => {
    await expectNothingHeld(page, recorder, canary);
    await page.goBack();
    await expect(form.field('Secret access key')).toHaveValue('');
    await expectNothingHeld(page, recorder, canary);
    await page.goForward();
    await expect(page).toHaveURL('/connections');
    await expectNothingHeld(page, recorder, canary);
  };

  await test.step('the search finds what is there', () => proveTheSearch(page, recorder));
  for (const [number, canary] of typed.entries()) {
    await test.step(canary.kind, async () => {
      const name = `awkward ${number}`;
      await page.goto('/connections/new?type=aws');
      await type(canary);
      // Without a name the server refuses it, and it stays in its control and nowhere else.
      await form.saveConnection.click();
      await expect(form.problem).toContainText('name');
      await expect(form.field('Secret access key')).toHaveValue(canary.value);
      await recorder.look(page);
      await form.cancel.click();
      await expect(page).toHaveURL('/connections');
      await backAndForward(canary);

      await page.goto('/connections/new?type=aws');
      await form.name.fill(name);
      await type(canary);
      await form.saveConnection.click();
      await expect(connections.row(name)).toBeVisible();
      await backAndForward(canary);

      await connections.startOverwriting(`aws / ${name}`);
      await form.choice('Secret access key', 'Replace').check();
      await form.replacement('Secret access key').fill(canary.value);
      await recorder.look(page);
      await form.saveConnection.click();
      await expect(page).toHaveURL('/connections');
      await expectNothingHeld(page, recorder, canary);
    });
  }
  await expectFoundNowhere(typed, recorder, relay);
  // Names are no secrets: finding one shows that the files are the ones written to.
  expect(await filesHolding(relay.directory, 'awkward 0')).not.toEqual([]);
  expect(relay.written, 'the log is at its finest').toContain('TRACE');
});

test('what is typed in a dialog is found nowhere', async ({ as, relay }) => {
  test.slow();
  const page = await as(ADA);
  const recorder = new Recorder(page.context());
  const workflow = new WorkflowPage(page);
  const typed = canaries('dialog', 'any');
  const names = typed.map((_, number) => `token-${number}`);
  await arrange.workflow(page, 'awkward', stepWith(...names.map((name) => `${name}: !Secret ${name}`)));
  await workflow.open('awkward');
  await workflow.setupButton.click();
  for (const [number, canary] of typed.entries()) {
    await test.step(canary.kind, async () => {
      const value = workflow.form.field('Value');
      await workflow.setup.addSecret(names[number]).click();
      // Too long, so that it is not even sent.
      await value.fill(tooLong(canary));
      await workflow.form.saveSecret.click();
      await expect(workflow.form.problem).toContainText('64 KiB');
      await value.fill(canary.value);
      await recorder.look(page);
      page.once('dialog', (question) => question.accept());
      await workflow.form.cancel.click();
      await expect(workflow.dialog).toBeHidden();
      await expectNothingHeld(page, recorder, canary);

      await workflow.setup.addSecret(names[number]).click();
      await expect(value).toHaveValue('');
      await value.fill(canary.value);
      await workflow.form.saveSecret.click();
      await expect(workflow.dialog).toBeHidden();
      await expectNothingHeld(page, recorder, canary);

      await workflow.setup.overwriteSecret(names[number]).click();
      await expect(value).toHaveValue('');
      await value.fill(canary.value);
      await recorder.look(page);
      await workflow.form.saveSecret.click();
      await expect(workflow.dialog).toBeHidden();
      await expectNothingHeld(page, recorder, canary);
    });
  }
  await test.step('leaving with something typed, and coming back', async () => {
    await workflow.setup.overwriteSecret(names[0]).click();
    await workflow.form.field('Value').fill(typed[0].value);
    await recorder.look(page);
    page.once('dialog', (question) => question.accept());
    await page.goto('/workflows');
    await expectNothingHeld(page, recorder, typed[0]);
    await page.goBack();
    await workflow.editor.ready();
    await expectNothingHeld(page, recorder, typed[0]);
    await page.goForward();
    await expect(page).toHaveURL('/workflows');
    await expectNothingHeld(page, recorder, typed[0]);
  });
  await expectFoundNowhere(typed, recorder, relay);
});
