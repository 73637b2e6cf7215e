// Story: hundreds of hours wait for one cause. They are told as one, looked after, put off, answered by whoever owns
// them and nobody else, at once by a job; what is mended elsewhere closes by itself.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Api, apiClient, must } from '../../edge-worker/console/client.ts';
import type { HostRole } from '../../shared/host-roles.ts';
import { type Hub, startHub } from '../support/hub.ts';
import { Operator } from '../support/operator.ts';
import { Pair } from '../support/pair.ts';
import { until } from '../support/people.ts';
import { freePort } from '../support/serve.ts';

/** TIEOUT_HOLDS=5000 measures the figure of the design. */
const many = Number(process.env['TIEOUT_HOLDS'] ?? '300');
const state = mkdtempSync(join(tmpdir(), 'tieout-exceptions-'));
let hub: Hub;
let pair: Pair;
let delivery: Api;
let finance: Api;
let viewer: Api;
const entries: string[] = [];

beforeAll(async () => {
  hub = await startHub({ port: await freePort(), state });
  pair = await Pair.start(new Operator(hub.url, hub.operatorKey));
  [delivery, finance, viewer] = [await signIn('delivery'), await signIn('finance'), await signIn('viewer')];
  await submit(many);
  await until('all of them held', async () => (await causes())[0]?.open === many, 120_000);
  // The lane counts them; lists are D1's, which hears of the last of them later.
  await until('all of them listed', async () => (await list(viewer, { limit: 1_000 })).rows.length === many);
});

afterAll(async () => {
  await pair?.close();
  await hub?.close();
  rmSync(state, { recursive: true, force: true });
});

