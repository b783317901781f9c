import type { Locator, Page } from '@playwright/test';

/** `/workflows/NAME/revisions` and one of them. */
export class RevisionsPage {
  readonly comparison: Locator;

  constructor(readonly page: Page) {
    this.comparison = page.getByRole('group', { name: 'Comparison', exact: true });
  }

  async open(workflow: string): Promise<void> {
    await this.page.goto(`/workflows/${workflow}/revisions`);
  }

  link(number: number): Locator {
    return this.page.getByRole('link', { name: `Revision ${number}`, exact: true });
  }

  row(number: number): Locator {
    return this.page.getByRole('row').filter({ has: this.link(number) });
  }

  restore(number: number): Locator {
    return this.page.getByRole('button', { name: `Restore revision ${number}`, exact: true });
  }
}
