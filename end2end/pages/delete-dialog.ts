import type { Locator, Page } from '@playwright/test';

/** The question before something is deleted. */
export class DeleteDialog {
  readonly dialog: Locator;
  readonly typedName: Locator;
  readonly keep: Locator;
  readonly confirm: Locator;
  readonly problem: Locator;

  constructor(page: Page, what: 'connection' | 'secret' | 'workflow') {
    this.dialog = page.getByRole('alertdialog');
    this.typedName = this.dialog.getByRole('textbox', { name: 'Type the name to confirm', exact: true });
    this.keep = this.dialog.getByRole('link', { name: 'Keep it', exact: true });
    this.confirm = this.dialog.getByRole('button', { name: `Delete ${what}`, exact: true });
    this.problem = this.dialog.getByRole('alert');
  }
}
