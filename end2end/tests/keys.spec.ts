// Rotating the vault's key from its page: what it tells while that goes on, without an engine and without scripts.

import { KeysPage } from '../pages/keys';
import { LoginPage } from '../pages/login';
import { Navigation } from '../pages/navigation';
import * as arrange from '../support/arrange';
import { expectAccessible } from '../support/axe';
import { ADA, VERA } from '../support/people';
import { copyOf, Relay, removeDirectory } from '../support/relay';
import { expect, test } from '../support/test';

const CONNECTIONS = 6;

test('the key is rotated, and the page follows until it is done', async ({ as }) => {
  const page = await as(ADA);
  for (let number = 1; number <= CONNECTIONS; number += 1) await arrange.awsConnection(page, `account ${number}`);
  const keys = new KeysPage(page);
  await new Navigation(page).link('Keys').click();
  await expect(keys.heading).toBeVisible();
  await expect(keys.keys).toHaveCount(1);
  await expect(keys.current()).toContainText(`${2 * CONNECTIONS}`);
  await expect(keys.rotation).toHaveCount(0);
  const [first] = await keys.current().getByRole('rowheader').allTextContents();

  await keys.rotate.click();
  await expect(page).toHaveURL('/keys');
  await expect(keys.rotation).toContainText(/waits for an engine|is being rotated|is finished/);
  // Nobody clicks: the page looks again by itself.
  await expect(keys.rotation).toContainText('The last rotation is finished');
  await expect(keys.rotation).toContainText(`${2 * CONNECTIONS} of ${2 * CONNECTIONS} values`);
  await expect(keys.keys).toHaveCount(2);
  await expect(keys.older()).toContainText(first);
  await expect(keys.older()).toContainText('no longer needed');
  await expect(keys.current()).not.toContainText(first);
  await expect(keys.current()).toContainText(`${2 * CONNECTIONS}`);
  await expect(keys.rotate).toBeEnabled();
});

test('who is no administrator is not let in', async ({ as, guard }) => {
  const page = await as(VERA);
  await expect(new Navigation(page).link('Keys')).toHaveCount(0);
  guard.expectAnswer(403, /^\/keys$/);
  await page.goto('/keys');
  await expect(page.getByRole('heading', { level: 1, name: 'Not allowed', exact: true })).toBeVisible();
});

test('a rotation waits for an engine and goes on when one is there', async ({ browser, guard, populated }) => {
  const directory = await copyOf(populated);
  try {
    // The first start makes the key; after it pages and engine are two processes.
    await (await Relay.start(directory)).stop();
    const web = await Relay.start(directory, { RELAY_ROLE: 'web' });
    const context = await browser.newContext({ baseURL: web.url });
    await guard.watch(context);
    const page = await context.newPage();
    await new LoginPage(page).open();
    await new LoginPage(page).logIn(ADA);
    await page.waitForURL('**/workflows');
    await arrange.awsConnection(page);

    const keys = new KeysPage(page);
    await keys.open();
    await keys.rotate.click();
    await expect(keys.rotation).toContainText('The rotation waits for an engine');
    await expect(keys.rotate).toBeDisabled();
    await keys.openStill();
    await expect(keys.rotation).toContainText('The rotation waits for an engine');
    await expectAccessible(page, 'a rotation that waits');
    await keys.openAgain();
    const engine = await Relay.start(directory, { RELAY_ROLE: 'engine' });
    await expect(keys.rotation).toContainText('The last rotation is finished');
    await expect(keys.rotation).toContainText('2 of 2 values');
    // The web process follows the new key by its signature: what is saved now is sealed to it.
    await arrange.awsConnection(page, 'another');
    await keys.open();
    await expect(keys.current()).toContainText('4');
    await context.close();
    await engine.stop();
    await web.stop();
  } finally {
    await removeDirectory(directory);
  }
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the key is rotated, and a link tells how far it is', async ({ page, guard }) => {
    guard.expectNoScripts();
    await new LoginPage(page).open();
    await new LoginPage(page).logIn(ADA);
    await arrange.awsConnection(page);
    const keys = new KeysPage(page);
    await keys.open();
    await keys.rotate.click();
    await expect(page).toHaveURL('/keys');
    await expect(async () => {
      if ((await keys.look.count()) > 0) await keys.look.click();
      await expect(keys.rotation).toContainText('The last rotation is finished', { timeout: 500 });
    }).toPass({ timeout: 60_000 });
    await expect(keys.rotation).toContainText('2 of 2 values');
    await expect(keys.keys).toHaveCount(2);
  });
});
