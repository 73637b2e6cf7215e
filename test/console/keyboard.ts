// The console without a mouse: everything is reached, what has the focus is seen, and the focus is never lost.
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser, type Visitor } from '../support/browser.ts';

type Visit = (role: string, page: string) => Promise<Visitor>;

const stopsMax = 60;
const outline = '[getComputedStyle(document.activeElement)].every((s) => s.outlineStyle === "solid")';

/** Goes on with one key until a place has the focus; every stop on the way is seen. */
async function reach(page: Page, place: Locator, key: 'Tab' | 'Shift+Tab' | 'ArrowRight' = 'Tab'): Promise<void> {
  await place.waitFor({ state: 'attached' });
  for (let stops = 0; stops < stopsMax; stops += 1) {
    if (await place.evaluate((one) => one.matches(':focus'))) return;
    await page.keyboard.press(key);
    const isSeen = await page.evaluate(`document.activeElement === document.body || ${outline}`);
    expect(isSeen, await page.locator(':focus').evaluateAll((all) => all.map((one) => one.outerHTML).join())).toBe(
      true,
    );
  }
  throw new Error(`not reached: ${place}`);
}

async function press(page: Page, place: Locator, key?: 'Tab' | 'Shift+Tab' | 'ArrowRight'): Promise<void> {
  await reach(page, place, key);
  await page.keyboard.press('Enter');
}

/** For a journey in which time waits to be approved. */
export function keyboardStories(visit: Visit): void {
  describe.skipIf(!hasBrowser)('By keyboard alone', () => {
    it('an exception is found and answered, and the focus goes with what is done', async () => {
      const visitor = await visit('delivery', 'Exceptions');
      const { page } = visitor;
      const dialog = page.getByRole('dialog');
      const title = (text: string | RegExp) => page.locator('h1:focus').filter({ hasText: text }).waitFor();
      const hasFocus = (name: string) => page.locator('button:focus').getByText(name, { exact: true }).waitFor();
      await press(page, visitor.button('Skip to the page'), 'Shift+Tab');
      await title('Exceptions');
      await press(page, page.getByRole('row', { name: /Time is not approved/ }));
      await title('Time is not approved');
      await press(page, page.getByRole('row', { name: /Entry/ }).first());
      await title(/Entry/);
      await visitor.shot('keyboard-title-1280');
      // The button is gone with what it did; what stands in its place has the focus.
      await press(page, visitor.button('I look after it'));
      await hasFocus('Give it back');
      await press(page, visitor.button('Reject'), 'Shift+Tab');
      await dialog.waitFor();
      await page.keyboard.press('Escape');
      await hasFocus('Reject');
      await page.keyboard.press('Enter');
      await press(page, dialog.getByRole('button', { name: 'Reject', exact: true }));
      await title('Time is not approved');
      await visitor.close();
    });

    it('a key is made in a dialog and revoked in its row', async () => {
      const visitor = await visit('admin', 'API');
      const { page } = visitor;
      const dialog = page.getByRole('dialog');
      await press(page, visitor.button('Make a key'));
      await reach(page, dialog.getByLabel('Used by'));
      await page.keyboard.type('Warehouse');
      await reach(page, dialog.getByRole('checkbox').first());
      await page.keyboard.press('Space');
      await press(page, dialog.getByRole('button', { name: 'Make it', exact: true }));
      await page.getByText('The new key').waitFor();
      await reach(page, page.getByRole('row', { name: /Warehouse/ }));
      await press(page, page.getByRole('row', { name: /Warehouse/ }).getByRole('button'), 'ArrowRight');
      await press(page, dialog.getByRole('button', { name: 'Revoke', exact: true }));
      await dialog.waitFor({ state: 'detached' });
      await page
        .getByRole('row', { name: /Warehouse/ })
        .getByText(/Revoked/)
        .waitFor();
      await page.locator('[role=grid] :focus').waitFor();
      await visitor.close();
    });
  });
}
