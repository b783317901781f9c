import { test } from '../support/test';
import { ADA } from '../support/people';
import { tour } from '../support/tour';
test.use({ viewport: { width: 390, height: 844 } });
test('dbg', async ({ as, guard }) => {
  const page = await as(ADA);
  for (const stop of await tour(page, guard)) {
    if (!['/workflows', '/connections'].includes(stop.name)) continue;
    await stop.go();
    const w = () => page.evaluate(() => document.scrollingElement!.scrollWidth);
    const before = await w();
    await page.evaluate(() => { const s = new CSSStyleSheet(); s.replaceSync(`
      tbody th, td { display: block !important; position: relative; padding-left: 104px !important; overflow-wrap: anywhere; }
      tbody th[data-label]::before, td[data-label]::before { position: absolute; left: 0; }
      td.row-actions { position: absolute !important; padding: 0 !important }
    `); document.adoptedStyleSheets = [s]; });
    console.log(stop.name, before, await w());
    await page.screenshot({ path: `/tmp/fix${stop.name.replace('/', '-')}.png` });
  }
});
