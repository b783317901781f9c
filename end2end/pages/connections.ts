import type { Locator, Page } from '@playwright/test';

/** `/connections` */
export class ConnectionsPage {
  readonly heading: Locator;
  readonly add: Locator;
  readonly overwriteValues: Locator;
  readonly delete: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1, name: 'Connections', exact: true });
    this.add = page.getByRole('link', { name: 'Add connection', exact: true });
    this.overwriteValues = page.getByRole('link', { name: 'Overwrite values', exact: true });
    this.delete = page.getByRole('link', { name: 'Delete', exact: true });
  }

  async open(): Promise<void> {
    await this.page.goto('/connections');
  }

  row(name: string): Locator {
    const header = this.page.getByRole('rowheader', { name, exact: true });
    return this.page.getByRole('row').filter({ has: header });
  }

  column(title: string): Locator {
    return this.page.getByRole('columnheader', { name: title, exact: true });
  }

  /** The menu of a row, by `type / name`. */
  actions(fullName: string): Locator {
    return this.page.getByRole('button', { name: `Actions for ${fullName}`, exact: true });
  }

  async startOverwriting(fullName: string): Promise<void> {
    await this.actions(fullName).click();
    await this.overwriteValues.click();
    // Loaded, with what seals.
    await this.page.waitForURL('**/overwrite');
  }

  async startDeleting(fullName: string): Promise<void> {
    await this.actions(fullName).click();
    await this.delete.click();
  }
}
