// Moving through a page by keyboard alone.

import { expect, type Locator, type Page } from '@playwright/test';

/** More stops than any page has: whoever needs more goes round in circles. */
const STOPS = 150;

/** Presses Tab until the element has the focus. In the editor, Escape lets Tab leave. */
export async function tabTo(target: Locator): Promise<void> {
  const page = target.page();
  await target.waitFor();
  for (let stop = 0; stop < STOPS; stop += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    const inEditor = await page.evaluate(() => document.activeElement?.getAttribute('aria-multiline') === 'true');
    if (inEditor) await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
  }
  await expect(target, 'Tab reaches it').toBeFocused();
}

/** Goes there and presses the key that uses it. */
export async function use(target: Locator, key: 'Enter' | 'Space' = 'Enter'): Promise<void> {
  await tabTo(target);
  await target.page().keyboard.press(key);
}

/** Goes there and types. */
export async function typeInto(target: Locator, text: string): Promise<void> {
  await tabTo(target);
  await target.page().keyboard.type(text);
}

/** Fails when the focus cannot be seen where it is. */
export async function expectVisibleFocus(page: Page): Promise<void> {
  const visible = () =>
    page.evaluate(() => {
      const focused = document.activeElement;
      const marked = [focused, focused?.closest('label, .cm-editor')];
      return marked.some((one) => {
        if (!one) return false;
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
        return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
      });
    });
  await expect.poll(visible, 'the focus can be seen').toBe(true);
}
