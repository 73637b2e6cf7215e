// Stories of a new mapping for what exists already, in a browser: looked at, written, put back; replayed and paused.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Visitor } from '../support/browser.ts';
import { lookAtBoth } from '../support/console-visit.ts';
import type { Pair } from '../support/pair.ts';
import { until } from '../support/people.ts';
import { choose } from './choose.ts';

type Visit = (role: string, page: string, widthPx?: number, user?: string) => Promise<Visitor>;

export function jobStories(visit: Visit, pairOf: () => Pair): void {
  it('are applied to existing records after a look, and what that wrote is undone', async () => {
    const extra = [{ at: 'web', codec: 'text', formula: 'upper(it.name)' }];
    await pairOf().installation.publish({ maps: { target: { customer: { fields: { website: null }, extra } } } });
    const websites = () =>
      pairOf()
        .target.rows('client')
        .map((row) => row['web'] ?? null);
    const visitor = await visit('admin', 'Mappings');
    const { page } = visitor;
    await take(page, 'Apply to existing records', async () => lookAtBoth(visitor, 'mappings-apply'));
    await visitor.hasText('1 record would be written.');
    expect(websites()).toEqual([null]);
    await page.getByText('target, Customer: web is changed').click();
    await page.getByText('HARBOUR & PINE ARCHITECTS').waitFor();
    await lookAtBoth(visitor, 'mappings-job-looked');
    await take(page, 'Let it run');
    await visitor.button('Undo it').waitFor();
    await until('the website in the target', () => websites()[0] === 'HARBOUR & PINE ARCHITECTS');
    await take(page, 'Undo it');
    await page.getByRole('heading', { level: 1, name: 'An application undone' }).waitFor();
    await visitor.hasText('1 record put back');
    await until('the website as it was', () => websites()[0] === null);
    await lookAtBoth(visitor, 'mappings-job-undone');
    await page.getByRole('link', { name: 'this application' }).click();
    await visitor.hasText('It was taken back: see what became of it');
    await visitor.close();
  });

  it('are replayed since a moment: looked at first, paused, gone on with, and cancelled', async () => {
    const visitor = await visit('admin', 'Mappings');
    const { page } = visitor;
    const { installation } = pairOf();
    await installation.pause('source');
    await visitor.button('Replay since a moment').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Since').fill('2026-01-01T00:00');
    await choose(page, 'Records of', 'Example (source)');
    await lookAtBoth(visitor, 'mappings-replay');
    await dialog.getByRole('button', { name: 'Replay since a moment' }).click();
    await visitor.hasText(/^Replay since .*, records of source$/);
    await visitor.button('Pause').click();
    await visitor.hasText('Paused');
    await installation.resume('source');
    await visitor.button('Go on').click();
    await visitor.hasText('Waits for you');
    await visitor.hasText('Nothing would be written.');
    await lookAtBoth(visitor, 'mappings-job-nothing');
    await take(page, 'Cancel it');
    await visitor.hasText('Cancelled');
    await page.getByRole('link', { name: 'All mappings' }).click();
    const rows = page.getByRole('row', { name: /Replay since .*, records of source/ });
    await rows.filter({ hasText: 'Cancelled' }).first().waitFor();
    await lookAtBoth(visitor, 'mappings-jobs');
    await visitor.close();
  });
}

/** A step with a dialog of the same name. */
async function take(page: Page, name: string, look: () => Promise<void> = async () => undefined): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await look();
  await dialog.getByRole('button', { name, exact: true }).click();
}
