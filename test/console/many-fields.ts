// A record type of eight hundred fields, as large firms have them: one is found by a part of its name, and the page
// draws what is in sight.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Visitor } from '../support/browser.ts';
import { choose } from './choose.ts';

type DraftOf = (title: string, widthPx: number) => Promise<{ readonly visitor: Visitor; readonly page: Page }>;
type Field = Readonly<Record<string, unknown>>;

const fields = 800;

/** What the hub tells of the fields of customers, and many more like them. */
async function lengthen(page: Page): Promise<void> {
  await page.route(/\/mapping-ground\/[^/]+\/customer$/, async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { theirs: Field[] };
    const more = Array.from({ length: fields - body.theirs.length }, (_, n) => ({
      ...body.theirs[n % body.theirs.length],
      ...{ path: `custom.field_${n}`, label: `Custom field ${n}`, isRequired: false },
    }));
    await route.fulfill({ response, json: { ...body, theirs: [...body.theirs, ...more] } });
  });
}

export function manyFieldStories(draftOf: DraftOf): void {
  it('find one of eight hundred fields while its name is typed, and draw those in sight', async () => {
    const { page, visitor } = await draftOf('Eight hundred fields', 1280);
    await lengthen(page);
    await page.getByRole('link', { name: 'Rows', exact: true }).click();
    await choose(page, 'Record', 'Customer');
    await visitor.button('Fill another field').click();
    const [field, offered] = [page.getByRole('combobox'), page.getByRole('option')];
    // A field of its own, and the beginning of ten others.
    await field.pressSequentially('custom.field_70');
    await page.getByRole('option', { name: /custom.field_701$/ }).waitFor();
    expect(await offered.allTextContents()).toSatisfy((all: string[]) => all.every((one) => /field_70/.test(one)));
    await visitor.shot('mappings-many-fields-1280');
    await field.fill('Field 707');
    await page.getByRole('option', { name: /Custom field 707/ }).waitFor();
    await field.press('ArrowDown');
    await field.press('Enter');
    expect(await field.inputValue()).toBe('custom.field_707');
    await page.getByRole('button', { name: /^Show the fields/ }).click();
    await offered.nth(1).waitFor();
    expect(await offered.count()).toBeLessThan(50);
    await visitor.close();
  });
}
