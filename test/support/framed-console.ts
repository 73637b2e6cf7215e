// The console inside a host's own page: somebody goes through all of its pages there, as on a desk and as on a phone.
import { expect } from 'vitest';
import type { Visitor } from './browser.ts';
import { until } from './people.ts';

const widthsPx = [1280, 400];
const titles = ['Overview', 'Exceptions', 'Records', 'Audit', 'Tie-out', 'Connections', 'API', 'Mappings'];

/** Each page opens in the frame, can be read by everybody and is no wider than it; the frame is never a window high. */
export async function goThroughFramed(visitor: Visitor, name: string): Promise<void> {
  const content = visitor.page.frameLocator('iframe');
  const links = content.getByRole('navigation', { name: 'Tieout' }).getByRole('link');
  await links.first().waitFor({ timeout: 60_000 });
  expect((await links.allTextContents()).toSorted()).toEqual(titles.toSorted());
  for (const title of titles) {
    await links.getByText(title, { exact: true }).click();
    await content.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
    await until(`${title} to be there`, async () => (await content.getByText(/^Loading .+ …$/).count()) === 0);
    for (const width of widthsPx) {
      await visitor.widen(width);
      await visitor.shot(`${name}-${title.toLowerCase()}-${width}`);
      expect(await visitor.isTooWide(), `${title} at ${width} px`).toBe(false);
      const heightPx = (await visitor.page.locator('iframe').boundingBox())?.height;
      expect(heightPx, `${title} at ${width} px`).toBeLessThan(900);
    }
    // At the last width; outside of frames each page is looked at like this at both.
    expect(await visitor.violations(), title).toEqual([]);
    await visitor.widen(widthsPx[0] ?? 1280);
  }
}
