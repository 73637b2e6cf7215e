// A system that nobody can call: its work lies at a counter until it is fetched; what it fetched is never forgotten.
import { describe, expect, it } from 'vitest';
import { canonical } from '../../edge-worker/connectors/canonical/index.ts';
import type { Report, Visit, Work } from '../../edge-worker/connectors/mailbox.ts';
import type { Write } from '../../edge-worker/connectors/session.ts';
import { Counter, isWrite, leaseMs } from '../../edge-worker/flow/counter.ts';
import { LaneMailbox } from '../../edge-worker/flow/mailbox.ts';
import { visit } from '../../edge-worker/flow/visits.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';
import { migratedLane } from '../support/migrated.ts';

const settings = { name: 'Ledger in the cellar', kinds: ['customer', 'project', 'resource', 'time', 'invoice'] };
const [second, hour] = [1_000, 3_600_000];

const writeOf = (work: Work): Write => (isWrite(work) ? work : expect.fail('it is to be withdrawn'));

/** A firm whose ERP comes by itself. */
class Cellar {
  readonly crm = new RigSystem();
  readonly rig: LaneRig;

  constructor() {
    const session = () =>
      canonical.connect({
        ...{ account: 'erp', environment: 'production', settings, secrets: {}, paths: {} },
        mailbox: this.rig.lane.core.mailbox('erp'),
        nowMs: () => this.rig.nowMs,
        fetch: () => Promise.reject(new Error('nobody calls it')),
        tokens: { get: () => Promise.reject(new Error('it has none')), drop: () => undefined },
      });
    const erp = {
      system: { session },
      connector: canonical,
      roles: ['erp'],
      settings,
      feeds: canonical.feeds,
    } as const;
    this.rig = new LaneRig({ crm: { system: this.crm, roles: ['crm'] }, erp });
  }

  async sign(id: string, name: string, phone = '1'): Promise<void> {
    this.crm.put('client', id, client(name, phone));
    await this.rig.notice('crm', 'client', id);
  }

  async #comes(asked: Exclude<Visit, { verb: 'records' }>) {
    const { core } = this.rig.lane;
    const connection = core.wiring.connections.get('erp') ?? expect.fail('it is connected');
    const answer = await visit(core, connection, asked);
    await this.rig.settle();
    return answer;
  }

  async fetches(): Promise<readonly Write[]> {
    const answer = await this.#comes({ verb: 'work', limit: 100, waitMs: 0 });
    return answer.verb === 'work' ? answer.work.map(writeOf) : expect.fail(answer.verb);
  }

  async reports(write: Write, result: Partial<Report['result']> = {}): Promise<readonly string[]> {
    const applied = { outcome: 'applied', created: true, recordId: `E${write.externalId.slice(-3)}`, wire: null };
    const report = { work: write.stamp, externalId: write.externalId, result: { ...applied, ...result } } as Report;
    const answer = await this.#comes({ verb: 'receipts', reports: [report] });
    await this.rig.pass(second);
    return answer.verb === 'receipts' ? answer.unknown : expect.fail(answer.verb);
  }

  async tells(recordId: string, wire: Record<string, unknown> | null, externalId: string | null = null): Promise<void> {
    this.rig.lane.accept(
      'erp',
      `d${recordId}`,
      [],
      ['records'],
      [{ recordType: 'customer', recordId, externalId, wire, isWithdrawn: false }],
    );
    await this.rig.settle();
  }

  get commands(): unknown[] {
    return this.rig.rows('SELECT state FROM commands').map((row) => row['state']);
  }

  get links(): unknown[] {
    return this.rig.rows("SELECT record_id FROM links WHERE connection = 'erp'").map((row) => row['record_id']);
  }
}

