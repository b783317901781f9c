// What every test stands on: a server of its own, people signed in to it, and a guard over all their pages.

import { test as base, type Page } from '@playwright/test';
import { LoginPage } from '../pages/login';
import { Guard } from './guard';
import { EVERYBODY, type Person } from './people';
import { addUser, copyOf, newDirectory, Relay, removeDirectory } from './relay';

export { expect } from '@playwright/test';

interface Options {
  /** Whether somebody can sign in when the server starts; otherwise it prints a setup code. */
  peopled: boolean;
  /** More environment for the server. */
  serverEnvironment: Record<string, string>;
}

interface Fixtures {
  relay: Relay;
  guard: Guard;
  /** A browser of that person, signed in, on the list of workflows. */
  as: (person: Person) => Promise<Page>;
}

interface WorkerFixtures {
  /** A data directory with everybody in it, copied for each test: hashing passwords takes a while. */
  populated: string;
}

export const test = base.extend<Options & Fixtures, WorkerFixtures>({
  peopled: [true, { option: true }],
  serverEnvironment: [{}, { option: true }],

  populated: [
    async ({}, use) => {
      const directory = await newDirectory();
      try {
        for (const person of EVERYBODY) addUser(directory, person);
        await use(directory);
      } finally {
        await removeDirectory(directory);
      }
    },
    { scope: 'worker' },
  ],

  relay: async ({ peopled, populated, serverEnvironment }, use, testInfo) => {
    const directory = peopled ? await copyOf(populated) : await newDirectory();
    try {
      const relay = await Relay.start(directory, serverEnvironment);
      await use(relay);
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach('server', { body: relay.written, contentType: 'text/plain' });
      }
      await relay.stop();
    } finally {
      await removeDirectory(directory);
    }
  },

  baseURL: async ({ relay }, use) => use(relay.url),

  guard: async ({}, use) => {
    const guard = new Guard();
    await use(guard);
    guard.verify();
  },

  context: async ({ context, guard }, use) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await guard.watch(context);
    await use(context);
  },

  as: async ({ browser, baseURL, guard }, use) => {
    const contexts: { close(): Promise<void> }[] = [];
    await use(async (person) => {
      const context = await browser.newContext({ baseURL });
      contexts.push(context);
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await guard.watch(context);
      const page = await context.newPage();
      const login = new LoginPage(page);
      await login.open();
      await login.logIn(person);
      await page.waitForURL('**/workflows');
      return page;
    });
    for (const context of contexts) await context.close();
  },
});
