// Every page before its answer has come, when it cannot come, where there is nothing, before whoever may not see it,
// and with thousands of rows: said in words, readable at both widths, and mended by one press.
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { access, type Operation } from '../../edge-worker/api/access.ts';
import { type HostRole, hostRoles } from '../../shared/host-roles.ts';
import { hasBrowser, type Visitor } from '../support/browser.ts';
import { type ConsoleVisit, lookAtBoth } from '../support/console-visit.ts';

type Visit = (visit: Omit<ConsoleVisit, 'hubUrl' | 'installation'>) => Promise<Visitor>;
type Listed = Readonly<Record<string, unknown>>;

interface Many {
  /** Whose answer is made long, and what is seen of it then. */
  readonly list: string;
  readonly says: string | RegExp;
  /** The same row once more, as another one. */
  readonly again: (row: Listed, n: number) => Listed;
  readonly more?: Listed;
  /** Where they stand, if all of them do. */
  readonly grid?: string;
}

interface PageStates {
  readonly title: string;
  /** The link of the overview that leads there, for what is not in the navigation. */
  readonly link?: RegExp;
  /** What somebody types in before anything is asked. */
  readonly look?: string;
  readonly nothing: string | RegExp;
  /** What it asks; whoever may not ask it is told so in these words. Null where everybody may. */
  readonly asks: Operation;
  readonly refused: string | null;
  /** Or why there are never thousands. */
  readonly many: Many | { readonly never: string };
}

/** One row for each file of a page: a page or a state that is missing here fails. */
const pages: Readonly<Record<string, PageStates>> = {
  overview: {
    ...{ title: 'Overview', nothing: 'Nothing waits for anybody', asks: 'listCauses', refused: null },
    many: { never: 'it shows the first few and how many there are' },
  },
  exceptions: {
    ...{ title: 'Exceptions', nothing: 'Nothing waits for anybody', asks: 'listCauses', refused: null },
    many: {
      ...{ list: 'causes', says: /for 5,000 causes/, grid: 'Exceptions by cause' },
      more: { total: { causes: 5_000, open: 5_000 } },
      again: (row, n) => ({ ...row, cause: `${row['cause']} ${n}` }),
    },
  },
  records: {
    ...{ title: 'Records', look: 'roll', nothing: 'Nothing is known as “roll”', asks: 'findRecords', refused: null },
    many: {
      ...{ list: 'records', says: 'There are more than are shown.', more: { isAll: false }, grid: 'Found records' },
      again: (row, n) => ({ ...row, entity: `${String(row['entity']).slice(0, -4)}${String(n).padStart(4, '0')}` }),
    },
  },
  audit: {
    ...{ title: 'Audit', nothing: 'Developer', asks: 'listAudit', refused: 'The audit is not for your role' },
    many: {
      ...{ list: 'audit', says: 'Developer', more: { next: null }, grid: 'Changes, the newest first' },
      again: (row, n) => ({ ...row, seq: n + 1 }),
    },
  },
  'tie-out': {
    ...{ title: 'Tie-out', nothing: 'Everything ties out', asks: 'readTieOut', refused: null },
    many: {
      ...{
        list: 'tie-out',
        says: 'ERP rollout',
        grid: 'Projects and what was sold, delivered, billed and paid of them',
      },
      again: (row, n) => ({ ...row, project: `${row['project']}${n}` }),
    },
  },
  connections: {
    ...{ title: 'Connections', nothing: 'Nothing is connected yet', asks: 'readHealth', refused: null },
    many: { never: 'a firm has a handful of systems' },
  },
  api: {
    ...{ title: 'API', nothing: 'No keys yet', asks: 'listKeys' },
    refused: 'Keys and subscribers are for integration admins',
    many: { never: 'a firm has a handful of systems that call' },
  },
  mappings: {
    ...{ title: 'Mappings', nothing: 'No drafts', asks: 'listDrafts' },
    refused: 'Mappings are for admins and approvers',
    many: {
      ...{ list: 'mappings', says: 'Version', grid: 'Versions' },
      again: (row, n) => ({ ...row, version: n + 1 }),
    },
  },
  targets: {
    ...{ title: 'Targets', link: /^Targets/, nothing: 'Every minute counts', asks: 'readTargets', refused: null },
    many: { never: 'there is one for each way of a record' },
  },
  alerts: {
    ...{ title: 'Alerts', link: /^Alerts/, nothing: 'Nobody is told yet', asks: 'readAlerts' },
    refused: 'Alerts are set by integration admins',
    many: { never: 'a firm has a handful of places where it is told' },
  },
};
const lists = '**/v1/installations/**';
const manyRows = 5_000;

