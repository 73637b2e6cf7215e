// Stories of ownership in a browser: who owns what now, and what became of another system's word.
import { expect, it } from 'vitest';
import type { Visitor } from '../support/browser.ts';
import { lookAtBoth } from '../support/console-visit.ts';
import type { Pair } from '../support/pair.ts';
import { until } from '../support/people.ts';
import { choose } from './choose.ts';

type Visit = (role: string, page: string, widthPx?: number, user?: string) => Promise<Visitor>;

export function stewardStories(visit: Visit, pairOf: () => Pair): void {
  it('say who owns each field now, and whose value was replaced by whose', async () => {
    const { target, installation } = pairOf();
    const [client] = target.rows('client');
    target.update('client', String(client?.['id']), { display_name: 'Harbour GmbH' });
    await installation.ask('target');
    await until('the owner’s word is written again', async () => (await installation.contested()).length > 0);
    const visitor = await visit('admin', 'Mappings');
    const { page } = visitor;
    await page.getByRole('link', { name: /^Who owns what/ }).click();
    await choose(page, 'Record', 'Customer');
    await page.getByRole('rowheader', { name: 'Payment terms' }).waitFor();
    await visitor.hasText(/^In force: version/);
    expect(await page.getByRole('button', { name: /^Owner of/ }).count()).toBe(0);
    const row = page.getByRole('row', { name: /Customer: Harbour & Pine/ }).first();
    await row.getByText('Harbour GmbH').waitFor();
    await row.getByText('CRM:').waitFor();
    await lookAtBoth(visitor, 'mappings-stewardship');
    await choose(page, 'What became of it', 'Held');
    await visitor.hasText('Nothing was overwritten or held');
    await choose(page, 'What became of it', 'Overwritten');
    await choose(page, 'Changed in', 'Example (target)');
    await row.click();
    await page.getByRole('heading', { level: 1, name: /Harbour & Pine/ }).waitFor();
    await visitor.close();
  });
}
