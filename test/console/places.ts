// Every page below a page, reached by its address: before its answer has come, when it cannot come, where there is no
// such thing, before whoever may not see it, and with a thousand rows.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { access, type Operation } from '../../edge-worker/api/access.ts';
import { hostRoles } from '../../shared/host-roles.ts';
import { hasBrowser, type Visitor } from '../support/browser.ts';
import { type ConsoleVisit, lookAtBoth } from '../support/console-visit.ts';

type Visit = (visit: Omit<ConsoleVisit, 'hubUrl' | 'installation'>) => Promise<Visitor>;
type Listed = Readonly<Record<string, unknown>>;

interface Many {
  /** The end of each address that it asks, and what it is answered, with `rows` of which there are a thousand. */
  readonly answers: Readonly<Record<string, Listed>>;
  readonly rows: (n: number) => Listed;
  /** The answer that has the rows. */
  readonly list: string;
  readonly place: string;
  readonly grid: string;
}

interface PlaceStates {
  /** One that is not there, or that has nothing. */
  readonly place: string;
  readonly nothing: string | RegExp;
  readonly asks: Operation;
  readonly refused: string | null;
  /** Or why there are never that many. */
  readonly many: Many | { readonly never: string };
}

const at = '2026-11-02T09:30:00.000Z';
const one = 'it is about one thing';
const mappers = { asks: 'listDrafts', refused: 'Mappings are for admins and approvers' } as const;

const cause = {
  ...{ cause: 'many', control: 'approved-time', code: 'unapproved-time', owner: 'delivery', connection: null },
  ...{ system: null, words: { title: 'Time is not approved', text: 'It waits.', next: 'Approve it.' }, amounts: [] },
  ...{ open: 1_000, overdue: 0, unassigned: 1_000, kinds: ['time'], actions: [], oldestAt: at, dueAt: at },
};
const subscription = {
  ...{ name: 'Data warehouse', url: 'https://warehouse.example/told', types: ['*'], subscription: 'sub_many' },
  ...{ state: 'active', failures: 0, problem: null, waiting: 0, nextAt: null, answeredAt: at, failedAt: null },
  ...{ oldKeyEndsAt: null, madeAt: at },
};

const places: Readonly<Record<string, PlaceStates>> = {
  'exceptions/cause/:cause': {
    ...{ place: 'exceptions/cause/none', nothing: 'Nothing waits for this cause any more' },
    ...{ asks: 'listCauses', refused: null },
    many: {
      ...{ place: 'exceptions/cause/many', grid: 'What waits for this cause', list: 'exceptions' },
      answers: { causes: { rows: [cause], next: null, total: { causes: 1, open: 1_000 } } },
      rows: (n) => ({
        ...{ id: `exc_${n}`, cause: 'many', state: 'open', owner: 'delivery', label: `Entry ${n}`, assignee: null },
        ...{ words: cause.words, madeAt: at, dueAt: at },
      }),
    },
  },
  'exceptions/one/:exception': {
    ...{ place: 'exceptions/one/exc_none', nothing: 'There is no such exception.' },
    ...{ asks: 'readException', refused: null, many: { never: one } },
  },
  'records/:entity': {
    ...{ place: 'records/cus_none', nothing: 'There is no such entity.' },
    ...{ asks: 'compareRecord', refused: null, many: { never: one } },
  },
  'connections/new/*': {
    ...{ place: 'connections/new', nothing: 'NetSuite', asks: 'makeConnection' },
    refused: 'Connecting is for integration admins',
    many: { never: 'it lists the systems that a connector is made for' },
  },
  'connections/:connection/matches/:kind': {
    ...{ place: 'connections/none/matches/customer', nothing: 'Nothing is left to decide', asks: 'listCandidates' },
    refused: 'Matching is for integration admins',
    many: {
      ...{ place: 'connections/source/matches/customer', grid: 'Likely matches, the likeliest first' },
      ...{ list: 'candidates', answers: { candidates: { agreeing: 1, undecided: 1_000, unlike: 2, next: null } } },
      rows: (n) => ({
        ...{ recordType: 'client', recordId: `c${n}`, record: `Harbour ${n} Ltd`, entity: `cus_${n}` },
        ...{ name: `Harbour ${n}`, score: 80, reasons: [{ code: 'name', text: 'the name is alike' }] },
      }),
    },
  },
  'connections/:connection': {
    ...{ place: 'connections/none', nothing: 'There is no such connection' },
    ...{ asks: 'readHealth', refused: null, many: { never: one } },
  },
  'api/:subscription': {
    ...{ place: 'api/sub_none', nothing: 'This subscriber is removed', asks: 'listSubscriptions' },
    refused: 'Subscribers are for integration admins',
    many: {
      ...{ place: 'api/sub_many', grid: 'What it was told', list: 'deliveries' },
      answers: { subscriptions: { rows: [subscription] } },
      rows: (n) => ({
        ...{ event: `evt_${n}`, type: 'time.posted', sequence: n, subject: `tim_${n}`, state: 'delivered' },
        ...{ attempts: 1, status: 204, problem: null, tookMs: 12, happenedAt: at, at },
      }),
    },
  },
  'mappings/draft/:draft/*': {
    ...{ place: 'mappings/draft/dra_none', nothing: 'There is no such draft.', ...mappers },
    many: { never: 'its tables and fields have stories of their own' },
  },
  'mappings/version/:version': {
    ...{ place: 'mappings/version/999', nothing: 'There is no such version', ...mappers },
    many: { never: one },
  },
  'mappings/job/:job': {
    ...{ place: 'mappings/job/job_none', nothing: /^There is no such job/, ...mappers },
    many: { never: 'the differences it found are drawn once they are opened' },
  },
  'mappings/owners': {
    ...{ place: 'mappings/owners', nothing: 'Nothing was overwritten or held', ...mappers },
    many: {
      ...{ place: 'mappings/owners', grid: "Values against the owner's word, the newest first" },
      ...{ list: 'contested', answers: {} },
      rows: (n) => ({
        ...{ at, entity: `cus_${n}`, kind: 'customer', label: `Harbour ${n}`, field: 'phone', connection: 'target' },
        ...{ owner: 'crm', there: '+49 1', ours: '+49 2', became: 'overwritten' },
      }),
    },
  },
};
const asked = /\/v1\/(installations|systems)/;
const pressAll = `[...document.querySelectorAll('main button')].forEach((one) => {
  if (one.textContent === 'Try again') one.click();
})`;
const manyRows = 1_000;