describe('Work for a system that fetches it', () => {
  it('waits at the cost of a row every few minutes, is handed over once, and is done when it is reported', async () => {
    const cellar = new Cellar();
    await cellar.sign('a', 'Acme');
    // What was flushed is kept in the archive, and let go of here, after a minute.
    await cellar.rig.pass(second);
    await cellar.rig.pass(61 * second);
    const rows = cellar.rig.storage.rowsWritten;
    for (let minute = 0; minute < 60; minute++) await cellar.rig.pass(60 * second);
    expect(cellar.rig.storage.rowsWritten - rows).toBeLessThan(20);
    expect([cellar.commands, cellar.rig.rows('SELECT * FROM attempts')]).toEqual([['due'], []]);

    const [write, ...others] = await cellar.fetches();
    expect(write).toMatchObject({ recordType: 'customer', recordId: null, wire: { name: 'Acme' } });
    expect(others).toEqual([]);
    expect(await cellar.fetches()).toEqual([]);
    expect(await cellar.reports(write as Write)).toEqual([]);
    expect([cellar.commands, cellar.links]).toEqual([[], [`E${write?.externalId.slice(-3)}`]]);
  });

  it('is always as it is newest: what changed while nobody came is not fetched as it was', async () => {
    const cellar = new Cellar();
    await cellar.sign('a', 'Acme', '1');
    await cellar.rig.pass(60 * second);
    await cellar.sign('a', 'Acme', '2');
    await cellar.rig.pass(60 * second);
    expect((await cellar.fetches()).map(({ wire }) => wire['phone'])).toEqual(['2']);
  });

  it('that was fetched and not reported is in doubt, and found in what the system tells', async () => {
    const cellar = new Cellar();
    await cellar.sign('a', 'Acme');
    const [write] = await cellar.fetches();
    await cellar.rig.pass(leaseMs + second);
    expect(cellar.commands).toEqual(['uncertain']);
    await cellar.tells('E9', { ...write?.wire }, write?.externalId);
    await cellar.rig.pass(60 * second);
    expect([cellar.commands, cellar.links]).toEqual([[], ['E9']]);
  });

  it('that was fetched and is never heard of again is offered once more, under the same key', async () => {
    const cellar = new Cellar();
    await cellar.sign('a', 'Acme');
    const [first] = await cellar.fetches();
    await cellar.rig.pass(leaseMs + second);
    for (let minute = 0; minute < 8; minute++) await cellar.rig.pass(60 * second);
    const [again] = await cellar.fetches();
    expect(again?.externalId).toBe(first?.externalId);
    // The first report comes at last: it is not out any more, and the system is told so.
    expect(await cellar.reports({ ...(first as Write), stamp: 'of-long-ago' })).toEqual(['of-long-ago']);
  });

  it('is done when the system tells the record it made, although its report was lost', async () => {
    const cellar = new Cellar();
    await cellar.sign('a', 'Acme');
    const [write] = await cellar.fetches();
    await cellar.tells('E9', { ...write?.wire }, write?.externalId);
    await cellar.rig.pass(second);
    expect([cellar.commands, cellar.links]).toEqual([[], ['E9']]);
  });

  it('survives a restart: what lay here lies here again, what was out is looked for', async () => {
    const cellar = new Cellar();
    await cellar.sign('a', 'Acme');
    await cellar.rig.restart();
    expect(cellar.commands).toEqual(['due']);
    const [write] = await cellar.fetches();
    await cellar.rig.restart();
    expect(cellar.commands).toEqual(['uncertain']);
    await cellar.tells('E9', { ...write?.wire }, write?.externalId);
    await cellar.rig.pass(60 * second);
    expect([cellar.commands, cellar.links]).toEqual([[], ['E9']]);
  });

  it('that is refused waits for its owner with the words of the system', async () => {
    const cellar = new Cellar();
    await cellar.sign('a', 'Acme');
    const [write] = await cellar.fetches();
    const refused = {
      outcome: 'refused',
      code: 'rejected',
      message: 'The period is closed',
      fields: ['name'],
    } as const;
    await cellar.reports(write as Write, { ...refused, vendorCode: null });
    const [hold] = cellar.rig.rows('SELECT owner, code, params FROM holds');
    expect(hold).toMatchObject({ owner: 'finance', code: 'refused' });
    expect(String(hold?.['params'])).toContain('The period is closed');
  });

  it('that nobody fetches for four hours is made known to a person, until somebody comes', async () => {
    const cellar = new Cellar();
    await cellar.sign('a', 'Acme');
    for (let quarter = 0; quarter < 15; quarter++) await cellar.rig.pass(hour / 4);
    expect(cellar.rig.held()).toEqual([]);
    for (let quarter = 0; quarter < 3; quarter++) await cellar.rig.pass(hour / 4);
    expect(cellar.rig.rows('SELECT code, owner FROM holds')).toEqual([{ code: 'not-fetched', owner: 'integration' }]);
    expect(await cellar.fetches()).toHaveLength(1);
    expect(cellar.rig.held()).toEqual([]);
  });
});

