import type { Locator, Page } from '@playwright/test';

/** `/new-workflow` */
export class NewWorkflowPage {
  readonly name: Locator;
  readonly description: Locator;
  readonly create: Locator;
  readonly problem: Locator;

  constructor(readonly page: Page) {
    this.name = page.getByRole('textbox', { name: 'Name', exact: true });
    this.description = page.getByRole('textbox', { name: 'Description', exact: true });
    this.create = page.getByRole('button', { name: 'Create workflow', exact: true });
    this.problem = page.getByRole('alert');
  }

  async open(): Promise<void> {
    await this.page.goto('/new-workflow');
  }

  async make(name: string, description = ''): Promise<void> {
    await this.name.fill(name);
    await this.description.fill(description);
    await this.create.click();
  }
}
