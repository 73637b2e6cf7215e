// Finance's day: what waits, by cause; one of it in full and answered with a reason; the rest in three clicks; and why
// a record is as it is.
import { expect } from 'vitest';
import type { Visitor } from '../support/browser.ts';
import { lookAtBoth } from '../support/console-visit.ts';
import { goToPage } from '../support/inside-hosts.ts';

export interface FinanceDay {
  /** What waits, in words, and for how many records. */
  readonly cause: string;
  readonly waiting: number;
  /** One of them. */
  readonly name: string;
}

export async function financeDay(visitor: Visitor, { cause, waiting, name }: FinanceDay): Promise<void> {
  const { content } = visitor;
  const dialog = content.getByRole('dialog');
  await goToPage(visitor, 'Exceptions');
  const causes = content.getByRole('row', { name: new RegExp(cause) });
  await causes.getByText(String(waiting), { exact: true }).first().waitFor();
  await lookAtBoth(visitor, 'finance-causes');
  await causes.click();
  await content.getByRole('row', { name: new RegExp(name) }).click();
  await visitor.hasText('In each system');
  await content.getByRole('button', { name: 'Approve once' }).click();
  const approve = dialog.getByRole('button', { name: 'Approve once', exact: true });
  expect(await approve.isDisabled()).toBe(true);
  await dialog.getByLabel('Reason').fill('Ordered by mail, the number follows');
  await lookAtBoth(visitor, 'finance-approve');
  await approve.click();
  await visitor.button(`Approve once: all ${waiting - 1}`).click();
  await dialog.getByLabel('Reason').fill('The frame contract covers these');
  await approve.click();
  await visitor.hasText(`${waiting - 1} of ${waiting - 1} answered.`);
  await visitor.hasText('Nothing waits for this cause any more');
}

/** The record in every system, what happened to it, and where a value comes from. */
export async function whyIsThisSo(visitor: Visitor, name: string, happened: string): Promise<void> {
  const { content, page } = visitor;
  await goToPage(visitor, 'Records');
  await content.getByLabel('Number, name or id in any system').fill(name);
  await visitor.button('Find').click();
  await content
    .getByRole('row', { name: new RegExp(name) })
    .first()
    .click();
  await visitor.hasText('Timeline, the newest first');
  await visitor.hasText(happened);
  await visitor.button('Why is Name so?').click();
  await visitor.hasText('Where from');
  await content.getByRole('dialog').getByText('Salesforce').first().waitFor();
  await page.keyboard.press('Escape');
  await content.getByRole('dialog').waitFor({ state: 'detached' });
}
