// Somebody who opens one page of the console, and what every page has to be whoever looks at it.
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { contextOf, Visitor } from './browser.ts';

export interface ConsoleVisit {
  readonly hubUrl: string;
  readonly installation: string;
  readonly role: string;
  readonly page: string;
  readonly widthPx?: number;
  /** Somebody of another name than the usual one. */
  readonly user?: string;
  /** What happens to the empty page before the console is opened in it. */
  readonly before?: (page: Page) => Promise<void>;
}

export async function visitConsole(browser: Browser, visit: ConsoleVisit): Promise<Visitor> {
  const { hubUrl, installation, role, page, widthPx = 1280, user, before } = visit;
  const tab = await (await contextOf(browser)).newPage();
  await tab.setViewportSize({ width: widthPx, height: 900 });
  const visitor = new Visitor(tab, hubUrl);
  await before?.(tab);
  const who = user === undefined ? '' : `&user=${user}`;
  await visitor.goTo(`/console/?installation=${installation}&roles=${role}${who}`);
  await tab.getByRole('navigation').getByRole('link', { name: page, exact: true }).click();
  await tab.getByRole('heading', { level: 1, name: page, exact: true }).waitFor();
  return visitor;
}

/** Nothing on it is unreadable, out of reach, wider than the screen or broken. */
export async function lookAt(visitor: Visitor, name: string): Promise<void> {
  await visitor.shot(`${name}-${visitor.page.viewportSize()?.width}`);
  expect(await visitor.violations()).toEqual([]);
  expect(await visitor.isTooWide()).toBe(false);
  expect(visitor.problems).toEqual([]);
}

/** The same page at both widths, without opening it twice. */
export async function lookAtBoth(visitor: Visitor, name: string): Promise<void> {
  await lookAt(visitor, name);
  await visitor.widen(400);
  await lookAt(visitor, name);
  await visitor.widen(1280);
}
