import type { Download, Locator, Page } from '@playwright/test';

/** `/ledger` */
export class LedgerPage {
  readonly heading: Locator;
  readonly event: Locator;
  readonly doneBy: Locator;
  readonly about: Locator;
  readonly from: Locator;
  readonly to: Locator;
  readonly show: Locator;
  readonly clear: Locator;
  readonly download: Locator;
  readonly entries: Locator;
  readonly problem: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1, name: 'Ledger', exact: true });
    this.event = page.getByRole('combobox', { name: 'Event', exact: true });
    this.doneBy = page.getByRole('combobox', { name: 'Done by', exact: true });
    this.about = page.getByRole('textbox', { name: 'About', exact: true });
    this.from = page.getByLabel('From', { exact: true });
    this.to = page.getByLabel('To', { exact: true });
    this.show = page.getByRole('button', { name: 'Show', exact: true });
    this.clear = page.getByRole('link', { name: 'Clear', exact: true });
    this.download = page.getByRole('link', { name: 'Download CSV', exact: true });
    this.entries = page.locator('table.ledger tbody').getByRole('row');
    this.problem = page.getByRole('alert');
  }

  async open(query = ''): Promise<void> {
    await this.page.goto(`/ledger${query}`);
  }

  entry(words: string): Locator {
    return this.entries.filter({ hasText: words });
  }

  async save(): Promise<Download> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.download.click()]);
    return download;
  }
}
