// What the built SuiteApp does at each save of an account, whoever saves and by which door.
import { beforeEach, describe, expect, test } from 'vitest';
import { Office, projectPage } from './office.ts';
import { integrationRole, outboxType, suiteAppWith } from './suiteapp.ts';

let office: Office;
let job: string;

beforeEach(() => {
  office = new Office();
  ({ job } = office);
});

const recordsNoted = () => office.outbox().map((row) => row['custrecord_tieout_ob_recid']);

describe('A save', () => {
  test('writes one outbox row in at most ten units, by a user who may not see the outbox', () => {
    office.save('job', job, { comments: 'x' }, { context: 'CSVIMPORT' });
    expect(office.outbox()).toMatchObject([
      {
        custrecord_tieout_ob_rectype: 'job',
        custrecord_tieout_ob_recid: job,
        custrecord_tieout_ob_event: 'changed',
        custrecord_tieout_ob_at: '2026-11-22T10:00:00.000Z',
        custrecord_tieout_ob_sent: false,
        custrecord_tieout_ob_tries: '0',
      },
    ]);
    expect(office.runs()).toMatchObject([{ script: 'customscript_tieout_ue_outbox', entry: 'afterSubmit', units: 6 }]);
    expect(office.problems()).toEqual([]);
  });

  test.each(['USERINTERFACE', 'CSVIMPORT', 'RESTWEBSERVICES', 'RESTLET', 'MAPREDUCE', 'WORKFLOW', 'CUSTOMMASSUPDATE'])(
    'is noted in the context %s',
    (context) => {
      office.save('customer', office.customer, { phone: context }, { context });
      expect(office.outbox()).toHaveLength(1);
    },
  );

  test('through REST web services is noted, and says nothing when it carries our new stamp', async () => {
    await office.record('PATCH', `job/${job}`, { comments: 'ours', custentity_tieout_rev: 'rev-1' });
    expect(office.outbox()).toHaveLength(0);
    await office.record('PATCH', `job/${job}`, { comments: 'of a colleague', custentity_tieout_rev: 'rev-1' });
    expect(office.outbox()).toHaveLength(1);
  });

  test('that wrote our stamp is ours; the next save of the same record by anybody is news', () => {
    office.save('job', job, { custentity_tieout_rev: 'rev-1' }, { context: 'RESTLET', role: integrationRole });
    expect(office.outbox()).toHaveLength(0);
    office.save('job', job, { comments: 'mine' }, { context: 'RESTLET', role: integrationRole });
    office.save('job', job, { comments: 'inline' }, { event: 'xedit' });
    expect(office.outbox()).toHaveLength(2);
  });

  test.each(['approve', 'reject', 'cancel'])('by the action %s is noted as a change', (event) => {
    office.save('job', job, { comments: event }, { event });
    expect(office.outbox()).toMatchObject([{ custrecord_tieout_ob_event: 'changed' }]);
  });

  test('of an approval is noted for the time entry, and for the timesheet with every entry in it', () => {
    const entry = { employee: office.employee, customer: job, tranDate: '2026-11-20', hours: '2' };
    const sheet = office.standIn.create('timesheet', { employee: office.employee, startDate: '2026-11-16' });
    const time = office.standIn.create('timebill', entry);
    office.clearOutbox();
    office.standIn.act('approve-time', { id: time });
    expect(recordsNoted()).toEqual([time]);
    office.clearOutbox();
    office.standIn.act('reject-timesheet', { id: sheet });
    expect(recordsNoted()).toEqual([sheet, time]);
  });

  test('of a copy is news, although its page held the stamp of the original', async () => {
    office.save('job', job, { custentity_tieout_rev: 'rev-1' }, { context: 'RESTLET' });
    const page = projectPage(job, '&cp=T');
    const { text } = await office.page(page);
    const held = [...text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)">/g)];
    const form = Object.fromEntries(held.map(([, name = '', value = '']) => [name, value]));
    expect(form['custentity_tieout_rev']).toBe('');
    await office.page(page, undefined, { ...form, companyname: 'Copy' });
    const copy = office.standIn.rows('job').at(-1);
    expect(copy).toMatchObject({ companyname: 'Copy' });
    expect(recordsNoted()).toEqual([copy?.id]);
  });

  test('stands when the outbox cannot be written, and the problem is logged', () => {
    office.standIn.act('set-permission', { permission: outboxType, level: 'NONE', role: integrationRole });
    expect(() => office.save('job', job, { comments: 'saved' })).not.toThrow();
    expect(office.row('job', job)['comments']).toBe('saved');
    expect(office.problems()).toMatchObject([{ title: 'Tieout: outbox' }]);
  });

  test('asks for a flush at most once a minute, and only from the user interface', async () => {
    for (let save = 0; save < 3; save++) office.save('job', job, { comments: String(save) });
    const asked = { script: 'customscript_tieout_mr_flush', deploy: 'customdeploy_tieout_mr_flush_od' };
    expect(office.submitted()).toEqual([asked]);
    expect(office.runs().map(({ units }) => units)).toEqual([28, 7, 7]);
    await office.runSubmitted();
    office.nowMs += 60_000;
    office.save('job', job, { comments: 'import' }, { context: 'CSVIMPORT' });
    expect(office.submitted()).toHaveLength(0);
    office.save('job', job, { comments: 'later' });
    expect(office.submitted()).toEqual([asked]);
  });

  test('of five thousand imported rows never asks for a flush and never stops', () => {
    for (let row = 0; row < 5000; row++) {
      office.save('customer', office.customer, { phone: String(row) }, { context: 'CSVIMPORT' });
    }
    expect(office.outbox()).toHaveLength(5000);
    expect(office.submitted()).toHaveLength(0);
  });

  test('deleting a record is noted with its id', () => {
    office.standIn.remove('job', job);
    expect(office.outbox()).toMatchObject([{ custrecord_tieout_ob_event: 'deleted', custrecord_tieout_ob_recid: job }]);
  });
});

