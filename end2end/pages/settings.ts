import type { Locator, Page } from '@playwright/test';

/** `/workflows/NAME/settings`: name and description, secrets, and the way to delete the workflow. */
export class SettingsPage {
  readonly name: Locator;
  readonly description: Locator;
  readonly save: Locator;
  readonly addSecret: Locator;
  readonly deleteWorkflow: Locator;
  readonly problem: Locator;

  constructor(readonly page: Page) {
    this.name = page.getByRole('textbox', { name: 'Name', exact: true });
    this.description = page.getByRole('textbox', { name: 'Description', exact: true });
    this.save = page.getByRole('button', { name: 'Save settings', exact: true });
    this.addSecret = page.getByRole('link', { name: 'Add secret', exact: true });
    this.deleteWorkflow = page.getByRole('link', { name: 'Delete workflow', exact: true });
    this.problem = page.getByRole('alert');
  }

  async open(workflow: string): Promise<void> {
    await this.page.goto(`/workflows/${workflow}/settings`);
  }

  /** Goes to the form, and waits until it is loaded, with what seals. */
  async startAdding(): Promise<void> {
    await this.addSecret.click();
    await this.page.waitForURL('**/secrets/new*');
  }

  async startOverwriting(name: string): Promise<void> {
    await this.overwriteSecret(name).click();
    await this.page.waitForURL('**/overwrite');
  }

  secret(name: string): Locator {
    return this.page.getByRole('rowheader', { name, exact: true });
  }

  overwriteSecret(name: string): Locator {
    return this.page.getByRole('link', { name: `Overwrite secret ${name}`, exact: true });
  }

  deleteSecret(name: string): Locator {
    return this.page.getByRole('link', { name: `Delete secret ${name}`, exact: true });
  }
}
