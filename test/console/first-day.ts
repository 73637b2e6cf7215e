// The first day of one more system, inside the systems of those who look after it: it is read, and what looks alike is
// decided record by record.
import type { Visitor } from '../support/browser.ts';
import { lookAtBoth } from '../support/console-visit.ts';
import { goToPage } from '../support/inside-hosts.ts';

export async function openConnection(visitor: Visitor, connection: string): Promise<void> {
  await goToPage(visitor, 'Connections');
  await visitor.content.locator(`[data-connection=${connection}]`).getByRole('link').click();
}

/** As its admin, who first has it read in full. */
export async function readInFull(visitor: Visitor, connection: string): Promise<void> {
  await openConnection(visitor, connection);
  await visitor.button('Read everything').click();
  await visitor.content.getByRole('dialog').getByRole('button', { name: 'Read everything', exact: true }).click();
  await visitor.hasText('Read in full');
}

export interface Decision {
  /** Their record, by name. */
  readonly record: string;
  readonly answer: 'It is this one' | 'It is new';
  /** What the page says then. */
  readonly says: string;
}

/** Says of one record that it is ours, or that it is new. */
export async function decide(visitor: Visitor, { record, answer, says }: Decision): Promise<void> {
  const { content } = visitor;
  await content.getByRole('link', { name: 'Likely matches of customer' }).click();
  const row = content.getByRole('row', { name: new RegExp(record) });
  await row.waitFor();
  await lookAtBoth(visitor, `first-day-${answer.replaceAll(' ', '-')}`);
  await row.getByRole('button', { name: answer, exact: true }).click();
  await row.waitFor({ state: 'detached' });
  await visitor.hasText(says);
}
