// Stories of the targets in a browser: changed in a form, published by somebody else, and measured against.
import { describe, expect, it } from 'vitest';
import { hasBrowser, type Visitor } from '../support/browser.ts';
import { lookAt } from '../support/console-visit.ts';

type Visit = (role: string, page: string, widthPx?: number, user?: string) => Promise<Visitor>;

/** For the journey that has the hub. */
export function targetStories(visit: Visit): void {
  const open = async (role: string, widthPx: number) => {
    const visitor = await visit(role, 'Overview', widthPx);
    await visitor.page.getByRole('link', { name: /^Targets/ }).click();
    await visitor.page.getByRole('row', { name: /Approved time to ledger/ }).waitFor();
    return visitor;
  };
  describe.skipIf(!hasBrowser)('Targets', () => {
    it('are shown to everybody, and changed by integration admins only', async () => {
      const visitor = await open('viewer', 400);
      await lookAt(visitor, 'targets');
      expect(await visitor.button('Change the targets').count()).toBe(0);
      await visitor.close();
    });

    it('are set in a form, with a calendar, and hold once an approver has published them', async () => {
      const admin = await open('admin', 1280);
      await admin.button('Change the targets').click();
      const time = admin.page.getByRole('group', { name: 'Approved time to ledger' });
      await time.getByLabel('At most').fill('none');
      await time.getByText('A whole number from 1 on').waitFor();
      expect(await admin.button('Hand it to an approver').isDisabled()).toBe(true);
      await time.getByLabel('At most').fill('6');
      await admin.button('Add a calendar').click();
      const calendar = admin.page.getByRole('group', { name: 'A new calendar' });
      await calendar.getByText('It needs a name').waitFor();
      await calendar.getByLabel('Time zone').fill('Europe/Berlin');
      await calendar.getByLabel('Holidays').fill('2026-12-25');
      await calendar.getByLabel('Its name').fill('Office');
      await time.getByRole('button', { name: /Of which time/ }).click();
      await admin.page.getByRole('option', { name: 'Office' }).click();
      await lookAt(admin, 'targets-form');
      await admin.widen(400);
      await lookAt(admin, 'targets-form');
      await admin.button('Hand it to an approver').click();
      await admin.hasText('Handed to an approver.');
      await admin.close();
      const approver = await visit('approver', 'Mappings', 1280, 'Petra');
      await approver.page.getByRole('row', { name: /^Targets/ }).click();
      await approver.button('Approve and publish').click();
      const dialog = approver.page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Approve and publish', exact: true }).click();
      await approver.page.getByRole('link', { name: /^version \d+$/ }).waitFor();
      await approver.close();
      const visitor = await open('viewer', 1280);
      const row = visitor.page.getByRole('row', { name: /Approved time to ledger/ });
      await row.getByText('6 hours').waitFor();
      await row.getByText('Office').waitFor();
      await visitor.hasText('mon 09:00–17:00');
      await lookAt(visitor, 'targets');
      await visitor.close();
    });
  });
}
