// Inviting people, changing their roles, and what everybody does about their own password and sessions.

import { LoginPage } from '../pages/login';
import { Navigation } from '../pages/navigation';
import { JoinPage, PeoplePage, ProfilePage } from '../pages/people';
import { expectAccessible } from '../support/axe';
import { ADA, BEN, OLAF, VERA } from '../support/people';
import { expect, test } from '../support/test';

const GUEST = { email: 'guest@example.com', name: 'Gus', password: 'Gus likes long passwords' };

test('somebody is invited by a link and joins', async ({ as, page, relay }) => {
  const ada = await as(ADA);
  const people = new PeoplePage(ada);
  await people.open();
  await expect(ada.getByText('Nobody is invited at the moment.')).toBeVisible();
  await people.invite.click();
  await people.email.fill(GUEST.email);
  await people.role('operator').check();
  await expectAccessible(ada, 'the form of an invitation');
  await people.createInvitation.click();
  const link = await people.link.inputValue();
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/join#[0-9A-Z]{26}$/);
  await expectAccessible(ada, 'the link of an invitation');
  await people.open();
  await expect(people.row(GUEST.email)).toContainText('Operator');

  const asked: string[] = [];
  page.on('request', (request) => asked.push(`${request.url()} ${request.headers().referer ?? ''}`));
  await page.goto(link);
  const join = new JoinPage(page);
  const code = new URL(link).hash.slice(1);
  await expect(join.code).toHaveValue(code);
  await expect(page, 'the code is in no history').toHaveURL('/join');
  await expect(join.name).toBeFocused();
  await expectAccessible(page, 'joining');
  await join.as(GUEST.name, GUEST.email, GUEST.password);
  await expect(page).toHaveURL('/workflows');
  expect(asked.filter((one) => one.includes(code))).toEqual([]);
  expect(relay.written).not.toContain(code);
  await new ProfilePage(page).open();
  await expect(page.getByRole('main')).toContainText('Operator');
  await ada.reload();
  await expect(people.row(GUEST.email)).toContainText('Gus');
  await expect(ada.getByText('Nobody is invited at the moment.')).toBeVisible();
});

test('an invitation is withdrawn, and its code is worth nothing', async ({ as, page, guard }) => {
  const people = new PeoplePage(await as(ADA));
  const link = await people.inviteAs(GUEST.email, 'viewer');
  await people.open();
  await people.withdraw(GUEST.email).click();
  await expect(people.row(GUEST.email)).toHaveCount(0);
  guard.expectAnswer(422, /^\/fn\/join$/);
  await page.goto(link);
  const join = new JoinPage(page);
  await join.as(GUEST.name, GUEST.email, GUEST.password);
  await expect(join.problem).toContainText('does not invite this address');
  await expect(join.email, 'what is no secret is still there').toHaveValue(GUEST.email);
  await expect(join.password).toHaveValue('');
});

test('another role ends the sessions of who gets it', async ({ as }) => {
  const vera = await as(VERA);
  const ada = await as(ADA);
  const people = new PeoplePage(ada);
  await people.open();
  await people.act('Vera', 'Change role');
  await expect(people.role('viewer')).toBeChecked();
  await expect(ada.getByText('Their session ends')).toBeVisible();
  await expectAccessible(ada, 'the form of a role');
  await people.role('administrator').check();
  await people.changeRole.click();
  await expect(people.row('vera@example.com')).toContainText('Administrator');

  await vera.goto('/workflows');
  await expect(vera).toHaveURL('/login?next=%2Fworkflows');
  await new LoginPage(vera).logIn(VERA);
  await expect(new Navigation(vera).link('Access control')).toBeVisible();
});

test('somebody is disabled, enabled and deleted', async ({ as, page, guard }) => {
  const olaf = await as(OLAF);
  const ada = await as(ADA);
  const people = new PeoplePage(ada);
  const login = new LoginPage(page);
  await people.open();
  await people.act('Olaf', 'Disable');
  await expect(people.row('Olaf')).toContainText('disabled');
  await olaf.goto('/profile');
  await expect(olaf).toHaveURL(/\/login/);
  guard.expectAnswer(422, /^\/fn\/log_in$/);
  await login.open();
  await login.logIn(OLAF);
  await expect(login.problem).toContainText('E-mail or password is wrong.');
  await people.act('Olaf', 'Enable');
  await expect(people.row('Olaf')).toContainText('active');
  await login.logIn(OLAF);
  await expect(page).toHaveURL('/workflows');

  await people.act('Olaf', 'Delete');
  const dialog = ada.getByRole('alertdialog', { name: 'Delete Olaf?', exact: true });
  await expectAccessible(ada, 'deleting somebody');
  await dialog.getByRole('button', { name: 'Delete person', exact: true }).click();
  await expect(people.row('olaf@example.com')).toHaveCount(0);
  await page.goto('/profile');
  await expect(page).toHaveURL(/\/login/);
});

test('nobody has a menu about themselves', async ({ as }) => {
  const ada = await as(ADA);
  await new PeoplePage(ada).open();
  await expect(ada.getByRole('button', { name: 'Actions for Ada', exact: true })).toHaveCount(0);
  await expect(ada.getByRole('button', { name: 'Actions for Ben', exact: true })).toHaveCount(1);
});

test('a password is changed and sessions end', async ({ as, guard }) => {
  const [here, there] = [await as(BEN), await as(BEN)];
  const profile = new ProfilePage(here);
  await profile.open();
  await expect(profile.sessions).toHaveCount(2);
  await expect(profile.sessions.first()).toContainText('This session');
  await expect(profile.sessions.first()).toContainText('Chrome on Linux');
  await expectAccessible(here, 'the profile');
  await profile.sessions.nth(1).getByRole('button').click();
  await expect(profile.sessions).toHaveCount(1);
  await there.goto('/profile');
  await expect(there).toHaveURL(/\/login/);
  await new LoginPage(there).logIn(BEN);
  await expect(there).toHaveURL('/profile');

  guard.expectAnswer(422, /^\/fn\/change_password$/);
  await profile.open();
  await profile.current.fill('not his password');
  await profile.next.fill('Ben has another one now');
  await profile.change.click();
  await expect(profile.problem).toContainText('This is not your password.');
  await profile.current.fill(BEN.password);
  await profile.next.fill('Ben has another one now');
  await profile.change.click();
  await expect(profile.status).toContainText('Your password was changed');
  await there.reload();
  await expect(there).toHaveURL(/\/login/);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('somebody is invited, joins with the code, and gets another role', async ({ page, browser, baseURL, guard }) => {
    guard.expectNoScripts();
    const login = new LoginPage(page);
    await login.open();
    await login.logIn(ADA);
    const people = new PeoplePage(page);
    const link = await people.inviteAs(GUEST.email, 'viewer');
    const context = await browser.newContext({ baseURL, javaScriptEnabled: false });
    const guest = await context.newPage();
    const join = new JoinPage(guest);
    await guest.goto('/join');
    await join.code.fill(link.split('#')[1].toLowerCase());
    await join.as(GUEST.name, GUEST.email, GUEST.password);
    await expect(guest).toHaveURL('/workflows');
    await people.open();
    await people.act('Gus', 'Change role');
    await people.role('operator').check();
    await people.changeRole.click();
    await expect(people.row(GUEST.email)).toContainText('Operator');
    await people.act('Gus', 'Disable');
    await expect(people.row(GUEST.email)).toContainText('disabled');
    await guest.goto('/workflows');
    await expect(guest).toHaveURL(/\/login/);
    await context.close();
  });
});
