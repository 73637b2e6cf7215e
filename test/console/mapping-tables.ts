// Stories of tables of values in a browser: filled from a file, held against real records, taken away as a file.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Visitor } from '../support/browser.ts';
import { lookAtBoth } from '../support/console-visit.ts';
import { choose } from './choose.ts';

type DraftOf = (title: string, widthPx: number) => Promise<{ readonly visitor: Visitor; readonly page: Page }>;

export function tableStories(draftOf: DraftOf): void {
  it('have tables that are filled from a file, list what real records hold besides, and are taken away', async () => {
    const { page, visitor } = await draftOf('Currencies by table', 1280);
    await page.getByRole('link', { name: 'Tables', exact: true }).click();
    await visitor.hasText('No tables yet');
    await page.getByLabel('Name of a new table').fill('currencies');
    await visitor.button('Add the table').click();
    await visitor.hasText('No row uses this table yet');
    await importFile(visitor, 'Theirs;Ours\r\nFranken;CHF\r\nDollar;USD\r\n');
    await visitor.hasText('2 new.');
    await visitor.button('Save 2 changes').click();
    await visitor.button('Remove Franken').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await translateCurrency(page, visitor);
    await visitor.hasText('values of the newest records were looked at');
    await visitor.hasText(/theirs, in \d+ record/);
    await lookAtBoth(visitor, 'mappings-table-unknown');
    await importFile(visitor, '\uFEFF"Theirs","Ours"\n"Dollar","USD"\n"Pfund","pounds"\n"Krone",\n"Franken","EUR"\n');
    await visitor.hasText('1 changed, 1 as in the table, 2 lines cannot be taken and are left out.');
    await visitor.hasText('“pounds” is no value of Currency of customer');
    await visitor.hasText('Our value is missing.');
    await visitor.hasText('Was “CHF”');
    await lookAtBoth(visitor, 'mappings-table-import');
    await visitor.button('Cancel').click();
    await areFoundAmongThousand(visitor);
    await visitor.button('Add EUR').first().click();
    await visitor.button('Save the table').click();
    await visitor.hasText('The table knows every value of them.');
    const saved = page.waitForEvent('download');
    await visitor.button('Export as CSV').click();
    const text = readFileSync(await (await saved).path(), 'utf8');
    expect(text.split('\r\n').sort()).toEqual(
      ['', '"Dollar","USD"', '"EUR","EUR"', '"Franken","CHF"', '\uFEFF"Theirs","Ours"'].sort(),
    );
    await visitor.close();
  });

  it('have tables of thousands of values, of which those are shown that are looked for', async () => {
    const { page, visitor } = await draftOf('Long table', 400);
    await page.getByRole('link', { name: 'Tables', exact: true }).click();
    await page.getByLabel('Name of a new table').fill('cities');
    await visitor.button('Add the table').click();
    const lines = Array.from({ length: 5_000 }, (_, at) => `city ${at},Place ${at}`);
    await importFile(visitor, lines.join('\n'));
    await visitor.button('Save 5,000 changes').click();
    await visitor.hasText('The first 100 of 5,000 are shown.');
    await page.getByLabel('Look for a value').fill('city 4711');
    await visitor.button('Remove city 4711').waitFor();
    await visitor.close();
  });
}

async function importFile(visitor: Visitor, text: string): Promise<void> {
  const { page } = visitor;
  await visitor.button('Import CSV').click();
  const buffer = Buffer.from(text, 'utf8');
  await page.locator('input[type=file]').setInputFiles({ name: 'table.csv', mimeType: 'text/csv', buffer });
}

/** A thousand values that the table does not know: some are drawn, and each is found. */
async function areFoundAmongThousand(visitor: Visitor): Promise<void> {
  const { page } = visitor;
  const asked = /\/mapping-drafts\/[^/]+\/tables\/currencies$/;
  await page.route(asked, async (route) => {
    const response = await route.fetch();
    const seen = (await response.json()) as { unmatched: { value: string }[] };
    const [first] = seen.unmatched;
    const thousand = Array.from({ length: 1_000 }, (_, n) => ({ ...first, value: `Unknown value ${n}` }));
    await route.fulfill({ response, json: { ...seen, unmatched: [...seen.unmatched, ...thousand] } });
  });
  await page.reload();
  await visitor.hasText(/^The 100 most frequent of 1,0/);
  await visitor.button('Show more').click();
  await visitor.hasText(/^The 200 most frequent of 1,0/);
  await page.getByLabel('Look for an unknown value').fill('value 987');
  await visitor.button('Add Unknown value 987').waitFor();
  expect(await page.getByRole('button', { name: /^Add Unknown/ }).count()).toBe(1);
  await lookAtBoth(visitor, 'mappings-table-thousand');
  await page.unroute(asked);
  await page.reload();
}

/** The first system's currency of a customer goes through the table. */
async function translateCurrency(page: Page, visitor: Visitor): Promise<void> {
  await page.getByRole('link', { name: 'Rows', exact: true }).click();
  await choose(page, 'Record', 'Customer');
  await page.getByRole('row', { name: /^Currency/ }).click();
  await choose(page, 'This field is', 'Carried as said here');
  await choose(page, 'Translated by the table', 'currencies');
  await visitor.button('Save the row').click();
  await page.getByText('by currencies').waitFor();
  await page.getByRole('link', { name: 'Tables', exact: true }).click();
}
