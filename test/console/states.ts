// Every page before its answer has come, when it cannot come, and where there is nothing yet: said in words, readable,
// and mended by one press.
import { describe, it } from 'vitest';
import { hasBrowser, type Visitor } from '../support/browser.ts';
import { lookAt } from '../support/console-visit.ts';

type Visit = (role: string, page: string, widthPx?: number) => Promise<Visitor>;

/** Each page with what it says where there is nothing. */
const pages: readonly (readonly [page: string, says: string])[] = [
  ['Overview', 'Nothing waits for anybody'],
  ['Exceptions', 'Nothing waits for anybody'],
  ['Audit', 'Developer'],
  ['Tie-out', 'Everything ties out'],
  ['Connections', 'Nothing is connected yet'],
  ['API', 'No keys yet'],
];
const lists = '**/v1/installations/**';

/** For the journey that has the hub; the installation that is visited is empty. */
export function stateStories(visit: Visit): void {
  describe.skipIf(!hasBrowser)('A page', () => {
    it.each(pages)(
      'says so while it waits, when the hub is away, and when there is nothing: %s',
      async (name, says) => {
        const visitor = await visit('admin', 'Records', 400);
        const { page } = visitor;
        let letGo = () => undefined as undefined;
        const held = new Promise<void>((resolve) => {
          letGo = () => void resolve();
        });
        await page.route(lists, async (route) => {
          await held;
          await route.abort();
        });
        // Nothing of what was read before is known any more.
        await page.reload();
        await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
        await page.getByRole('heading', { level: 1, name }).waitFor();
        await visitor.hasText(/^Loading/);
        await lookAt(visitor, `state-loading-${name}`);
        letGo();
        await visitor.hasText('Tieout cannot be reached');
        await lookAt(visitor, `state-away-${name}`);
        await page.unroute(lists);
        await visitor.button('Try again').first().press('Enter');
        await visitor.hasText(says);
        await lookAt(visitor, `state-empty-${name}`);
        await visitor.close();
      },
    );
  });
}
