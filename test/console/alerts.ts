// Stories of the alerts in a browser: who is told, tried at once, and when it is quiet.
import { describe, expect, it } from 'vitest';
import { hasBrowser, type Visitor } from '../support/browser.ts';
import { lookAt } from '../support/console-visit.ts';
import { freePort } from '../support/serve.ts';
import { Subscriber } from '../support/subscriber.ts';

type Visit = (role: string, page: string, widthPx?: number) => Promise<Visitor>;

/** For the journey that has the hub. */
export function alertStories(visit: Visit): void {
  const open = async (widthPx: number) => {
    const visitor = await visit('admin', 'Overview', widthPx);
    await visitor.page.getByRole('link', { name: /^Alerts/ }).click();
    await visitor.page.getByRole('heading', { level: 1, name: 'Alerts' }).waitFor();
    return visitor;
  };
  describe.skipIf(!hasBrowser)('Alerts', () => {
    it('are told to whoever is added, tried at once, kept back in quiet hours, and turned off', async () => {
      const subscriber = await new Subscriber(await freePort()).start();
      const visitor = await open(1280);
      const { page } = visitor;
      const dialog = page.getByRole('dialog');
      await visitor.hasText('Nobody is told yet');
      await lookAt(visitor, 'alerts-empty');
      await visitor.button('Add somebody').click();
      await dialog.getByLabel('Who', { exact: true }).fill('Duty desk');
      await dialog.getByRole('button', { name: /^By/ }).or(dialog.getByLabel('By')).first().click();
      await page.getByRole('option', { name: /Webhook/i }).click();
      const place = dialog.getByRole('textbox').nth(1);
      await place.fill('ftp://nowhere');
      await dialog.getByRole('button', { name: 'Add somebody' }).click();
      await dialog.getByRole('alert').waitFor();
      await lookAt(visitor, 'alerts-refused');
      await place.fill(subscriber.url);
      await dialog.getByRole('checkbox', { name: 'Finance' }).check();
      await dialog.getByRole('button', { name: 'Add somebody' }).click();
      subscriber.keys.push(String(await page.locator('code').filter({ hasText: 'whsec_' }).textContent()));
      await visitor.hasText('Alerts of Finance');
      await visitor.button('Send a test').click();
      await visitor.hasText('It took the test.');
      expect(subscriber.forged).toBe(0);
      await visitor.button('Set quiet hours').click();
      await dialog.getByLabel('Time zone').fill('Europe/Berlin');
      await dialog.getByRole('button', { name: 'Set quiet hours' }).click();
      await visitor.hasText(/quiet from 20:00 until 07:00, and all of Saturday, Sunday \(Europe\/Berlin\)/);
      await lookAt(visitor, 'alerts');
      await visitor.widen(400);
      await lookAt(visitor, 'alerts');
      await visitor.button('Turn off').click();
      await visitor.button('Turn on').waitFor();
      const changes = page.getByRole('region', { name: 'What was changed' }).getByRole('listitem');
      await changes.filter({ hasText: 'Duty desk turned off' }).waitFor();
      await changes.filter({ hasText: 'quiet hours from 20:00' }).getByRole('button', { name: 'Put back' }).click();
      await lookAt(visitor, 'alerts-put-back');
      await dialog.getByRole('button', { name: 'Put back', exact: true }).click();
      await changes.filter({ hasText: 'Duty desk turned on' }).waitFor();
      await visitor.button('Turn off').waitFor();
      await lookAt(visitor, 'alerts-history');
      await visitor.button('Remove').click();
      await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
      await visitor.hasText('Nobody is told yet');
      await visitor.close();
      await subscriber.stop();
    });
  });
}
