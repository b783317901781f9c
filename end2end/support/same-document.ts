// Proves that a page was never loaded again.

import { expect, type Page } from '@playwright/test';

/** Marks the document as it is now; the answer says later whether it is still the same one. */
export async function sameDocument(page: Page): Promise<{ expectSame(): Promise<void> }> {
  let loads = 0;
  page.on('request', (request) => {
    if (request.isNavigationRequest()) loads += 1;
  });
  const mark = await page.evaluateHandle(() => document);
  return {
    async expectSame() {
      expect(loads, 'no document was asked for').toBe(0);
      expect(await page.evaluate((before) => before === document, mark), 'it is the same document').toBe(true);
    },
  };
}
