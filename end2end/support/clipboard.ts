// The clipboard, as a person has it filled from somewhere else.

import type { Page } from '@playwright/test';

export async function toClipboard(page: Page, text: string): Promise<void> {
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
}

export function fromClipboard(page: Page): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}
