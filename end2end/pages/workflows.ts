import type { Locator, Page } from '@playwright/test';

/** `/workflows` */
export class WorkflowsPage {
  readonly heading: Locator;
  readonly newWorkflow: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1, name: 'Workflows', exact: true });
    this.newWorkflow = page.getByRole('link', { name: 'New workflow', exact: true });
  }

  async open(): Promise<void> {
    await this.page.goto('/workflows');
  }

  row(name: string): Locator {
    const header = this.page.getByRole('rowheader', { name, exact: true });
    return this.page.getByRole('row').filter({ has: header });
  }

  link(name: string): Locator {
    return this.row(name).getByRole('link', { name, exact: true });
  }
}