/** As if by a bookmark. */
async function open({ page }: Visitor, place: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${place}`)}`);
}

const folder = 'edge-worker/console/pages';

function pathsIn(file: string): readonly string[] {
  const text = readFileSync(join(folder, file), 'utf8');
  return [...text.matchAll(/<Route path="([^"]+)"/g)].map(([, path]) => `${basename(file, '.tsx')}/${path}`);
}

/** Nothing is answered, until what it returns is called: then all of it is cut off. */
async function holdBack(page: Page): Promise<() => void> {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(asked, async (route) => {
    await held;
    await route.abort();
  });
  return letGo;
}

/** For the journey that has the hub, in an installation with nothing in it. */
export function placeStories(nothing: Visit): void {
  it('Every page below a page of the console tells each of its states', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.tsx'));
    const found = files.flatMap(pathsIn);
    expect(found.length).toBeGreaterThan(5);
    expect(Object.keys(places).sort()).toEqual([...found].sort());
  });

  describe.skipIf(!hasBrowser)('A page below a page', () => {
    it('says so while it waits, when the hub is away, and when there is no such thing', async () => {
      const visitor = await nothing({ role: 'admin', page: 'Records' });
      const { page } = visitor;
      for (const [name, { place, nothing: says }] of Object.entries(places)) {
        const letGo = await holdBack(page);
        await open(visitor, place);
        await visitor.hasText(/^Loading/);
        letGo();
        await visitor.hasText('Tieout cannot be reached');
        await visitor.shot(`place-away-${name.replaceAll(/\W+/g, '-')}`);
        await page.unroute(asked);
        // Each part of a page asks for itself; the first that is answered may take the others with it.
        await page.evaluate(pressAll);
        await visitor.hasText(says);
        await lookAtBoth(visitor, `place-nothing-${name.replaceAll(/\W+/g, '-')}`);
      }
      await visitor.close();
    });

    it('tells whoever may not see it whom to ask', async () => {
      const visitor = await nothing({ role: 'sales', page: 'Records' });
      for (const [name, { asks, refused, place }] of Object.entries(places)) {
        expect([name, refused === null]).toEqual([name, access[asks].roles.length === hostRoles.length]);
        if (refused === null) continue;
        await open(visitor, place);
        await visitor.hasText(refused);
        await lookAtBoth(visitor, `place-refused-${name.replaceAll(/\W+/g, '-')}`);
      }
      await visitor.close();
    });

    it('keeps a thousand rows quick, with the last in reach of the keyboard', async () => {
      const visitor = await nothing({ role: 'admin', page: 'Records' });
      const { page } = visitor;
      for (const [name, { many }] of Object.entries(places)) {
        if (!('list' in many)) continue;
        const rows = Array.from({ length: manyRows }, (_, n) => many.rows(n));
        const answers: Readonly<Record<string, Listed>> = {
          ...many.answers,
          [many.list]: { next: null, ...many.answers[many.list], rows },
        };
        for (const [end, json] of Object.entries(answers))
          await page.route(new RegExp(`/v1/installations/.*/${end}(\\?|$)`), (route) => route.fulfill({ json }));
        await open(visitor, many.place);
        const table = page.getByRole('grid', { name: many.grid });
        await table.getByRole('row').nth(1).focus();
        await page.keyboard.press('End');
        await table.locator(`[aria-rowindex="${manyRows + 1}"]`).waitFor();
        expect(await table.getByRole('row').count()).toBeLessThan(100);
        await lookAtBoth(visitor, `place-many-${name.replaceAll(/\W+/g, '-')}`);
        await page.unrouteAll({ behavior: 'ignoreErrors' });
      }
      await visitor.close();
    });
  });
}