describe('The event subscriber', () => {
  /** A package of somebody else, whose user event changes the project when the customer is saved. */
  const theirs = new Map([
    ['manifest.xml', '<manifest><projectname>Theirs</projectname></manifest>'],
    [
      'Objects/customscript_theirs.xml',
      `<usereventscript scriptid="customscript_theirs"><name>Theirs</name>
<scriptfile>[/SuiteScripts/theirs.js]</scriptfile><scriptdeployments><scriptdeployment scriptid="customdeploy_theirs">
<isdeployed>T</isdeployed><recordtype>CUSTOMER</recordtype></scriptdeployment></scriptdeployments></usereventscript>`,
    ],
    [
      'FileCabinet/SuiteScripts/theirs.js',
      `/** @NApiVersion 2.1
 * @NScriptType UserEventScript */
define(['N/record'], (record) => ({ afterSubmit: ({ newRecord }) => {
  record.submitFields({ type: 'job', id: newRecord.getValue('comments'), values: { comments: 'x' } });
} }));`,
    ],
  ]);
  const saveByTheirs = async () => {
    office.save('customer', office.customer, { comments: job });
    await office.standIn.act('run-submitted', {});
  };

  test('is no part of the package unless it is asked for', async () => {
    office.standIn.install?.(theirs);
    await saveByTheirs();
    expect(recordsNoted()).toEqual([office.customer]);
  });

  test('notes saves that run no user event, and nothing that waits already', async () => {
    office.standIn.install?.(theirs);
    office.standIn.install?.(await suiteAppWith(['event-subscriber']));
    await saveByTheirs();
    expect(recordsNoted()).toEqual([office.customer, job]);
    await saveByTheirs();
    expect(recordsNoted()).toEqual([office.customer, job, office.customer]);
    expect(office.problems()).toEqual([]);
  });
});
