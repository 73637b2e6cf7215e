// Stories of the mappings in a browser, from a first draft to a version in force and back.
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser, type Visitor } from '../support/browser.ts';
import { lookAt, lookAtBoth } from '../support/console-visit.ts';
import type { Pair } from '../support/pair.ts';
import { until } from '../support/people.ts';
import { choose } from './choose.ts';
import { manyFieldStories } from './many-fields.ts';
import { jobStories } from './mapping-jobs.ts';
import { stewardStories } from './mapping-owners.ts';
import { peopleStories } from './mapping-people.ts';
import { tableStories } from './mapping-tables.ts';

type Visit = (role: string, page: string, widthPx?: number, user?: string) => Promise<Visitor>;

/** For the journey that has the hub. */
export function mappingStories(visit: Visit, pairOf: () => Pair): void {
  const draftOf = async (title: string, widthPx: number) => {
    const visitor = await visit('admin', 'Mappings', widthPx);
    await visitor.button('Begin a draft').click();
    await visitor.page.getByLabel('What it is for').fill(title);
    await visitor.button('Begin').click();
    await visitor.page.getByRole('heading', { level: 1, name: title }).waitFor();
    return { visitor, page: visitor.page };
  };
  describe.skipIf(!hasBrowser)('Mappings', () => {
    lifecycleStories(visit);
    peopleStories(visit);
    rowStories(draftOf);
    manyFieldStories(draftOf);
    ownerStories(draftOf);
    tableStories(draftOf);
    jobStories(visit, pairOf);
    stewardStories(visit, pairOf);
  });
}

function lifecycleStories(visit: Visit): void {
  it('are drafted, rehearsed and submitted by an admin, approved by somebody else, and put back', async () => {
    const admin = await visit('admin', 'Mappings');
    await admin.hasText('Version 1');
    await lookAt(admin, 'mappings');
    await admin.button('Begin a draft').click();
    await admin.page.getByLabel('What it is for').fill('Regions by their own names');
    await admin.button('Begin').click();
    await admin.page.getByRole('link', { name: 'As text' }).click();
    const content = admin.page.getByLabel('Rows, tables and owners');
    await content.fill('{"lookups": {"regions": {"DE": "DACH"}}');
    await admin.hasText('a bracket, a comma or a quote is missing');
    await content.fill('{"lookups": {"regions": {"DE": "DACH"}}}');
    await admin.button('Save').click();
    await admin.page.getByRole('link', { name: 'What it changes' }).click();
    await admin.hasText('regions: DE: means DACH');
    await admin.button('Rehearse over the last 31 days').click();
    await admin.hasText('0 of them would change');
    await lookAt(admin, 'mappings-draft');
    await admin.button('Submit').click();
    await admin.page.getByRole('dialog').getByRole('button', { name: 'Submit', exact: true }).click();
    await admin.hasText('Waits for approval');
    expect(await admin.button('Approve and publish').count()).toBe(0);
    await admin.close();
    const approver = await visit('approver', 'Mappings', 400, 'Petra');
    await lookAt(approver, 'mappings');
    await approver.page.getByRole('row', { name: /Regions by their own names/ }).click();
    await approver.hasText('regions: DE: means DACH');
    await lookAt(approver, 'mappings-draft');
    await approver.button('Approve and publish').click();
    const dialog = approver.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Approve and publish', exact: true }).click();
    await approver.page.getByRole('link', { name: 'version 2', exact: true }).click();
    await approver.page.getByRole('heading', { level: 1, name: 'Version 2', exact: true }).waitFor();
    await approver.hasText('regions: DE: means DACH, before: not in the table');
    await lookAt(approver, 'mappings-version');
    await approver.page.getByRole('link', { name: 'All mappings' }).click();
    await approver.page.getByRole('row', { name: /Version 1/ }).click();
    await approver.button('Put this version back').click();
    await dialog.getByLabel('Reason').fill('Regions go by codes after all');
    await dialog.getByRole('button', { name: 'Put this version back', exact: true }).click();
    await approver.hasText('Version 3');
    await approver.close();
  });
}

type DraftOf = (title: string, widthPx: number) => Promise<{ readonly visitor: Visitor; readonly page: Page }>;

