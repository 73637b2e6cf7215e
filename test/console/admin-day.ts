// An integration admin's day with the mappings: a field filled by a formula and seen on a real record, an owner moved,
// the draft rehearsed and handed in; a colleague publishes it; and it is put back.
import { expect } from 'vitest';
import type { Visitor } from '../support/browser.ts';
import { lookAtBoth } from '../support/console-visit.ts';
import { goToPage } from '../support/inside-hosts.ts';
import { choose } from './choose.ts';

export interface AdminDay {
  readonly title: string;
  /** The system that is given more, as its choice is called. */
  readonly system: string;
  /** A field of its customers that nothing fills. */
  readonly path: string;
  /** A customer, by name. */
  readonly customer: string;
}

const inDraft = ({ content }: Visitor, name: string) => content.getByRole('link', { name, exact: true }).click();

export async function draftAndSubmit(visitor: Visitor, day: AdminDay): Promise<void> {
  const { content } = visitor;
  await goToPage(visitor, 'Mappings');
  await visitor.button('Begin a draft').click();
  await content.getByLabel('What it is for').fill(day.title);
  await visitor.button('Begin').click();
  await content.getByRole('heading', { level: 1, name: day.title }).waitFor();
  await fillByFormula(visitor, day);
  await lookUnderDraft(visitor, day);
  await inDraft(visitor, 'Owners');
  await choose(content, 'Record', 'Customer');
  await choose(content, 'Owner of Payment terms', 'CRM');
  await visitor.hasText('was ERP');
  await inDraft(visitor, 'What it changes');
  await visitor.hasText('Customer, Payment terms: owned by the CRM');
  // What it is called there, in place of its path.
  await content.getByTitle(day.path, { exact: true }).waitFor();
  await lookAtBoth(visitor, 'admin-changes');
  await visitor.button('Rehearse over the last 31 days').click();
  await visitor.hasText(/of them would change/);
  await visitor.button('Submit').click();
  await content.getByRole('dialog').getByRole('button', { name: 'Submit', exact: true }).click();
  await visitor.hasText('Waits for approval');
  expect(await visitor.button('Approve and publish').count()).toBe(0);
}

async function fillByFormula(visitor: Visitor, { system, path }: AdminDay): Promise<void> {
  const { content, page } = visitor;
  await inDraft(visitor, 'Rows');
  await choose(content, 'System', system);
  await choose(content, 'Record', 'Customer');
  await content.getByRole('row', { name: /Country/ }).waitFor();
  await visitor.button('Fill another field').click();
  await content.getByRole('combobox').fill(path);
  await page.keyboard.press('Tab');
  await content.getByRole('textbox', { name: 'Formula' }).fill('upper(it.name)');
  await visitor.hasText('a value of the type string');
  await lookAtBoth(visitor, 'admin-formula');
  await visitor.button('Save the row').click();
  // Once it is saved the rows are shown again.
  await visitor.button('Fill another field').waitFor();
  await content.getByText('upper(it.name)').waitFor();
}

async function lookUnderDraft(visitor: Visitor, { customer, path }: AdminDay): Promise<void> {
  const { content } = visitor;
  await inDraft(visitor, 'Preview');
  await content.getByLabel('Number, name or id in any system').fill(customer);
  await visitor.button('Find').click();
  await visitor.button(`Customer: ${customer}`).click();
  await visitor.button('See it under this draft').click();
  const given = content.getByRole('region', { name: 'What is given on' });
  await given
    .getByText(path.split('.').at(-1) ?? path)
    .first()
    .waitFor();
  await given.getByText(customer.toUpperCase()).first().waitFor();
  await lookAtBoth(visitor, 'admin-preview');
}

export async function publishAsColleague(visitor: Visitor, { title }: AdminDay): Promise<void> {
  const { content } = visitor;
  await goToPage(visitor, 'Mappings');
  await content.getByRole('row', { name: new RegExp(title) }).click();
  await visitor.hasText('Customer, Payment terms: owned by the CRM');
  await visitor.button('Approve and publish').click();
  await content.getByRole('dialog').getByRole('button', { name: 'Approve and publish', exact: true }).click();
  await visitor.hasText('It became');
}

export async function putBack(visitor: Visitor, version: number, reason: string): Promise<void> {
  const { content } = visitor;
  await goToPage(visitor, 'Mappings');
  await content.getByRole('row', { name: new RegExp(`Version ${version}\\b`) }).click();
  await visitor.button('Put this version back').click();
  const dialog = content.getByRole('dialog');
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: 'Put this version back', exact: true }).click();
  await content.getByRole('row', { name: new RegExp(`Version ${version + 2}\\b`) }).waitFor();
}
