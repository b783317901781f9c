import type { Locator, Page } from '@playwright/test';

export type Place = 'Workflows' | 'Connections' | 'Keys' | 'Ledger' | 'Access control' | 'Documentation';

/** The bar at the left of every page of a signed-in person. */
export class Navigation {
  readonly main: Locator;
  readonly menu: Locator;
  readonly profile: Locator;
  readonly logOut: Locator;

  constructor(readonly page: Page) {
    this.main = page.getByRole('navigation', { name: 'Main', exact: true });
    this.menu = page.getByRole('button', { name: /^Account of / });
    this.profile = page.getByRole('link', { name: 'Your profile', exact: true });
    this.logOut = page.getByRole('button', { name: 'Log out', exact: true });
  }

  link(place: Place): Locator {
    return this.main.getByRole('link', { name: place, exact: true });
  }

  async leave(): Promise<void> {
    await this.menu.click();
    await this.logOut.click();
  }
}
