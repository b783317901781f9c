import type { Locator, Page } from '@playwright/test';

/** `/workflows/NAME/runs` */
export class RunsPage {
  readonly heading: Locator;
  readonly run: Locator;
  readonly older: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1, name: 'Runs', exact: true });
    this.run = page.getByRole('link', { name: 'Run', exact: true });
    this.older = page.getByRole('link', { name: 'Older runs', exact: true });
  }

  async open(workflow: string): Promise<void> {
    await this.page.goto(`/workflows/${workflow}/runs`);
  }

  link(number: number): Locator {
    return this.page.getByRole('link', { name: `#${number}`, exact: true });
  }

  row(number: number): Locator {
    return this.page.getByRole('row').filter({ has: this.link(number) });
  }
}
