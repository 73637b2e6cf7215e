// The story of "why is this so" in a browser, at a day before the value was changed. Rows of the record are made older,
// because no story waits for days.
import { describe, expect, it } from 'vitest';
import { hasBrowser, type Visitor } from '../support/browser.ts';
import { lookAtBoth } from '../support/console-visit.ts';
import type { Hub } from '../support/hub.ts';
import type { Pair } from '../support/pair.ts';
import { until } from '../support/people.ts';

type Visit = (role: string, page: string) => Promise<Visitor>;

/** For the journey that has the hub. Publishes mappings, so it comes after those that count their versions. */
export function whyStories(visit: Visit, world: () => { readonly hub: Hub; readonly pair: Pair }): void {
  describe.skipIf(!hasBrowser)('Why a value is so', () => {
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

    it('is told as of an earlier day, too: what it was then, and under which version of the mappings', async () => {
      const { hub, pair } = world();
      const [sons, daughters] = [`Alder & Sons ${Date.now()}`, `Alder & Daughters ${Date.now()}`];
      const client = pair.sign(sons);
      const tell = () => pair.sender.send([{ type: 'client', record: client }]);
      const d1 = await hub.miniflare.getD1Database('RECORD');
      const named = async (name: string) => {
        const asked = d1.prepare(
          "SELECT entity, mapping_version AS v FROM entity_versions WHERE canonical ->> 'name' = ?",
        );
        return await asked.bind(name).first<{ entity: string; v: number }>();
      };
      await tell();
      await until('it is known', async () => (await named(sons)) !== null);
      const { entity, v: before } = (await named(sons)) ?? { entity: '', v: 0 };
      // All of that was four days ago.
      for (const table of ['entity_versions', 'timeline'])
        await d1.prepare(`UPDATE ${table} SET at_ms = at_ms - 345600000 WHERE entity = ?`).bind(entity).run();
      await pair.installation.publish({});
      pair.source.update('client', client, { display_name: daughters });
      await tell();
      await until('it has another name', async () => (await named(daughters)) !== null);
      const now = (await named(daughters))?.v ?? 0;
      expect(now).toBeGreaterThan(before);
      const visitor = await visit('viewer', 'Records');
      const { page } = visitor;
      await page.getByLabel('Number, name or id in any system').fill(entity);
      await page.keyboard.press('Enter');
      await page.getByRole('row', { name: daughters }).click();
      await visitor.button('Why is Name so?').press('Enter');
      const dialog = page.getByRole('dialog');
      await dialog.getByText(`Version ${now}, published by`).waitFor();
      await dialog.getByText(`${sons}, Told by Example`).waitFor();
      await dialog.getByLabel('As of the end of').fill(daysAgo(2));
      await dialog.getByText(`Version ${before}, published by`).waitFor();
      await dialog.getByText('Nothing: it was told for the first time.').waitFor();
      await dialog.getByText(`${sons} since`).waitFor();
      await lookAtBoth(visitor, 'records-why-then');
      await dialog.getByLabel('As of the end of').fill(daysAgo(9));
      await dialog.getByText('The entity was not known at that moment.').waitFor();
      await lookAtBoth(visitor, 'records-why-before');
      await visitor.close();
    });
  });
}
