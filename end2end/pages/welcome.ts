import type { Locator, Page } from '@playwright/test';
import type { Person } from '../support/people';

/** `/welcome`, while nobody can sign in. */
export class WelcomePage {
  readonly heading: Locator;
  readonly code: Locator;
  readonly name: Locator;
  readonly email: Locator;
  readonly password: Locator;
  readonly submit: Locator;
  readonly problem: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1, name: 'Welcome to Relay' });
    this.code = page.getByRole('textbox', { name: 'Setup code', exact: true });
    this.name = page.getByRole('textbox', { name: 'Name', exact: true });
    this.email = page.getByRole('textbox', { name: 'Email', exact: true });
    this.password = page.getByLabel('Password', { exact: true });
    this.submit = page.getByRole('button', { name: 'Create administrator', exact: true });
    this.problem = page.getByRole('alert');
  }

  async open(): Promise<void> {
    await this.page.goto('/welcome');
  }

  async create(code: string, { name, email, password }: Person): Promise<void> {
    await this.code.fill(code);
    await this.name.fill(name);
    await this.email.fill(email);
    await this.password.fill(password);
    await this.submit.click();
  }
}