function rowStories(draftOf: DraftOf): void {
  it.each([1280, 400])('are edited row by row, and a row that cannot be kept is refused, at %i px', async (widthPx) => {
    const { page, visitor } = await draftOf(`Countries at ${widthPx}`, widthPx);
    await page.getByRole('link', { name: 'Rows', exact: true }).click();
    await choose(page, 'Record', 'Customer');
    await page.getByRole('row', { name: /^Name/ }).waitFor();
    await lookAt(visitor, 'mappings-rows');
    await page.mouse.move(200, 500);
    await reach(page, page.getByRole('row', { name: /Country/ }));
    await page.getByRole('row', { name: /Country/ }).click();
    await choose(page, 'This field is', 'Carried as said here');
    await page.getByRole('combobox').fill('nowhere');
    await page.keyboard.press('Tab');
    await visitor.button('Save the row').click();
    await page.getByRole('alert').waitFor();
    await visitor.hasText('has no field nowhere');
    await lookAt(visitor, 'mappings-row-refused');
    await page.getByRole('combobox').fill('active');
    await page.keyboard.press('Tab');
    await visitor.button('Save the row').click();
    await visitor.hasText('takes yes or no, and would be given');
    if (widthPx > 1000) await areRefused(page, visitor);
    await page.getByRole('combobox').fill('');
    await page.getByRole('combobox').pressSequentially('addr');
    await page.getByRole('option', { name: /address.state/ }).waitFor();
    await visitor.shot(`mappings-row-pick-${widthPx}`);
    await page.getByRole('combobox').fill('address.state');
    await page.keyboard.press('Tab');
    await choose(page, 'Direction', 'Only read');
    await visitor.button('Save the row').click();
    await reach(page, page.getByText('address.state').nth(1));
    await visitor.button('Fill another field').click();
    await page.getByRole('combobox').fill('web');
    await page.keyboard.press('Tab');
    await completes(page, visitor);
    await page.getByRole('textbox', { name: 'Formula' }).fill('it.nmae');
    await visitor.hasText('there is no field nmae');
    await page.getByRole('textbox', { name: 'Formula' }).fill('upper(it.name)');
    await visitor.hasText('a value of the type string');
    await lookAt(visitor, 'mappings-formula');
    await visitor.button('Save the row').click();
    await reach(page, page.getByText('upper(it.name)'));
    await visitor.close();
  });
}

/** Of a long list only what is in sight is drawn. */
async function reach(page: Page, place: Locator): Promise<void> {
  await until('what is further down', async () => {
    if ((await place.count()) > 0) return true;
    await page.mouse.wheel(0, 300);
    return false;
  });
}

/** Each for its own reason, which is told before anything is saved. */
async function areRefused(page: Page, visitor: Visitor): Promise<void> {
  const allRows = page.getByRole('link', { name: 'All rows of this record' });
  await allRows.click();
  await page.getByRole('row', { name: /^Name/ }).click();
  await choose(page, 'This field is', 'Carried as said here');
  await page.getByRole('combobox').fill('stage');
  await page.keyboard.press('Tab');
  await visitor.button('Save the row').click();
  await visitor.hasText(/^stage has no choice “Harbour & Pine Architects”. It has lead, client.$/);
  await visitor.hasText(/^display_name must not be empty there, and no row fills it.$/);
  await lookAt(visitor, 'mappings-refused-choice');
  await visitor.button('Cancel').click();
  await visitor.button('Fill another field').click();
  await page.getByRole('combobox').fill('mail');
  await page.keyboard.press('Tab');
  await choose(page, 'Filled with', 'A constant');
  await page.getByRole('textbox', { name: 'Constant' }).fill('x'.repeat(4_001));
  await visitor.button('Save the row').click();
  await visitor.hasText(/^mail takes 4000 characters, and “x{40}…” has 4001.$/);
  await visitor.button('Cancel').click();
  await choose(page, 'Record', 'Deal');
  await page.getByRole('row', { name: /^Currency/ }).click();
  await choose(page, 'This field is', 'Not carried');
  await visitor.button('Save the row').click();
  await visitor.hasText('Amount has its currency at currency, which no row of this record carries.');
  await visitor.button('Cancel').click();
  await choose(page, 'Record', 'Customer');
  await page.getByRole('row', { name: /^Country/ }).click();
  await choose(page, 'This field is', 'Carried as said here');
}

