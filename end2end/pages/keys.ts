import type { Locator, Page } from '@playwright/test';

const isThis = (url: URL) => url.pathname === '/keys';

/** `/keys` */
export class KeysPage {
  readonly heading: Locator;
  readonly rotate: Locator;
  readonly rotation: Locator;
  readonly progress: Locator;
  readonly look: Locator;
  readonly keys: Locator;
  readonly problem: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1, name: 'Keys', exact: true });
    this.rotate = page.getByRole('button', { name: 'Rotate the key', exact: true });
    this.rotation = page.getByRole('status');
    this.progress = page.getByRole('progressbar', { name: 'Values sealed to the new key', exact: true });
    this.look = page.getByRole('link', { name: 'Look how far it is', exact: true });
    this.keys = page.locator('tbody').getByRole('row');
    this.problem = page.getByRole('alert');
  }

  async open(): Promise<void> {
    await this.page.goto('/keys');
  }

  /** Opens the page, once: during a rotation it would load itself again while it is looked at. */
  async openStill(): Promise<void> {
    let opened = false;
    await this.page.route(isThis, async (route) => {
      await (opened ? route.abort('aborted') : route.continue());
      opened = true;
    });
    await this.open();
  }

  /** Opens it as it is otherwise. */
  async openAgain(): Promise<void> {
    await this.page.unroute(isThis);
    await this.open();
  }

  /** The key that new values are sealed to. */
  current(): Locator {
    return this.keys.filter({ hasText: 'current' });
  }

  older(): Locator {
    return this.keys.filter({ hasText: 'older' });
  }
}
