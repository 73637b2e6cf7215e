// One option of a list on a page is chosen as a person does it.
import type { Surface } from '../support/browser.ts';

export async function choose(page: Surface, label: string, option: string): Promise<void> {
  await page.getByRole('button', { name: new RegExp(`${label}$`) }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}
