import type { Locator, Page } from '@playwright/test';

/** `/keys` */
export class KeysPage {
  readonly heading: Locator;
  readonly rotate: Locator;
  readonly rotation: Locator;
  readonly look: Locator;
  readonly keys: Locator;
  readonly problem: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1, name: 'Keys', exact: true });
    this.rotate = page.getByRole('button', { name: 'Rotate the key', exact: true });
    this.rotation = page.getByRole('status');
    this.look = page.getByRole('link', { name: 'Look how far it is', exact: true });
    this.keys = page.locator('tbody').getByRole('row');
    this.problem = page.getByRole('alert');
  }

  async open(): Promise<void> {
    await this.page.goto('/keys');
  }

  /** The key that new values are sealed to. */
  current(): Locator {
    return this.keys.filter({ hasText: 'current' });
  }

  older(): Locator {
    return this.keys.filter({ hasText: 'older' });
  }
}
