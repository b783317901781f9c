// The password once more before something dangerous, guesses that have to wait, and changing a password, with scripts
// and without.

import type { Page } from '@playwright/test';
import { ConfirmPage } from '../pages/confirm';
import { LoginPage } from '../pages/login';
import { PeoplePage, ProfilePage } from '../pages/people';
import { agePasswords, prolongWaits } from '../support/rows';
import { expectAccessible } from '../support/axe';
import type { Guard } from '../support/guard';
import { ADA, BEN, VERA } from '../support/people';
import type { Relay } from '../support/relay';
import { expect, test } from '../support/test';

const NEW = 'Ben has another one now';

async function signIn(page: Page, person = ADA): Promise<void> {
  const login = new LoginPage(page);
  await login.open();
  await login.logIn(person);
  await expect(page).toHaveURL('/workflows');
}

async function anotherRole(page: Page, relay: Relay, guard: Guard, scripts = true): Promise<void> {
  await signIn(page);
  agePasswords(relay.directory);
  const people = new PeoplePage(page);
  const confirm = new ConfirmPage(page);
  guard.expectAnswer(403, /^\/fn\/change_role$/);
  guard.expectAnswer(422, /^\/fn\/change_role$/);
  await people.open();
  await people.act('Vera', 'Change role');
  await people.role('operator').check();
  await people.changeRole.click();
  await expect(confirm.heading).toBeVisible();
  await expect(page.getByRole('main')).toContainText('You are about to give somebody another role.');
  if (scripts) await expectAccessible(page, 'the question for the password');
  await confirm.with('not her password');
  await expect(confirm.problem).toContainText('This is not your password.');
  await expect(confirm.password).toHaveValue('');
  await confirm.with(ADA.password);
  await expect(page).toHaveURL('/access-control');
  await expect(people.row(VERA.email)).toContainText('Operator');
  // It is proof for the next ten minutes.
  await people.act('Ben', 'Disable');
  await expect(people.row(BEN.email)).toContainText('disabled');
}

async function anotherPassword(page: Page, guard: Guard): Promise<void> {
  await signIn(page, BEN);
  const profile = new ProfilePage(page);
  guard.expectAnswer(422, /^\/fn\/change_password$/);
  await profile.open();
  await profile.current.fill('not his password');
  await profile.next.fill(NEW);
  await profile.change.click();
  await expect(profile.problem).toContainText('This is not your password.');
  await profile.current.fill(BEN.password);
  await profile.next.fill(NEW);
  await profile.change.click();
  await expect(profile.status).toContainText('Your password was changed');
}

async function guesses(page: Page, relay: Relay, guard: Guard): Promise<void> {
  guard.expectAnswer(422, /^\/fn\/log_in$/);
  guard.expectAnswer(429, /^\/fn\/log_in$/);
  const login = new LoginPage(page);
  await login.open();
  for (let number = 0; number < 4; number += 1) {
    await login.logIn({ ...VERA, password: `a guess, number ${number}` });
    await expect(login.problem).toContainText('E-mail or password is wrong.');
    await expect(login.password).toHaveValue('');
  }
  prolongWaits(relay.directory);
  await login.logIn(VERA);
  await expect(login.problem).toContainText('There were too many tries with a wrong password.');
  await expect(login.email).toHaveValue(VERA.email);
}

test('something dangerous asks for the password', ({ page, relay, guard }) => anotherRole(page, relay, guard));

test('cancelling leads back, and nothing has happened', async ({ page, relay, guard }) => {
  await signIn(page);
  agePasswords(relay.directory);
  const people = new PeoplePage(page);
  guard.expectAnswer(403, /^\/fn\/disable_user$/);
  await people.open();
  await people.act('Ben', 'Disable');
  const confirm = new ConfirmPage(page);
  await expect(page.getByRole('main')).toContainText('keep another administrator from signing in');
  await confirm.cancel.click();
  await people.open();
  await expect(people.row(BEN.email)).toContainText('active');
});

test('all other sessions are ended', async ({ as }) => {
  const [here, there] = [await as(BEN), await as(BEN)];
  const profile = new ProfilePage(here);
  await profile.open();
  await expect(profile.sessions).toHaveCount(2);
  await profile.endOthers.click();
  await expect(profile.sessions).toHaveCount(1);
  await there.goto('/profile');
  await expect(there).toHaveURL(/\/login/);
});

test('whoever guesses has to wait, and not who is known', async ({ as, page, relay, guard }) => {
  const vera = await as(VERA);
  await guesses(page, relay, guard);
  await vera.context().clearCookies({ name: 'relay' });
  const login = new LoginPage(vera);
  await login.open();
  await login.logIn(VERA);
  await expect(vera, 'her browser is known').toHaveURL('/workflows');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('something dangerous asks for the password', async ({ page, relay, guard }) => {
    guard.expectNoScripts();
    await anotherRole(page, relay, guard, false);
  });

  test('a password is changed', async ({ page, guard }) => {
    guard.expectNoScripts();
    await anotherPassword(page, guard);
  });

  test('whoever guesses has to wait', async ({ page, relay, guard }) => {
    guard.expectNoScripts();
    await guesses(page, relay, guard);
  });
});
