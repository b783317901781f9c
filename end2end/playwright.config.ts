import { defineConfig } from '@playwright/test';

// Every test has a server of its own, so they may run in any order and beside each other. Nothing is tried twice: a
// test that passes only sometimes has found something.
export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  retries: 0,
  // Nothing waits that long on a machine of its own; these end what hangs, also on a slow one.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['./support/counts.ts']],
  use: {
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    locale: 'en-GB',
    timezoneId: 'UTC',
    // Who measures a colour while it changes measures neither the old nor the new one.
    contextOptions: { reducedMotion: 'reduce' },
    actionTimeout: 30_000,
    navigationTimeout: 30_000,
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
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
    },
  },
});
