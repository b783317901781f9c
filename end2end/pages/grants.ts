import type { Locator, Page } from '@playwright/test';

/** `/connections/ID/grants` */
export class GrantsPage {
  readonly all: Locator;
  readonly onlyThese: Locator;
  readonly save: Locator;

  constructor(readonly page: Page) {
    this.all = page.getByRole('radio', { name: 'All workflows', exact: true });
    this.onlyThese = page.getByRole('radio', { name: 'Only these:', exact: true });
    this.save = page.getByRole('button', { name: 'Save', exact: true });
  }

  async open(connection: string): Promise<void> {
    await this.page.goto(`/connections/${connection}/grants`);
  }

  workflow(name: string): Locator {
    return this.page.getByRole('checkbox', { name, exact: true });
  }
}