/** Without a mouse: what may come next is shown with a real value, chosen and taken. */
async function completes(page: Page, visitor: Visitor): Promise<void> {
  const formula = page.getByRole('textbox', { name: 'Formula' });
  await page.getByText('Fields and functions').waitFor();
  await formula.fill('');
  await formula.press('Control+Space');
  await page.getByRole('option', { name: /it.name/ }).waitFor();
  await formula.press('Escape');
  await formula.pressSequentially('upp');
  await page.getByRole('option', { name: /upper/ }).waitFor();
  // Elsewhere in the text they would replace what they were not made for.
  await formula.press('ArrowLeft');
  await page.getByRole('option', { name: /upper/ }).waitFor({ state: 'detached' });
  await formula.press('ArrowRight');
  await formula.press('Control+Space');
  await page.getByRole('option', { name: /upper/ }).waitFor();
  // The caret stands within the brackets before the key is done with, so that nothing typed can come before it.
  const enter = "new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true })";
  const field = 'document.activeElement';
  expect(await page.evaluate(`${field}.dispatchEvent(${enter}), ${field}.selectionEnd`)).toBe(6);
  await formula.pressSequentially('it.nam');
  await page.getByRole('option', { name: /Harbour & Pine/ }).waitFor();
  await lookAt(visitor, 'mappings-formula-completion');
  await formula.press('Enter');
  expect(await formula.inputValue()).toBe('upper(it.name)');
  // What was taken is undone like what was typed.
  await formula.press('Control+z');
  expect(await formula.inputValue()).toBe('upper(it.nam)');
  await formula.press('Control+y');
  expect(await formula.inputValue()).toBe('upper(it.name)');
  await visitor.hasText('a value of the type string');
  await page.getByText('Fields and functions').click();
  await page.getByLabel('Look for a field or a function').fill('rounded');
  await visitor.hasText("round(it.hours, 1, 'half-up')");
  await lookAt(visitor, 'mappings-formula-reference');
}

function ownerStories(draftOf: DraftOf): void {
  it('move a field to another owner, show a real record side by side, and fill a table', async () => {
    const { page, visitor } = await draftOf('Terms are agreed in the CRM', 1280);
    await page.getByRole('link', { name: 'Owners', exact: true }).click();
    await choose(page, 'Record', 'Customer');
    await choose(page, 'Owner of Payment terms', 'CRM');
    await visitor.hasText('was ERP');
    await lookAtBoth(visitor, 'mappings-owners');
    await page.getByRole('link', { name: 'Preview', exact: true }).click();
    await page.getByLabel('Number, name or id in any system').fill('harbour');
    await visitor.button('Find').click();
    await page.getByRole('button', { name: /^Customer: Harbour/ }).click();
    await visitor.button('See it under this draft').click();
    await visitor.hasText(/^Example \(target\), customer cl/);
    expect(await page.getByText('display_name', { exact: true }).count()).toBe(0);
    await lookAtBoth(visitor, 'mappings-preview');
    await page.getByLabel('Show the systems’ own names of fields').check();
    await page.getByText('display_name', { exact: true }).first().waitFor();
    await page.getByRole('link', { name: 'Tables', exact: true }).click();
    await page.getByLabel('Name of a new table').fill('lands');
    await visitor.button('Add the table').click();
    await visitor.button('Add an entry').press('Enter');
    await page.locator('input:focus').pressSequentially('DE');
    expect(await page.getByLabel('Theirs').inputValue()).toBe('DE');
    await visitor.hasText('Each entry needs their value and ours.');
    await page.getByLabel('Means ours').fill('Germany');
    await page.getByRole('link', { name: 'What it changes' }).click();
    await visitor.hasText('Not saved yet:');
    await lookAtBoth(visitor, 'mappings-not-saved');
    await page.getByRole('link', { name: 'Table lands' }).click();
    expect(await page.getByLabel('Means ours').inputValue()).toBe('Germany');
    await visitor.button('Save the table').click();
    await page.getByText('Not saved yet').waitFor({ state: 'detached' });
    await lookAtBoth(visitor, 'mappings-tables');
    await page.getByRole('link', { name: 'What it changes' }).click();
    await visitor.hasText('lands: DE: means Germany');
    await visitor.hasText('Customer, Payment terms: owned by the CRM');
    await visitor.close();
  });
}
