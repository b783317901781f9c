import type { Locator, Page } from '@playwright/test';

/** The question for one's password before something dangerous. It has no address of its own. */
export class ConfirmPage {
  readonly heading: Locator;
  readonly password: Locator;
  readonly proceed: Locator;
  readonly cancel: Locator;
  readonly problem: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1, name: 'Enter your password', exact: true });
    this.password = page.getByLabel('Your password', { exact: true });
    this.proceed = page.getByRole('button', { name: 'Continue', exact: true });
    this.cancel = page.getByRole('link', { name: 'Cancel', exact: true });
    this.problem = page.getByRole('alert');
  }

  async with(password: string): Promise<void> {
    await this.password.fill(password);
    await this.proceed.click();
  }
}
