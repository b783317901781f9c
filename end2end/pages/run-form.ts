import type { Locator } from '@playwright/test';

/** The form of a run, in the dialog on the workflow's page or on a page of its own. */
export class RunForm {
  readonly heading: Locator;
  readonly start: Locator;
  readonly cancel: Locator;
  readonly reasons: Locator;
  readonly problem: Locator;

  constructor(readonly root: Locator) {
    this.heading = root.getByRole('heading', { name: 'Run workflow', exact: true });
    this.start = root.getByRole('button', { name: 'Run workflow', exact: true });
    this.cancel = root.getByText('Cancel', { exact: true });
    this.reasons = root.getByRole('listitem');
    this.problem = root.getByRole('alert');
  }

  /** The field of a parameter, labelled by its name. */
  parameter(name: string): Locator {
    return this.root.getByRole('textbox', { name, exact: true });
  }
}
