// The log of a step while somebody watches it: what it goes on with, and what a search does to it.

import { LoginPage } from '../pages/login';
import { RunPage } from '../pages/run';
import { LastingAddress } from '../support/address';
import * as arrange from '../support/arrange';
import { Meeting } from '../support/meeting';
import { ADA } from '../support/people';
import { copyOf, Relay, removeDirectory } from '../support/relay';
import { sameDocument } from '../support/same-document';
import { expect, test } from '../support/test';
import { scriptStep, steps } from '../support/texts';

test('a log that was opened before its step goes on with the next attempt', async ({ browser, guard, populated }) => {
  const directory = await copyOf(populated);
  const address = await LastingAddress.make();
  let relay = await Relay.start(directory);
  address.leadTo(relay.url);
  const context = await browser.newContext({ baseURL: address.url });
  try {
    await guard.watch(context);
    const page = await context.newPage();
    const login = new LoginPage(page);
    await login.open();
    await login.logIn(ADA);
    await page.waitForURL('**/workflows');
    const script = ['if [ $RELAY_ATTEMPT = 1 ]; then seq 1 50; sleep 600; fi', 'echo this is attempt $RELAY_ATTEMPT', 'echo its end'];
    const sure = '  - name: sure\n    type: approval\n';
    await arrange.workflow(page, 'again', steps(sure, scriptStep('tries', script, 'dependsOn: sure')));
    await arrange.run(page, 'again');

    const run = new RunPage(page);
    await run.open('again', 1, '?tab=logs&step=1');
    const document = await sameDocument(page);
    const other = new RunPage(await context.newPage());
    await other.open('again', 1);
    await other.approve.click();
    await expect(run.lines).toHaveCount(50);
    await expect(run.download).toHaveAttribute('href', /attempt=1$/);

    address.leadTo(undefined);
    await relay.stop();
    relay = await Relay.start(directory);
    address.leadTo(relay.url);
    await expect(run.line('this is attempt 2')).toBeVisible();
    await expect(run.lines).toHaveCount(2);
    await expect(run.lines.first()).toHaveText(/^1\d\d:.*this is attempt 2$/);
    await expect(run.download).toHaveAttribute('href', /attempt=2$/);
    await expect(page.getByRole('link', { name: 'Attempt 2', exact: true })).toHaveAttribute('aria-current', 'true');
    await expect(run.state('succeeded')).toBeVisible();
    await document.expectSame();

    await page.getByRole('link', { name: 'Attempt 1', exact: true }).click();
    await expect(run.lines).toHaveCount(50);
  } finally {
    await context.close();
    await relay.stop();
    address.close();
    await removeDirectory(directory);
  }
});

test('who searches can follow, and nobody is moved by a new match', async ({ as }) => {
  const page = await as(ADA);
  const run = new RunPage(page);
  const meeting = await Meeting.open();
  const script = [...meeting.script, 'seq -f "tick %g" 1 300', 'hear', 'echo tick late', 'hear', 'echo tick last'];
  await arrange.workflow(page, 'ticks', steps(scriptStep('ticks', script)));
  await arrange.run(page, 'ticks');
  await run.open('ticks', 1, '?tab=logs&step=0');
  await expect(run.line(/tick 300$/)).toBeInViewport();
  const found = (words: string) => expect(page.getByRole('status').filter({ hasText: words })).toBeVisible();

  await run.search.fill('TICK');
  await found('1 of 300');
  await expect(run.line(/tick 1$/)).toBeInViewport();
  await expect(run.follow).toHaveAttribute('aria-pressed', 'false');
  await meeting.tell();
  await found('1 of 301');
  await expect(run.line(/tick 1$/)).toBeInViewport();

  await run.follow.click();
  await expect(run.line('tick late')).toBeInViewport();
  await meeting.tell();
  await found('1 of 302');
  await expect(run.line('tick last')).toBeInViewport();
  await expect(run.follow).toHaveAttribute('aria-pressed', 'true');
  await run.search.press('Enter');
  await found('2 of 302');
  await expect(run.line(/tick 2$/)).toBeInViewport();
  await expect(run.follow).toHaveAttribute('aria-pressed', 'false');
  await meeting.close();
});

test('the current match stays the same while old lines go', async ({ as }) => {
  const page = await as(ADA);
  const run = new RunPage(page);
  const meeting = await Meeting.open();
  const script = [...meeting.script, 'seq 1 10', 'echo first needle', 'seq 1 4900', 'echo second needle', 'hear', 'seq 1 200', 'hear'];
  await arrange.workflow(page, 'needles', steps(scriptStep('prints', script)));
  await arrange.run(page, 'needles');
  await run.open('needles', 1, '?tab=logs&step=0');
  await expect(run.lines).toHaveCount(4912);
  const found = (words: string) => expect(page.getByRole('status').filter({ hasText: words })).toBeVisible();
  const current = run.log.locator('.log-line').filter({ has: page.locator('mark.current') });

  await run.search.fill('needle');
  await found('1 of 2');
  await run.search.press('Enter');
  await found('2 of 2');
  await expect(current).toHaveText(/second needle$/);
  await meeting.tell();
  await expect(run.lines).toHaveCount(5000);
  await found('1 of 1');
  await expect(current).toHaveText(/second needle$/);
  await meeting.tell();
  await expect(run.state('succeeded')).toBeVisible();
  await meeting.close();
});

test('capitals are found in every script', async ({ as }) => {
  const page = await as(ADA);
  const run = new RunPage(page);
  await arrange.workflow(page, 'capitals', steps(scriptStep('prints', ['echo "Ärger und ÄRGER"', 'echo ПРИВЕТ, Привет'])));
  await arrange.run(page, 'capitals');
  await run.open('capitals', 1, '?tab=logs&step=0');
  await expect(run.state('succeeded')).toBeVisible();
  await run.search.fill('äRGER');
  await expect(run.matches).toHaveText(['Ärger', 'ÄRGER']);
  await run.search.fill('привет');
  await expect(run.matches).toHaveText(['ПРИВЕТ', 'Привет']);
});
