import { expect, type Locator, type Page } from '@playwright/test';

/** What the editor offers beside the text: a list of completions, cards, fields and menus over it, outline and graph. */
export class Assist {
  readonly completions: Locator;
  readonly card: Locator;
  readonly newName: Locator;
  readonly renameError: Locator;
  readonly fixes: Locator;
  readonly note: Locator;
  readonly outlineButton: Locator;
  readonly graphButton: Locator;
  readonly outline: Locator;
  readonly graph: Locator;

  constructor(readonly page: Page) {
    this.completions = page.getByRole('listbox', { name: 'Completions', exact: true });
    this.card = page.getByRole('dialog', { name: /^(About |Problems here)/ });
    this.newName = page.getByRole('textbox', { name: /^New name for / });
    this.renameError = page.getByRole('form', { name: 'Rename', exact: true }).getByRole('alert');
    this.fixes = page.getByRole('menu', { name: 'Quick fixes', exact: true });
    // A sentence over the text; screen readers get it from the editor's live region.
    this.note = page.locator('.float-note');
    this.outlineButton = page.getByRole('button', { name: 'Outline', exact: true });
    this.graphButton = page.getByRole('button', { name: 'Graph', exact: true });
    this.outline = page.getByRole('region', { name: 'Outline', exact: true });
    this.graph = page.getByRole('region', { name: 'Graph', exact: true });
  }

  completion(name: string | RegExp): Locator {
    return this.completions.getByRole('option', { name });
  }

  /** Takes a completion by keyboard. */
  async take(name: string | RegExp): Promise<void> {
    const option = this.completion(name).first();
    await expect(option).toBeVisible();
    // A list that has just come ignores its keys for a moment, so that nobody takes what they have not seen.
    const list = await this.completions.elementHandle();
    await this.page.waitForFunction((element) => {
      const seen = element as unknown as { since?: number };
      seen.since ??= performance.now();
      return performance.now() - seen.since > 100;
    }, list);
    for (let step = 0; step < 50; step += 1) {
      if ((await option.getAttribute('aria-selected')) === 'true') break;
      await this.page.keyboard.press('ArrowDown');
    }
    await this.page.keyboard.press('Enter');
    await expect(this.completions).toBeHidden();
  }

  fix(name: string | RegExp): Locator {
    return this.fixes.getByRole('menuitem', { name });
  }

  /** A part of the text in the outline. */
  part(name: string): Locator {
    return this.outline.getByRole('button').filter({ hasText: name });
  }

  /** A step in the graph. */
  step(name: string): Locator {
    return this.graph.getByRole('link', { name: new RegExp(`^${name}, `) });
  }
}
