// How the SuiteApp tells the hub: signed batches, what each answer means, restarts, rotation, and the hourly sweep.
import { beforeEach, describe, expect, test } from 'vitest';
import { readEnvelope } from '../../shared/wire/envelope.ts';
import type { Account } from './account.ts';
import { connect, hook, isSigned, openFirm } from './connected.ts';
import { runFlush, runSweep } from './runs.ts';

let account: Account;
let job: string;

const outbox = () => account.rows('customrecord_tieout_outbox');
const unsent = () => outbox().filter((row) => row['custrecord_tieout_ob_sent'] !== true);
const setting = (): Readonly<Record<string, unknown>> => account.rows('customrecord_tieout_setting')[0] ?? {};
const edit = (times: number) => {
  for (let save = 0; save < times; save++)
    account.save('job', job, { comments: String(save) }, { context: 'CSVIMPORT' });
};
const deliveries = () => account.requests.map(({ body }) => String(JSON.parse(body).delivery));
const noticesIn = (body: string) => {
  const read = readEnvelope(JSON.parse(body));
  return read.ok ? read.envelope.notices : [];
};

beforeEach(async () => {
  ({ account, job } = await openFirm());
  connect(account);
});

describe('A flush', () => {
  test('sends what waits in signed envelopes of at most a hundred, and marks the rows', () => {
    edit(230);
    runFlush(account);
    expect(account.requests.map(({ body }) => noticesIn(body).length)).toEqual([100, 100, 30]);
    expect(account.requests.every((request) => request.url === hook && isSigned(request))).toBe(true);
    expect(JSON.parse(account.requests[0]?.body ?? '')).toMatchObject({
      v: 1,
      installation: 'ins_01J00000000000000000000000',
      system: 'netsuite',
      account: '1234567_SB1',
      environment: 'sandbox',
    });
    expect(noticesIn(account.requests[0]?.body ?? '')[0]).toMatchObject({ type: 'job', record: job, kind: 'changed' });
    expect(unsent()).toHaveLength(0);
    const units = account.spent.filter(({ entry }) => entry === 'map').map((run) => run.units);
    expect(Math.max(...units)).toBeLessThanOrEqual(300);
  });

  test('has nothing to do without a connection, and sends nothing', () => {
    connect(account, { state: '' });
    edit(3);
    expect(runFlush(account)).toBe(0);
    expect(account.requests).toEqual([]);
  });

  test('takes a known batch for sent', () => {
    account.answer = () => ({ code: 409, headers: {}, body: '' });
    edit(1);
    runFlush(account);
    expect(unsent()).toHaveLength(0);
  });

  test.each([
    ['is busy', { code: 503, headers: {}, body: '' }],
    ['asks for patience', { code: 429, headers: { 'rEtry-aFter': '60' }, body: '' }],
    ['does not know the key', { code: 401, headers: {}, body: '' }],
  ])('leaves the rows when the hub %s, goes no further, and sends the same batch after the pause', (_, answer) => {
    account.answer = () => answer;
    edit(150);
    runFlush(account);
    expect(account.requests).toHaveLength(1);
    expect(unsent()).toHaveLength(150);
    expect(outbox()[0]?.['custrecord_tieout_ob_tries']).toBe('1');
    expect(setting()['custrecord_tieout_se_problem']).toContain(String(answer.code));
    expect(runFlush(account)).toBe(0);
    account.nowMs += 61_000;
    account.answer = () => ({ code: 202, headers: {}, body: '' });
    runFlush(account);
    expect(unsent()).toHaveLength(0);
    expect(deliveries()[1]).toBe(deliveries()[0]);
    expect(setting()['custrecord_tieout_se_problem'] ?? null).toBeNull();
  });

  test('bears a hub that cannot be reached', () => {
    account.answer = () => {
      throw new Error('SSS_REQUEST_TIME_EXCEEDED');
    };
    edit(1);
    expect(() => runFlush(account)).not.toThrow();
    expect(unsent()).toHaveLength(1);
  });

  test('stops for good when the installation has ended, and people go on saving', () => {
    account.answer = () => ({ code: 410, headers: {}, body: '' });
    edit(150);
    runFlush(account);
    expect(account.requests).toHaveLength(1);
    expect(setting()['custrecord_tieout_se_state']).toBe('ended');
    account.nowMs += 3_600_000;
    edit(1);
    expect(runFlush(account)).toBe(0);
    expect(unsent()).toHaveLength(151);
  });

  test('run again after a crash sends the same delivery, so that the hub knows it', () => {
    edit(100);
    runFlush(account, 'customdeploy_tieout_mr_flush', { restartAt: 0 });
    expect(new Set(deliveries()).size).toBe(1);
    expect(unsent()).toHaveLength(0);
  });

  test('carries a signature of both keys while one rotates', () => {
    connect(account, { key2: 'guid-of-the-next' });
    account.secrets.set('guid-of-the-next', { value: 'another-key', scripts: null });
    edit(1);
    runFlush(account);
    const [request] = account.requests;
    expect(request && [isSigned(request), isSigned(request, 'another-key')]).toEqual([true, true]);
  });

  test('says hello with an empty batch until a signature was accepted once', () => {
    connect(account, { proven: '' });
    runFlush(account);
    expect(account.requests.map(({ body }) => noticesIn(body).length)).toEqual([0]);
    expect(setting()['custrecord_tieout_se_proven']).toBe('2026-11-22T10:00:00.000Z');
    runFlush(account);
    expect(account.requests).toHaveLength(1);
  });

  test('asked for by a save sends within the minute', () => {
    account.save('job', job, { comments: 'by hand' });
    const [task] = account.queued;
    runFlush(account, task?.deployment);
    expect(unsent()).toHaveLength(0);
    expect(account.queued).toEqual([]);
  });
});

describe('The sweep', () => {
  test('notes a deletion that no script saw, once', () => {
    const entry = account.books.store.get('job', job);
    if (entry) account.books.store.remove(account.books.type('job'), entry, account.nowMs);
    runSweep(account);
    runSweep(account);
    expect(outbox()).toMatchObject([{ custrecord_tieout_ob_event: 'deleted', custrecord_tieout_ob_recid: job }]);
  });

  test('adds nothing to a deletion that was noted', () => {
    account.remove('job', job);
    runSweep(account);
    expect(outbox()).toHaveLength(1);
  });

  test('clears rows sent a week ago and never one that waits', () => {
    edit(2500);
    runFlush(account);
    edit(1);
    account.nowMs += 8 * 86_400_000;
    runSweep(account);
    expect(outbox().length).toBeLessThan(700);
    runSweep(account);
    expect(outbox().filter((row) => row['custrecord_tieout_ob_sent'] === true)).toHaveLength(0);
    expect(unsent().length).toBeGreaterThan(0);
    expect(account.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
