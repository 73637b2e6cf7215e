// Stories of the people at the mappings in a browser: two at one draft, who may approve, and whoever only looks.
import { expect, it } from 'vitest';
import type { Visitor } from '../support/browser.ts';
import { lookAt, lookAtBoth } from '../support/console-visit.ts';

type Visit = (role: string, page: string, widthPx?: number, user?: string) => Promise<Visitor>;

export function peopleStories(visit: Visit): void {
  it('keep what one of two admins at the same draft saved, and say so to the other', async () => {
    const one = await visit('admin', 'Mappings');
    await one.button('Begin a draft').click();
    await one.page.getByLabel('What it is for').fill('Two at once');
    await one.button('Begin').click();
    await one.page.getByRole('link', { name: 'As text' }).click();
    const other = await visit('admin', 'Mappings');
    await other.page.getByRole('row', { name: /Two at once/ }).click();
    await other.page.getByRole('link', { name: 'As text' }).click();
    await other.page.getByLabel('Rows, tables and owners').waitFor();
    await one.page.getByLabel('Rows, tables and owners').fill('{"lookups": {"terms": {"30": "NET30"}}}');
    await one.button('Save').click();
    await one.page.getByRole('link', { name: 'What it changes' }).click();
    await one.hasText('terms: 30: means NET30');
    await other.page.getByLabel('Rows, tables and owners').fill('{"lookups": {"terms": {"30": "NET14"}}}');
    await other.button('Save').click();
    await other.page.getByRole('alert').waitFor();
    await lookAt(other, 'mappings-two');
    await other.page.getByRole('button', { name: /^Take what / }).click();
    expect(await other.page.getByLabel('Rows, tables and owners').inputValue()).toContain('NET30');
    for (const visitor of [one, other]) await visitor.close();
  });

  it('say who may approve them; where one’s own may be, it is its writer’s turn too', async () => {
    const linus = await visit('admin approver', 'Mappings', 1280, 'Linus');
    const { page } = linus;
    await linus.hasText('An approver who neither wrote nor submitted the draft.');
    await linus.button('Begin a draft').click();
    await page.getByLabel('What it is for').fill('By one alone');
    await linus.button('Begin').click();
    await linus.button('Rehearse over the last 31 days').click();
    await take(linus, 'Submit');
    await linus.hasText('Next: an approver’s turn who is not Linus;');
    expect(await linus.button('Approve and publish').count()).toBe(0);
    await page.getByRole('link', { name: 'All mappings' }).click();
    await take(linus, 'Allow to approve one’s own');
    await linus.hasText('Any approver, also whoever wrote or submitted the draft.');
    await linus.hasText(/Set by Linus/);
    await lookAtBoth(linus, 'mappings-who-approves');
    const admin = await visit('admin', 'Mappings');
    await admin.hasText('An approver changes this.');
    await admin.page.getByRole('row', { name: /By one alone/ }).click();
    await admin.hasText('Next: an approver’s turn, also of whoever wrote it;');
    await admin.close();
    await page.getByRole('row', { name: /By one alone/ }).click();
    await linus.hasText('Next: it is your turn;');
    await linus.button('Approve and publish').waitFor();
    await take(linus, 'Give up');
    await take(linus, 'Ask for a second person');
    await linus.hasText('An approver who neither wrote nor submitted the draft.');
    await linus.close();
  });

  it('are no matter of whoever only looks', async () => {
    const viewer = await visit('viewer', 'Mappings');
    await viewer.hasText('Mappings are for admins and approvers');
    await viewer.close();
  });
}

/** A step of the same name as its dialog's. */
async function take(visitor: Visitor, name: string): Promise<void> {
  await visitor.button(name).click();
  await visitor.page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
  await visitor.page.getByRole('dialog').waitFor({ state: 'detached' });
}