async function go({ page }: Visitor, name: string): Promise<void> {
  const { title, link, look } = pages[name] as PageStates;
  const menu = page.getByRole('navigation');
  await menu.getByRole('link', { name: link ? 'Overview' : title, exact: true }).click();
  if (link) await page.getByRole('link', { name: link }).click();
  await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
  if (look === undefined) return;
  await page.getByRole('searchbox').fill(look);
  await page.keyboard.press('Enter');
}

/** For the journey that has the hub: an installation with nothing in it. */
export function stateStories(nothing: Visit): void {
  it('Every page of the console tells each of its states', () => {
    const files = readdirSync('edge-worker/console/pages').filter((file) => file.endsWith('.tsx'));
    expect(Object.keys(pages).sort()).toEqual(files.map((file) => basename(file, '.tsx')).sort());
  });

  describe.skipIf(!hasBrowser)('A page', () => {
    it.each(Object.entries(pages))(
      'says so while it waits, when the hub is away, and when there is nothing: %s',
      async (name, { nothing: says }) => {
        let letGo = () => undefined as undefined;
        const held = new Promise<void>((resolve) => {
          letGo = () => void resolve();
        });
        const visitor = await nothing({
          ...{ role: 'admin', page: 'Overview' },
          before: async (page) => {
            await page.route(lists, async (route) => {
              await held;
              await route.abort();
            });
          },
        });
        const { page } = visitor;
        await go(visitor, name);
        await visitor.hasText(/^Loading/);
        await lookAtBoth(visitor, `state-loading-${name}`);
        letGo();
        await visitor.hasText('Tieout cannot be reached');
        await lookAtBoth(visitor, `state-away-${name}`);
        await page.unroute(lists);
        await visitor.button('Try again').first().press('Enter');
        await visitor.hasText(says);
        await lookAtBoth(visitor, `state-nothing-${name}`);
        await visitor.close();
      },
    );

    it('tells whoever may not see it whom to ask', async () => {
      const visitor = await nothing({ role: 'sales', page: 'Overview' });
      for (const [name, { asks, refused, link }] of Object.entries(pages)) {
        const roles: readonly HostRole[] = access[asks].roles;
        expect([name, refused === null]).toEqual([name, roles.length === hostRoles.length]);
        // A link to what only admins see is not there for others.
        if (refused === null || link) continue;
        expect(roles).not.toContain('sales');
        await go(visitor, name);
        await visitor.hasText(refused);
        await lookAtBoth(visitor, `state-refused-${name}`);
      }
      await visitor.close();
    });
  });
}

/** For the same journey, while something waits there. */
export function manyStories(full: Visit): void {
  it.skipIf(!hasBrowser)('Thousands of rows keep a page quick, and the last is in reach of the keyboard', async () => {
    const long = Object.entries(pages).flatMap(([name, { many }]) => ('list' in many ? [[name, many] as const] : []));
    const visitor = await full({
      ...{ role: 'admin', page: 'Overview' },
      before: async (page) => {
        for (const [, many] of long)
          await page.route(new RegExp(`/v1/installations/[^/]+/${many.list}(\\?|$)`), (route) => lengthen(route, many));
      },
    });
    const { page } = visitor;
    for (const [name, { says, grid }] of long) {
      await go(visitor, name);
      await visitor.hasText(says);
      await lookAtBoth(visitor, `state-many-${name}`);
      if (grid === undefined) continue;
      const table = page.getByRole('grid', { name: grid });
      await table.getByRole('row').nth(1).focus();
      await page.keyboard.press('End');
      await table.locator(`[aria-rowindex="${manyRows + 1}"]`).waitFor();
      expect(await table.getByRole('row').count()).toBeLessThan(100);
    }
    // Pages ask again by themselves; what is on its way then is nobody's any more.
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await visitor.close();
  });
}

/** What the hub answers, and its rows again and again. */
async function lengthen(route: Route, { again, more }: Many): Promise<void> {
  const response = await route.fetch();
  const body = (await response.json()) as { rows?: Listed[] };
  const rows = body.rows ?? [];
  const longer = Array.from({ length: manyRows }, (_, n) => again(rows[n % rows.length] ?? {}, n));
  await route.fulfill({ response, json: { ...body, rows: longer, ...more } });
}