describe('A record that the system tells', () => {
  it('is read like any other: linked, compared, and what its owner says is written again', async () => {
    const cellar = new Cellar();
    await cellar.sign('a', 'Acme', '1');
    const [write] = await cellar.fetches();
    await cellar.reports(write as Write);
    const id = String(cellar.links[0]);
    await cellar.tells(id, { ...write?.wire, phone: '999' }, write?.externalId);
    await cellar.rig.pass(second);
    expect((await cellar.fetches()).map(({ recordId, wire }) => [recordId, wire['phone']])).toEqual([[id, '1']]);
  });

  it('and tells again unchanged is no news', async () => {
    const cellar = new Cellar();
    await cellar.tells('E1', { name: 'Beta' });
    const before = cellar.rig.rows('SELECT seq FROM mailbox_records');
    await cellar.tells('E1', { name: 'Beta' });
    expect(cellar.rig.rows('SELECT seq FROM mailbox_records')).toEqual(before);
  });

  it('and deletes is somebody’s decision, like a deletion anywhere', async () => {
    const cellar = new Cellar();
    await cellar.sign('a', 'Acme');
    const [write] = await cellar.fetches();
    await cellar.reports(write as Write);
    await cellar.tells(String(cellar.links[0]), null);
    await cellar.rig.pass(second);
    await cellar.rig.pass(125 * second);
    expect(cellar.rig.held()).toEqual(['target-gone']);
  });
});

describe('A record that is to be taken back', () => {
  const withdrawal = { recordType: 'time', recordId: 'T1', externalId: 'tim_1', stamp: 'cmd_1' };
  const wire = { hours: '7.5' };

  /** It holds the record, and the withdrawal is out with it. */
  async function fetched() {
    const counter = new Counter(() => 0);
    const mailbox = new LaneMailbox(migratedLane().storage, 'erp', counter, () => 0);
    mailbox.tell([{ recordType: 'time', recordId: 'T1', externalId: 'tim_1', wire, isWithdrawn: false }]);
    const outcome = mailbox.withdraw([withdrawal]);
    expect(counter.take(1, () => undefined)).toEqual([withdrawal]);
    const report = (result: Report['result']) => mailbox.report([{ work: 'cmd_1', externalId: 'tim_1', result }]);
    const kept = async () => (await mailbox.read([withdrawal]))[0];
    return { mailbox, outcome, report, kept };
  }

  it('is kept as withdrawn when the system reports it, and counts again when it saves or tells it', async () => {
    const { mailbox, outcome, report, kept } = await fetched();
    expect(report({ outcome: 'withdrawn', wire: null })).toEqual([]);
    const [result] = await outcome;
    expect(result).toMatchObject({ outcome: 'withdrawn', snapshot: { recordId: 'T1', isWithdrawn: true, wire } });
    expect(await kept()).toMatchObject({ found: 'here', snapshot: { isWithdrawn: true } });
    mailbox.tell([{ recordType: 'time', recordId: 'T1', externalId: 'tim_1', wire, isWithdrawn: false }]);
    expect(await kept()).toMatchObject({ found: 'here', snapshot: { isWithdrawn: false, wire } });
  });

  it('stays as it was told when the system has billed it', async () => {
    const { outcome, report, kept } = await fetched();
    const before = await kept();
    report({ outcome: 'billed', message: 'It is on R-1007', vendorCode: null });
    expect(await outcome).toEqual([{ outcome: 'billed', message: 'It is on R-1007', vendorCode: null }]);
    expect(await kept()).toEqual(before);
  });

  it('is refused by a program that knows no withdrawals and says that it has saved it', async () => {
    const { outcome, report, kept } = await fetched();
    const before = await kept();
    report({ outcome: 'applied', created: false, recordId: 'T1', wire: {} });
    expect(await outcome).toMatchObject([{ outcome: 'refused', code: 'rejected' }]);
    expect(await kept()).toEqual(before);
  });
});
