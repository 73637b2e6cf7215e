// The built SuiteApp in an account: what people save, open and press, and what the hub hears and answers.
import { beforeEach, describe, expect, test } from 'vitest';
import { type Account, integrationRole } from './account.ts';
import { openFirm } from './connected.ts';

let account: Account;
let ids: { readonly customer: string; readonly job: string };

const outbox = () => account.rows('customrecord_tieout_outbox');
const problems = () => account.logged.filter(({ level }) => level === 'error');

beforeEach(async () => {
  const firm = await openFirm();
  account = firm.account;
  ids = firm;
});

describe('A save', () => {
  test('writes one outbox row in at most ten units, by a user who may not see the outbox', () => {
    account.save('job', ids.job, { comments: 'x' }, { context: 'CSVIMPORT' });
    expect(outbox()).toMatchObject([
      {
        custrecord_tieout_ob_rectype: 'job',
        custrecord_tieout_ob_recid: ids.job,
        custrecord_tieout_ob_event: 'changed',
        custrecord_tieout_ob_at: '2026-11-22T10:00:00.000Z',
        custrecord_tieout_ob_sent: false,
        custrecord_tieout_ob_tries: '0',
      },
    ]);
    expect(account.spent).toEqual([{ file: 'tieout_ue_outbox.js', entry: 'afterSubmit', units: 6 }]);
    expect(problems()).toEqual([]);
  });

  test.each(['USERINTERFACE', 'CSVIMPORT', 'RESTWEBSERVICES', 'RESTLET', 'MAPREDUCE', 'WORKFLOW', 'CUSTOMMASSUPDATE'])(
    'is noted in the context %s',
    (context) => {
      account.save('customer', ids.customer, { phone: context }, { context });
      expect(outbox()).toHaveLength(1);
    },
  );

  test('that wrote our stamp is ours; the next save of the same record by anybody is news', () => {
    account.save('job', ids.job, { custentity_tieout_rev: 'rev-1' }, { context: 'RESTLET', role: integrationRole });
    expect(outbox()).toHaveLength(0);
    account.save('job', ids.job, { comments: 'mine' }, { context: 'RESTLET', role: integrationRole });
    account.save('job', ids.job, { comments: 'inline' }, { event: 'xedit' });
    expect(outbox()).toHaveLength(2);
  });

  test.each(['approve', 'reject', 'cancel'])('by the action %s is noted as a change', (event) => {
    account.save('job', ids.job, { comments: event }, { event });
    expect(outbox()).toMatchObject([{ custrecord_tieout_ob_event: 'changed' }]);
  });

  test('of a copy is news, although the copy arrives with the stamp of the original', () => {
    account.save('job', ids.job, { custentity_tieout_rev: 'rev-1' }, { context: 'RESTLET' });
    const { values } = account.page('job', ids.job, 'copy');
    const { entityid, ...typed } = values;
    expect(typed['custentity_tieout_rev']).toBeNull();
    const copy = account.save('job', null, { ...typed, companyname: 'Copy' });
    expect(outbox()).toMatchObject([{ custrecord_tieout_ob_recid: copy }]);
  });

  test('stands when the outbox cannot be written, and the problem is logged', () => {
    account.books.type('customrecord_tieout_outbox').fields.clear();
    expect(() => account.save('job', ids.job, { comments: 'saved' })).not.toThrow();
    expect(account.books.store.get('job', ids.job)?.values['comments']).toBe('saved');
    expect(problems()).toMatchObject([{ title: 'Tieout: outbox' }]);
  });

  test('asks for a flush at most once a minute, and only from the user interface', () => {
    for (let save = 0; save < 3; save++) account.save('job', ids.job, { comments: String(save) });
    expect(account.queued).toEqual([
      { script: 'customscript_tieout_mr_flush', deployment: 'customdeploy_tieout_mr_flush_od' },
    ]);
    expect(account.spent.map(({ units }) => units)).toEqual([28, 7, 7]);
    account.queued.length = 0;
    account.nowMs += 60_000;
    account.save('job', ids.job, { comments: 'import' }, { context: 'CSVIMPORT' });
    expect(account.queued).toHaveLength(0);
    account.save('job', ids.job, { comments: 'later' });
    expect(account.queued).toHaveLength(1);
  });

  test('of five thousand imported rows never asks for a flush and never stops', () => {
    for (let row = 0; row < 5000; row++)
      account.save('customer', ids.customer, { phone: String(row) }, { context: 'CSVIMPORT' });
    expect(outbox()).toHaveLength(5000);
    expect(account.queued).toHaveLength(0);
  });

  test('deleting a record is noted with its id', () => {
    account.remove('job', ids.job);
    expect(outbox()).toMatchObject([{ custrecord_tieout_ob_event: 'deleted', custrecord_tieout_ob_recid: ids.job }]);
  });
});