async function signIn(role: HostRole): Promise<Api> {
  const response = await fetch(`${hub.url}/v1/development/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      installation: pair.installation.id,
      roles: [role],
      user: role,
      name: `Somebody in ${role}`,
    }),
  });
  return apiClient(hub.url, ((await response.json()) as { token: string }).token);
}

/** Hours that their manager has not approved yet. */
async function submit(count: number): Promise<void> {
  const made = Array.from({ length: count }, () => pair.log(`Entry ${entries.push('')}`, '1', 'submitted'));
  for (let start = 0; start < made.length; start += 100) {
    await pair.sender.send(made.slice(start, start + 100).map((record) => ({ type: 'hours', record })));
  }
}

const operatorFetch = (address: string) =>
  fetch(`${hub.url}/v1${address}`, { headers: { authorization: `Bearer ${hub.operatorKey}` } });

/** What the verifier that we ship says of these lines. */
function verify(lines: readonly string[], key: string): string {
  const file = join(state, 'audit.ndjson');
  writeFileSync(file, `${lines.join('\n')}\n`);
  const { stdout, stderr } = spawnSync(process.execPath, ['docs/verify-audit.mjs', file, '--key', key], {
    encoding: 'utf8',
  });
  return stdout + stderr;
}

const path = () => ({ installation: pair.installation.id });
const causes = async () =>
  (await must(delivery.GET('/installations/{installation}/causes', { params: { path: path() } }))).rows;
const list = (api: Api, query: Readonly<Record<string, string | number>> = {}) =>
  must(api.GET('/installations/{installation}/exceptions', { params: { path: path(), query } }));

it('What waits for one cause is one line: how many, whose, since when, and what may be done', async () => {
  const [cause, ...others] = await causes();
  expect(others).toEqual([]);
  expect(cause).toMatchObject({
    control: 'unapproved-time',
    owner: 'delivery',
    open: many,
    overdue: 0,
    kinds: ['time'],
  });
  expect(cause?.words.title).toBe('Time is not approved');
  expect(cause?.actions.map(({ action }) => action)).toEqual(['retry', 'reject']);
  expect(cause?.amounts.map(({ currency }) => currency)).toEqual(['EUR']);
  const shown = await must(viewer.GET('/installations/{installation}/causes', { params: { path: path() } }));
  expect(shown.rows[0]).toMatchObject({ open: many, actions: [] });
});

it('The list comes in pages, each exception once, and can be narrowed', async () => {
  const seen: string[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const page: Awaited<ReturnType<typeof list>> = await list(viewer, { limit: 120, ...(after !== '' && { after }) });
    seen.push(...page.rows.map((row) => row.id));
    after = page.next;
  }
  expect(new Set(seen).size).toBe(many);
  expect(seen).toHaveLength(many);
  expect((await list(viewer, { owner: 'finance' })).rows).toEqual([]);
});

it('One is read in full: the record in every system, what failed in words, what may be done by whom', async () => {
  const [first] = (await list(delivery, { limit: 1 })).rows;
  const params = { path: { ...path(), exception: first?.id ?? '' } };
  const read = (api: Api) => must(api.GET('/installations/{installation}/exceptions/{exception}', { params }));
  const full = await read(delivery);
  expect(full.label).toMatch(/^2026-11-03, 1 h, Entry \d+$/);
  expect(full.words.text).toContain('The time of 2026-11-03, 1 h');
  expect(full.record).toMatchObject({ hours: '1', approval: 'submitted' });
  expect(full.systems.map(({ connection, state }) => [connection, state])).toContainEqual(['target', 'held']);
  expect(full.actions.map(({ action, needsReason }) => [action, needsReason])).toEqual([
    ['retry', false],
    ['reject', false],
  ]);
  expect((await read(finance)).actions).toEqual([]);
});

it('Only its owner answers: finance may not let through what delivery has to say', async () => {
  const [first] = (await list(delivery, { limit: 1 })).rows;
  const params = { path: { ...path(), exception: first?.id ?? '', answer: 'reject' as const } };
  const body = { reason: '', by: 'delivery' };
  const address = '/installations/{installation}/exceptions/{exception}/{answer}';
  const refused = await finance.POST(address, { params, body });
  expect([refused.response.status, refused.error?.type]).toEqual([403, 'not-allowed']);
  const group = { path: { ...path(), cause: first?.cause ?? '', answer: 'reject' as const } };
  const all = await finance.POST('/installations/{installation}/causes/{cause}/{answer}', { params: group, body });
  expect([all.response.status, all.error?.type]).toEqual([403, 'not-allowed']);
  expect((await viewer.POST(address, { params, body })).response.status).toBe(403);
});

it('Somebody looks after it, or puts it off: then it leaves the list until its time', async () => {
  const [first] = (await list(delivery, { limit: 1 })).rows;
  const params = { path: { ...path(), exception: first?.id ?? '' } };
  await must(delivery.PUT('/installations/{installation}/exceptions/{exception}/assignee', { params, body: {} }));
  const mine = (await list(delivery, { assignee: 'Somebody in delivery (development delivery)' })).rows;
  expect(mine.map((row) => row.id)).toEqual([first?.id]);
  expect((await list(delivery, { assignee: '', limit: 1000 })).rows.some((row) => row.id === first?.id)).toBe(false);
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const body = { until: later, reason: 'Ines is away until noon' };
  await must(delivery.PUT('/installations/{installation}/exceptions/{exception}/snooze', { params, body }));
  expect((await list(delivery, { snoozed: 'only' })).rows.map((row) => row.snoozedUntil)).toEqual([later]);
  expect((await list(delivery, { limit: 1 })).rows[0]?.id).not.toBe(first?.id);
  expect((await causes())[0]).toMatchObject({ open: many, snoozed: 1, unassigned: many - 1 });
  const back = { until: null, reason: '' };
  await must(delivery.PUT('/installations/{installation}/exceptions/{exception}/snooze', { params, body: back }));
  expect((await list(delivery, { snoozed: 'only' })).rows).toEqual([]);
});

it('What was mended where it is kept closes by itself, and what comes anew joins its group', async () => {
  const mended = pair.source.rows('hours').find((row) => row['approval'] === 'submitted')?.id ?? '';
  pair.source.update('hours', mended, { approval: 'approved' });
  await pair.sender.send([{ type: 'hours', record: mended }]);
  await until('one less', async () => (await causes())[0]?.open === many - 1);
  await submit(1);
  await until('one more', async () => (await causes())[0]?.open === many);
  expect(await causes()).toHaveLength(1);
});

it('One answer is given to all of a cause, as a job that says how far it is', async () => {
  const cause = (await causes())[0]?.cause ?? '';
  const params = { path: { ...path(), cause, answer: 'reject' as const }, header: { 'Idempotency-Key': 'not-worked' } };
  const body = { reason: 'These hours were not worked' };
  const address = '/installations/{installation}/causes/{cause}/{answer}';
  const started = await must(delivery.POST(address, { params, body }));
  expect(started.total).toBe(many);
  const again = await must(delivery.POST(address, { params, body }));
  expect(again.job).toBe(started.job);
  const job = await until('the job', async () => {
    const read = { params: { path: { ...path(), job: started.job } } };
    const found = await must(delivery.GET('/installations/{installation}/jobs/{job}', read));
    return found.state === 'done' && found;
  });
  if (many >= 5_000) console.log(`from ${job.startedAt} to ${job.endedAt}`);
  expect(job).toMatchObject({ done: many, failed: 0, problem: null });
  await pair.installation.settled(120_000);
  expect(await causes()).toEqual([]);
  const closed = (await list(viewer, { state: 'closed', cause, limit: 1000 })).rows;
  expect(closed.filter((row) => row.reason === body.reason).length).toBeGreaterThanOrEqual(Math.min(many, 900));
  expect(pair.target.rows('hours')).toHaveLength(1);
});

it('All of it is in the audit, which proves offline that nothing was altered, removed or cut off', async () => {
  const params = { path: path(), query: { action: 'hold-reject', by: 'somebody in DELIVERY', limit: 10 } };
  const found = await must(finance.GET('/installations/{installation}/audit', { params }));
  expect(found.rows).toHaveLength(10);
  expect(found.rows[0]).toMatchObject({ action: 'hold-reject', detail: { reason: 'These hours were not worked' } });
  await hub.sweep();
  const lines = await until('the head of the day', async () => {
    const exported = await operatorFetch(`/installations/${pair.installation.id}/audit/export`);
    const all = (await exported.text()).trim().split('\n');
    return all.filter((line) => line.includes('"is":"head"')).length === 2 && all;
  });
  const { publicKey } = (await (await operatorFetch('/audit-key')).json()) as { publicKey: string };
  expect(verify(lines, publicKey)).toMatch(/^\d+ rows, unbroken, signed 2 times/);
  const rows = lines.flatMap((line, index) => (line.includes('"is":"row"') ? [index] : []));
  const middle = rows[Math.floor(rows.length / 2)] ?? 0;
  const last = rows.at(-1) ?? 0;
  const altered = lines.map((line, index) => (index === middle ? line.replace('not worked', 'worked') : line));
  expect(verify(altered, publicKey)).toContain('was altered');
  expect(verify(lines.toSpliced(middle, 1), publicKey)).toContain('is missing');
  expect(verify(lines.toSpliced(last, 1), publicKey)).toContain('were cut off');
  expect(verify(lines.slice(0, last + 1), publicKey)).toContain('The end of the file was cut off'.slice(4));
  expect(verify(lines, Buffer.alloc(32, 7).toString('base64url'))).toContain('is not signed by this key');
});

it('A job on a cause that nothing waits for is refused, and says so', async () => {
  const params = { path: { ...path(), cause: 'nothing', answer: 'retry' as const } };
  const { error } = await delivery.POST('/installations/{installation}/causes/{cause}/{answer}', {
    params,
    body: { reason: '' },
  });
  expect(error).toMatchObject({ type: 'nothing-waits', status: 409 });
});

it('A column that is renamed in mid-run stops its record type there; what waits goes out once it fits', async () => {
  pair.target.arm({ how: 'schema-change', detail: 'hours.text:remark', times: null });
  await pair.logAndTell('Before anybody knew');
  const admin = await signIn('admin');
  const stopped = async () => (await list(admin, { control: 'schema-changed' })).rows;
  const hold = await until('the stop', async () => (await stopped())[0], 60_000);
  expect(hold).toMatchObject({ owner: 'integration', connection: 'target' });
  expect(hold.words.text).toContain('text is gone');
  await pair.logAndTell('While it is stopped');
  const client = pair.sign('Quayside Logistics');
  await pair.sender.send([{ type: 'client', record: client }]);
  await until('what is not touched', () =>
    pair.target.rows('client').some((row) => row['display_name'] === 'Quayside Logistics'),
  );
  expect(pair.hoursInTarget('While it is stopped')).toEqual([]);
  pair.target.disarm();
  const params = { path: { ...path(), exception: hold.id, answer: 'retry' as const } };
  const body = { reason: 'The column has its name back', by: 'admin' };
  await must(admin.POST('/installations/{installation}/exceptions/{exception}/{answer}', { params, body }));
  await until('what waited', () => pair.hoursInTarget('While it is stopped').length === 1, 60_000);
  expect(await stopped()).toEqual([]);
});
