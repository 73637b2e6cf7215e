// Story: an integration admin renews the key that signs a system's notices, and both are taken meanwhile.
import { describe, expect, it } from 'vitest';
import { hasBrowser, type Visitor } from '../support/browser.ts';
import { lookAt } from '../support/console-visit.ts';
import type { Pair } from '../support/pair.ts';
import { signedRequest } from '../support/sender.ts';

async function step({ page }: Visitor, title: string): Promise<void> {
  await page.getByRole('button', { name: title, exact: true }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: title, exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

export function noticeKeyStories(visit: (role: string, page: string) => Promise<Visitor>, pairOf: () => Pair): void {
  describe.skipIf(!hasBrowser)('The key that signs notices', () => {
    it('is made anew, taken beside the old one, and takes its place once the old one is ended', async () => {
      const pair = pairOf();
      const { to } = pair.sender;
      let serial = 0;
      const answerTo = async (key: string) => {
        const told = [{ type: 'engagement', record: pair.engagement }];
        const response = await fetch(signedRequest({ ...to, key }, `key-${++serial}`, told, Date.now()));
        return response.status;
      };
      const visitor = await visit('admin', 'Connections');
      await visitor.page.locator('[data-connection=source]').getByRole('link').click();
      await step(visitor, 'Make a new key');
      await visitor.hasText('a new key is taken beside the old one');
      await lookAt(visitor, 'connections-new-key');
      const fresh = String(await visitor.page.locator('dt', { hasText: 'New key' }).locator('+ dd code').textContent());
      expect(fresh).not.toBe(to.key);
      expect([await answerTo(to.key), await answerTo(fresh), await answerTo('another')]).toEqual([202, 202, 401]);
      await step(visitor, 'End the old key');
      await visitor.button('Make a new key').waitFor();
      expect([await answerTo(to.key), await answerTo(fresh)]).toEqual([401, 202]);
      await visitor.close();
    });
  });
}
