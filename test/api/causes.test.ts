// What waits, by cause: however many causes there are and however much waits for one, all of it is listed to its end,
// and one answer reaches all of it.
import { expect, it } from 'vitest';
import { startAnswers } from '../../edge-worker/flow/cause-job.ts';
import { jobOf } from '../../edge-worker/flow/job-book.ts';
import { doorOf } from '../support/door.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}
interface Cause {
  readonly cause: string;
  readonly open: number;
}
type Causes = Page<Cause> & { readonly total: { readonly causes: number; readonly open: number } };

/** Customers that the ledger refuses, each with the complaint that stands in its phone. */
async function refused(phones: readonly string[]) {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  erp.onWrite = async (writes) =>
    writes.map(({ wire }) => ({
      ...{ outcome: 'refused', code: 'rejected', message: `It lacks ${wire['phone']}`, fields: [], vendorCode: null },
    }));
  phones.forEach((phone, at) => {
    crm.put('client', `c${at}`, client(`Customer ${at}`, phone));
  });
  await rig.notice('crm', 'client', ...phones.map((_, at) => `c${at}`));
  const held = () => Number(rig.rows('SELECT count(*) AS n FROM holds')[0]?.['n']);
  for (let turn = 0; turn < 100 && held() < phones.length; turn++) await rig.pass(1_000);
  await rig.pass(1_000);
  const door = doorOf(rig.d1, rig.lane);
  const pages = async <Row>(path: string, limit: number) => {
    const found: Page<Row>[] = [];
    for (let next: string | null = ''; next !== null; next = found.at(-1)?.next ?? null) {
      const { status, body } = await door.get<Page<Row>>(`${path}&limit=${limit}${next && `&after=${next}`}`);
      expect(status).toBe(200);
      found.push(body);
    }
    return found;
  };
  return { rig, door, held, pages };
}

it('Causes are told page by page, the largest first, each once, and how many there are with each page', async () => {
  const { pages, door } = await refused(['tax', 'tax', 'tax', 'terms', 'terms', 'city', 'street', 'mail']);
  const found = await pages<Cause>('/causes?', 2);
  expect(found.map(({ rows }) => rows.map(({ open }) => open))).toEqual([[3, 2], [1, 1], [1]]);
  const causes = found.flatMap(({ rows }) => rows.map(({ cause }) => cause));
  expect(new Set(causes).size).toBe(5);
  expect(found.map((page) => (page as Causes).total)).toEqual(Array(3).fill({ causes: 5, open: 8 }));
  const { body } = await door.get<Causes>(`/causes?cause=${causes[1]}`);
  expect([body.rows.map(({ cause, open }) => [cause, open]), body.next]).toEqual([[[causes[1], 2]], null]);
  expect(body.total).toEqual({ causes: 1, open: 2 });
  expect((await door.get<Causes>('/causes?owner=nobody')).body.total).toEqual({ causes: 0, open: 0 });
});

it('More than a thousand of one cause are read to their end, and one answer reaches every one of them', async () => {
  const many = 1_100;
  const { rig, door, held, pages } = await refused(Array.from({ length: many }, () => 'tax'));
  const { body } = await door.get<Causes>('/causes?');
  const cause = body.rows[0]?.cause ?? '';
  expect(body.total).toEqual({ causes: 1, open: many });
  const found = await pages<{ readonly id: string }>(`/exceptions?cause=${cause}`, 500);
  expect(found.map(({ rows }) => rows.length)).toEqual([500, 500, 100]);
  expect(new Set(found.flatMap(({ rows }) => rows.map(({ id }) => id))).size).toBe(many);
  const answer = { id: 'job_1', cause, answer: 'reject', reason: 'Not ours', owners: null } as const;
  expect(startAnswers(rig.lane.core, answer, 'dora').total).toBe(many);
  for (let turn = 0; turn < 100 && jobOf(rig.lane.core, 'job_1')?.state === 'running'; turn++) await rig.pass(1_000);
  expect(jobOf(rig.lane.core, 'job_1')).toMatchObject({ state: 'done', done: many, failed: 0 });
  expect(held()).toBe(0);
  await rig.pass(1_000);
  expect((await door.get<Causes>('/causes?')).body.total).toEqual({ causes: 0, open: 0 });
});
