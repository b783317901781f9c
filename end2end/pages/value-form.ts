import type { Locator } from '@playwright/test';

/** The form that values are typed into, on a page of its own or in a dialog. */
export class ValueForm {
  readonly heading: Locator;
  readonly name: Locator;
  readonly writeOnly: Locator;
  readonly saveConnection: Locator;
  readonly saveSecret: Locator;
  readonly cancel: Locator;
  readonly problem: Locator;

  constructor(readonly root: Locator) {
    this.heading = root.getByRole('heading');
    this.name = root.getByRole('textbox', { name: 'Name', exact: true });
    this.writeOnly = root.getByText(
      "You won't be able to see these values again. You can overwrite or delete them.",
      { exact: true },
    );
    this.saveConnection = root.getByRole('button', { name: 'Save connection', exact: true });
    this.saveSecret = root.getByRole('button', { name: 'Save secret', exact: true });
    this.cancel = root.getByText('Cancel', { exact: true });
    this.problem = root.getByRole('alert');
  }

  /** The control of a field; masked ones have no role, so it is found by its label. */
  field(label: string): Locator {
    return this.root.getByLabel(label, { exact: true }).filter({ visible: true });
  }

  type(label: string): Locator {
    return this.root.getByRole('radio', { name: label, exact: true });
  }

  /** Keep, Replace or Clear of one field, while overwriting. */
  choice(label: string, word: 'Keep' | 'Replace' | 'Clear'): Locator {
    return this.group(label).getByRole('radio', { name: word, exact: true });
  }

  group(label: string): Locator {
    return this.root.getByRole('group', { name: label, exact: true });
  }

  /** The box under Replace. */
  replacement(label: string): Locator {
    return this.group(label).getByLabel(label, { exact: true }).filter({ visible: true });
  }
}
