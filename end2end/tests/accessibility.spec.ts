// Every page and open dialog: nothing grave for axe in either colour scheme, nothing that scrolls sideways on a phone.

import type { Page } from '@playwright/test';
import { ConnectionsPage } from '../pages/connections';
import { WelcomePage } from '../pages/welcome';
import { WorkflowsPage } from '../pages/workflows';
import { expectAccessible } from '../support/axe';
import { ADA, VERA } from '../support/people';
import { expect, test } from '../support/test';
import { outside, tour } from '../support/tour';

const PHONE = { width: 390, height: 844 };

async function expectNoSidewaysScrolling(page: Page, where: string): Promise<void> {
  const [content, window] = await page.evaluate(() => {
    const scrolling = document.scrollingElement ?? document.documentElement;
    return [scrolling.scrollWidth, scrolling.clientWidth];
  });
  expect.soft(content, `${where}: ${content} px of content in ${window} px`).toBeLessThanOrEqual(window);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`${colorScheme}`, () => {
    test.use({ colorScheme });

    test('axe finds nothing grave for an administrator', async ({ as, guard, relay }) => {
      test.setTimeout(600_000);
      const page = await as(ADA);
      for (const stop of await tour(page, guard, relay)) {
        await test.step(stop.name, async () => {
          await stop.go();
          await expectAccessible(page, stop.name);
        });
      }
    });

    test('axe finds nothing grave before signing in', async ({ page, guard }) => {
      for (const stop of outside(page, guard)) {
        await stop.go();
        await expectAccessible(page, stop.name);
      }
    });

    test('axe finds nothing grave on empty lists, and for a viewer', async ({ as }) => {
      for (const person of [ADA, VERA]) {
        const page = await as(person);
        await expectAccessible(page, `${person.role}: no workflows`);
        await new ConnectionsPage(page).open();
        await expectAccessible(page, `${person.role}: no connections`);
      }
    });

    test('the scheme of the system is followed', async ({ as }) => {
      const page = await as(ADA);
      const text = new WorkflowsPage(page).heading;
      const [red, green, blue] = await text.evaluate((element) => {
        const canvas = document.createElement('canvas').getContext('2d');
        if (!canvas) throw new Error('no canvas');
        canvas.fillStyle = getComputedStyle(element).color;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
      });
      const brightness = (red + green + blue) / 3;
      if (colorScheme === 'light') expect(brightness, 'dark letters').toBeLessThan(100);
      else expect(brightness, 'bright letters').toBeGreaterThan(155);
    });
  });
}

test.describe('on a phone', () => {
  test.use({ viewport: PHONE });

  test('no page of an administrator scrolls sideways', async ({ as, guard, relay }) => {
    const page = await as(ADA);
    for (const stop of await tour(page, guard, relay)) {
      await test.step(stop.name, async () => {
        await stop.go();
        await expectNoSidewaysScrolling(page, stop.name);
      });
    }
  });

  test('nor one before signing in', async ({ page, guard }) => {
    for (const stop of outside(page, guard)) {
      await stop.go();
      await expectNoSidewaysScrolling(page, stop.name);
    }
  });
});

test('dialogs and menus take no more than the phone has', async ({ as, guard, relay }) => {
  const page = await as(ADA);
  await page.setViewportSize(PHONE);
  const stops = await tour(page, guard, relay);
  for (const stop of stops.filter(({ name }) => name.startsWith('the dialog') || name.startsWith('the menu'))) {
    await stop.go();
    const open = page.locator('dialog[open], details[open] > :not(summary)').first();
    const box = await open.boundingBox();
    expect.soft(box?.x, stop.name).toBeGreaterThanOrEqual(0);
    expect.soft((box?.x ?? 0) + (box?.width ?? 0), stop.name).toBeLessThanOrEqual(PHONE.width);
  }
});

test.describe('a new installation', () => {
  test.use({ peopled: false });

  test('welcome holds in both schemes and on a phone', async ({ page }) => {
    const welcome = new WelcomePage(page);
    await welcome.open();
    await expectAccessible(page, 'light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await expectAccessible(page, 'dark');
    await page.setViewportSize(PHONE);
    await expectNoSidewaysScrolling(page, '/welcome');
  });
});

test('pages have a title, a language and one main heading', async ({ as, guard, relay }) => {
  const page = await as(ADA);
  const titles = new Map<string, string>();
  for (const stop of (await tour(page, guard, relay)).filter(({ name }) => name.startsWith('/'))) {
    await stop.go();
    await expect.soft(page.getByRole('heading', { level: 1 }), stop.name).toHaveCount(1);
    await expect.soft(page.locator('html'), stop.name).toHaveAttribute('lang', 'en');
    titles.set(stop.name, await page.title());
  }
  for (const [path, title] of titles) expect.soft(title, path).toMatch(/^.+ · Relay$/);
  await new WorkflowsPage(page).open();
  await expect(page).toHaveTitle('Workflows · Relay');
});
