// The first administrator, and signing in and out.

import { LoginPage } from '../pages/login';
import { Navigation } from '../pages/navigation';
import { WelcomePage } from '../pages/welcome';
import { WorkflowsPage } from '../pages/workflows';
import { ADA, VERA } from '../support/people';
import { expect, test } from '../support/test';

test.describe('a new installation', () => {
  test.use({ peopled: false });

  test('the setup code makes the first administrator', async ({ page, relay }) => {
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    const code = await relay.setupCode();
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);

    await page.goto('/');
    await expect(page).toHaveURL('/welcome');
    const welcome = new WelcomePage(page);
    await expect(welcome.heading).toBeVisible();
    await welcome.create(code, ADA);

    await expect(page).toHaveURL('/workflows');
    await expect(new WorkflowsPage(page).heading).toBeVisible();
    await expect(new Navigation(page).link('Access control')).toBeVisible();
    expect(addresses.filter((address) => address.includes(code))).toEqual([]);

    await new Navigation(page).leave();
    await expect(page).toHaveURL('/login');
    await page.goto('/welcome');
    await expect(page, 'there is somebody now').toHaveURL('/login');
    await new LoginPage(page).logIn(ADA);
    await expect(page).toHaveURL('/workflows');
  });

  test('a wrong code and a short password are refused', async ({ page, relay, guard }) => {
    guard.expectAnswer(422, /^\/fn\/create_administrator$/);
    const welcome = new WelcomePage(page);
    await welcome.open();
    await welcome.create('0000-0000-0000', ADA);
    await expect(welcome.problem).toContainText('not the setup code');
    await expect(welcome.code).toHaveAttribute('aria-invalid', 'true');
    await expect(welcome.code, 'nobody else reads it from the screen').toHaveValue('');
    await expect(welcome.email, 'what is no secret is still there').toHaveValue(ADA.email);

    await welcome.create(await relay.setupCode(), { ...ADA, password: 'elevenchars' });
    await expect(welcome.problem).toContainText('at least 12 characters');
    await expect(welcome.password).toHaveValue('');

    await welcome.create(await relay.setupCode(), ADA);
    await expect(page, 'the code was not used up by a refused form').toHaveURL('/workflows');
  });
});

test('whoever is signed out is asked to sign in and led back', async ({ page }) => {
  await page.goto('/connections');
  await expect(page).toHaveURL('/login?next=%2Fconnections');
  await new LoginPage(page).logIn(VERA);
  await expect(page).toHaveURL('/connections');
});

test('nobody is led to another site', async ({ page }) => {
  await page.goto('/login?next=https://evil.example/');
  await new LoginPage(page).logIn(VERA);
  await expect(page).toHaveURL('/workflows');
});

test('a wrong password and an unknown address are told the same', async ({ page, guard }) => {
  guard.expectAnswer(422, /^\/fn\/log_in$/);
  const login = new LoginPage(page);
  await login.open();
  await login.logIn({ email: ADA.email, password: 'not the password' });
  const sentence = await login.problem.innerText();
  expect(sentence).toContain('E-mail or password is wrong');
  await expect(login.email).toHaveValue(ADA.email);
  await expect(login.password).toHaveValue('');

  await login.logIn({ email: 'nobody@example.com', password: 'not the password' });
  await expect(login.email, 'it is the second answer').toHaveValue('nobody@example.com');
  await expect(login.problem).toHaveText(sentence);
});

test('after logging out the way back shows nothing', async ({ as }) => {
  const page = await as(VERA);
  await new Navigation(page).leave();
  await expect(page).toHaveURL('/login');
  await page.goBack();
  await expect(page).toHaveURL(/\/login\?next=/);
  await expect(new WorkflowsPage(page).heading).toBeHidden();
});
