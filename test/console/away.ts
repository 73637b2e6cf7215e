// The overview while the hub cannot be reached: one sentence about it, and below what was known before.
import { expect, it } from 'vitest';
import { hasBrowser, type Visitor } from '../support/browser.ts';
import { type ConsoleVisit, lookAtBoth } from '../support/console-visit.ts';
import { until } from '../support/people.ts';

type Visit = (visit: Omit<ConsoleVisit, 'hubUrl' | 'installation'>) => Promise<Visitor>;

const asked = '**/v1/installations/**';
const parts = ['causes', 'health', 'forecast', 'indicators'];

/** For a journey that has an installation in which something is known. */
export function awayStories(full: Visit): void {
  it.skipIf(!hasBrowser)('The overview tells once that the hub is away, and keeps what it had', async () => {
    const visitor = await full({ role: 'finance', page: 'Overview', before: (page) => page.clock.install() });
    const { page } = visitor;
    await page.locator('[data-indicator="money-at-risk"]').getByText(/\d/).first().waitFor();
    await page.locator('[data-connection="target"]').first().waitFor();
    await page.locator('[data-forecast]').first().waitFor();
    const lost: string[] = [];
    await page.route(asked, (route) => {
      lost.push(new URL(route.request().url()).pathname.split('/').at(-1) ?? '');
      return route.abort();
    });
    // Each asks a second time before it gives up, and then a third one in its rhythm.
    await until('each part to give up', async () => {
      await page.clock.runFor(20_000);
      return parts.every((part) => lost.filter((one) => one === part).length > 2);
    });
    await visitor.hasText(/What stands below is as it was at/);
    expect(await page.getByText('Tieout cannot be reached').count()).toBe(1);
    expect(await page.locator('[data-indicator]').count()).toBe(15);
    await lookAtBoth(visitor, 'overview-away');
    await page.unroute(asked);
    await visitor.button('Try again').press('Enter');
    await page.getByText('Tieout cannot be reached').waitFor({ state: 'detached' });
    await visitor.close();
  });
}
