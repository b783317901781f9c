// The ledger: looking for entries, taking them along, and the links between what was used and what used it.

import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { ConnectionsPage } from '../pages/connections';
import { LedgerPage } from '../pages/ledger';
import { LoginPage } from '../pages/login';
import { Navigation } from '../pages/navigation';
import * as arrange from '../support/arrange';
import { expectAccessible } from '../support/axe';
import { expectVisibleFocus, tabTo, typeInto, use } from '../support/keyboard';
import { ADA, VERA } from '../support/people';
import { expect, test } from '../support/test';
import { scriptStep, steps } from '../support/texts';

const CONNECTION = 'aws / my-aws-account';
const KEYS = "env: {KEY: \"${connections.aws['my-aws-account'].accessKeyID}\", TOKEN: !Secret token}";

/** A run whose one step was given a connection and a secret. */
async function used(page: Page): Promise<{ connection: string; secret: string }> {
  const connection = await arrange.awsConnection(page);
  await arrange.workflow(page, 'reaper', steps(scriptStep('deploy', ['echo done'], KEYS)));
  const secret = await arrange.secret(page, 'reaper', 'token');
  await arrange.run(page, 'reaper');
  await expect(async () => {
    await page.goto('/ledger?kind=hand-outs');
    await expect(page.locator('table.ledger tbody tr')).toHaveCount(2);
  }).toPass();
  return { connection, secret };
}

test('entries are looked for by keyboard, and the address can be shared', async ({ as }) => {
  const ada = await as(ADA);
  await used(ada);
  await use(new Navigation(ada).link('Ledger'));
  const ledger = new LedgerPage(ada);
  await expect(ledger.heading).toBeVisible();
  await expect(ada.getByText(/^\d+ entries\. Verified from entry \d+ to \d+:/)).toBeVisible();
  await expect(ledger.entry(`was given connection ${CONNECTION}, revision 1`)).toHaveCount(1);
  await expect(ledger.entry(`added connection ${CONNECTION}`)).toHaveCount(1);
  await expectAccessible(ada, 'the ledger');

  await tabTo(ledger.event);
  await expectVisibleFocus(ada);
  await ada.keyboard.type('Values given');
  await typeInto(ledger.about, 'token');
  await ada.keyboard.press('Enter');
  await expect(ada).toHaveURL('/ledger?kind=hand-outs&actor=&from=&to=&about=token');
  await expect(ledger.entries).toHaveCount(1);
  await expect(ledger.event).toHaveValue('hand-outs');

  const other = new LedgerPage(await as(ADA));
  await other.open('?kind=hand-outs&about=token');
  await expect(other.entries).toHaveCount(1);
  await expect(other.about).toHaveValue('token');
  await use(ledger.clear);
  await expect(ada).toHaveURL('/ledger');
  await expect(ledger.entries.nth(5)).toBeVisible();

  await typeInto(ledger.about, 'nothing of this name');
  await use(ledger.show);
  await expect(ledger.problem).toContainText('There is no connection, secret, workflow, run or person of this name');
  await expect(ledger.about).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(ada, 'a filter that finds nothing');
});

test('what is looked for is taken along as a file', async ({ as }) => {
  const ada = await as(ADA);
  await used(ada);
  const ledger = new LedgerPage(ada);
  await ledger.open('?kind=hand-outs');
  const download = await ledger.save();
  expect(download.suggestedFilename()).toBe('relay-ledger.csv');
  const text = await readFile(await download.path(), 'utf8');
  const [head, ...lines] = text.trimEnd().split('\r\n');
  expect(head).toBe(
    '"number","time","event","act","actor_kind","actor_id","who","what","object_id","workflow_id","run_id","detail"',
  );
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toContain('"hand-outs","step.read","step"');
  expect(text).toContain(`"Step deploy of run reaper #1","was given connection ${CONNECTION}, revision 1"`);
  expect(text).not.toContain('AKIAEXAMPLE');
});

/** Follows every link between what was used and what used it. */
async function followLinks(page: Page, look: (where: string) => Promise<void>): Promise<void> {
  const { connection, secret } = await used(page);
  const main = page.getByRole('main');
  const link = (name: string) => main.getByRole('link', { name, exact: true }).first();

  await new ConnectionsPage(page).open();
  await link('my-aws-account').click();
  await expect(page).toHaveURL(`/connections/${connection}`);
  await expect(main.getByRole('heading', { level: 1 })).toHaveText(CONNECTION);
  await look('the page of a connection');
  await link('reaper #1').click();
  await expect(page).toHaveURL('/workflows/reaper/runs/1');
  await link(CONNECTION).click();
  await expect(page).toHaveURL(`/connections/${connection}`);
  await link('deploy').click();
  await expect(page).toHaveURL('/workflows/reaper/runs/1?tab=logs&step=0');

  await page.goto('/workflows/reaper/runs/1');
  await link('secret token').click();
  await expect(page).toHaveURL(`/workflows/reaper/secrets/${secret}`);
  await look('the page of a secret');
  await link('In the ledger').click();
  const ledger = new LedgerPage(page);
  await expect(ledger.entries).toHaveCount(2);
  await ledger.entry('was given').getByRole('link', { name: 'run reaper #1', exact: true }).click();
  await expect(page).toHaveURL('/workflows/reaper/runs/1');
}

test('what was used and what used it lead to each other', async ({ as }) => {
  const ada = await as(ADA);
  await followLinks(ada, (where) => expectAccessible(ada, where));
});

test('the ledger is for administrators', async ({ as, guard }) => {
  const vera = await as(VERA);
  await expect(new Navigation(vera).link('Workflows')).toBeVisible();
  await expect(new Navigation(vera).link('Ledger')).toHaveCount(0);
  guard.expectAnswer(403, /^\/ledger/);
  await vera.goto('/ledger');
  await expect(vera.getByRole('main')).toContainText('This needs the role Administrator');
});

test.describe('without scripts, on a phone', () => {
  test.use({ javaScriptEnabled: false, viewport: { width: 390, height: 844 }, colorScheme: 'dark' });

  test.beforeEach(async ({ page, guard }) => {
    guard.expectNoScripts();
    const login = new LoginPage(page);
    await login.open();
    await login.logIn(ADA);
    await expect(page).toHaveURL('/workflows');
  });

  test('what was used and what used it lead to each other', async ({ page }) => {
    await followLinks(page, async () => {});
  });

  test('entries are looked for and taken along', async ({ page }) => {
    await arrange.awsConnection(page);
    const ledger = new LedgerPage(page);
    await ledger.open();
    await ledger.event.selectOption({ label: 'Connections' });
    await ledger.doneBy.selectOption({ label: 'Ada' });
    await ledger.about.fill(CONNECTION);
    await ledger.show.click();
    await expect(ledger.entries).toHaveCount(1);
    await expect(ledger.entries).toContainText(`added connection ${CONNECTION}`);
    const text = await readFile(await (await ledger.save()).path(), 'utf8');
    expect(text.trimEnd().split('\r\n')).toHaveLength(2);
    await ledger.entries.getByRole('link', { name: CONNECTION, exact: true }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(CONNECTION);
    await ledger.open('?to=1999-12-31');
    await expect(page.getByRole('heading', { name: 'No entries', exact: true })).toBeVisible();
    await ledger.clear.click();
    await expect(page).toHaveURL('/ledger');
  });
});
