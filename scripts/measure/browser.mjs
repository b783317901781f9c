// The browser of the end-to-end tests, with the same settings.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './machine.mjs';

const { chromium } = createRequire(join(ROOT, 'end2end/package.json'))('@playwright/test');

/** Does `work` with a browser of its own. */
export async function withBrowser(work) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    console.log(`browser: Chromium ${browser.version()}`);
    return await work(browser);
  } finally {
    await browser.close();
  }
}
