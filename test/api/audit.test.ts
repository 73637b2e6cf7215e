// The audit as people read it: what each row is about stands there under its name, with no id in sight.
import { expect, it } from 'vitest';
import { begunAmong } from '../../edge-worker/api/audit-subjects.ts';
import { answer } from '../../edge-worker/flow/answer.ts';
import { startAnswers } from '../../edge-worker/flow/cause-job.ts';
import { propose } from '../../edge-worker/flow/proposals.ts';
import { recordFor } from '../../edge-worker/platform/record-database.ts';
import { doorOf } from '../support/door.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

interface Audit {
  readonly rows: readonly {
    readonly action: string;
    readonly subject: string;
    readonly on: { readonly is: string; readonly title: string; readonly label: string | null };
  }[];
  readonly names: Readonly<Record<string, { readonly label: string | null }>>;
}

async function firm() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  erp.onWrite = async (writes) =>
    writes.map(() => ({ outcome: 'refused', code: 'rejected', message: 'No', fields: [], vendorCode: null }));
  const names = { a: 'Acme', b: 'Brook', l: 'Acme Ltd' };
  for (const [id, name] of Object.entries(names)) crm.put('client', id, client(name));
  await rig.notice('crm', 'client', 'a', 'b', 'l');
  await rig.pass(1_000);
  const door = doorOf(rig.d1, rig.lane);
  const audit = async () => {
    await rig.pass(1_000);
    await rig.pass(1_000);
    return (await door.get<Audit>('/audit')).body;
  };
  return { rig, crm, audit };
}

it('Exceptions, jobs, drafts, connections and records are called what people call them', async () => {
  const { rig, crm, audit } = await firm();
  const { core } = rig.lane;
  const idOf = (prefix: string) => `${prefix}_${'0'.repeat(26)}`;
  const of = (name: string) => {
    const [row] = rig.rows(`SELECT h.id AS id, h.cause AS cause FROM holds h JOIN entities e ON e.id = h.entity
      WHERE e.canonical ->> 'name' = '${name}'`);
    return { id: String(row?.['id']), cause: String(row?.['cause']) };
  };
  answer(core, of('Acme').id, 'reject', 'dora', 'Not ours');
  const { cause } = of('Brook');
  startAnswers(core, { id: idOf('job'), cause, answer: 'retry', reason: '', owners: null }, 'dora');
  propose(core, { step: 'begin', id: idOf('dra'), title: 'Names in capitals', from: null }, 'ada');
  crm.merge('client', 'a', 'l');
  await rig.notice('crm', 'client', 'l');
  const { rows, names } = await audit();
  const on = (action: string, is: string) => rows.find((row) => row.action === action && row.on.is === is)?.on;
  expect(on('hold-reject', 'exception')).toMatchObject({ title: 'Exception', label: 'Acme: refused' });
  expect(on('job-started', 'job')).toEqual({ is: 'job', title: 'Job', label: 'Retry' });
  expect(on('draft-begun', 'draft')).toMatchObject({ label: 'Names in capitals' });
  expect(on('connection-made', 'connection')).toMatchObject({ title: 'Connection', label: 'erp (erp)' });
  expect(on('installation-founded', 'installation')).toMatchObject({ title: 'Installation', label: null });
  expect(on('merged', 'record')).toEqual({ is: 'record', title: 'Customer', label: 'Acme Ltd' });
  // Whom it was merged into stands in its details.
  expect(Object.values(names).map(({ label }) => label)).toContain('Acme');
});

it('What things were called when they were begun is found by its index', async () => {
  const { rig } = await firm();
  const { text, bound } = recordFor({ RECORD: rig.d1 }, 'ins_1').written(begunAmong(['job_1']));
  const steps = rig.d1.sqlite.db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...bound);
  const plan = steps.map(({ detail }) => String(detail)).filter((one) => one.includes('audit'));
  expect(plan).toEqual([
    expect.stringMatching(/^SEARCH audit USING PRIMARY KEY .*AND seq=\?/),
    expect.stringMatching(/^SEARCH audit USING COVERING INDEX audit_subject .*AND subject=\?/),
  ]);
});
