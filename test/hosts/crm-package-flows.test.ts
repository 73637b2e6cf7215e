// Saves in a Salesforce org that has the package: which rows its real flows write, what is sent, what is refused.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { capture } from '../../crm-package/capture.ts';
import { salesforceOrg } from '../../edge-worker/connectors/salesforce/stand-in.ts';
import type { StandIn } from '../../edge-worker/connectors/stand-in.ts';
import { Clock, chanceOf } from '../support/options.ts';

const seller = 'anna.sales';
const hub = 'integration';
const dealValues = { Name: 'Rollout', StageName: 'Prospecting', CloseDate: '2026-11-30' };

interface Org extends StandIn {
  readonly sent: string[];
}

function open(namespace = '', packageFolder?: string): Org {
  const clock = new Clock();
  const sent: string[] = [];
  const standIn = salesforceOrg({ namespace, environment: 'production', ...(packageFolder && { packageFolder }) })({
    baseUrl: 'https://acme.example',
    nowMs: clock.nowMs,
    chance: chanceOf(7),
    sleep: async (ms) => clock.advance(ms),
    send: async (request) => {
      sent.push(await request.text());
      return new Response(null, { status: 503 });
    },
  });
  standIn.subscribe({ url: 'https://hub.example' });
  return Object.assign(standIn, { sent });
}

const told = (org: StandIn, namespace = '') =>
  org
    .rows('Outbox__c')
    .map((row) => ['Kind__c', 'Object_Name__c', 'Record_Id__c', 'Actor_Id__c'].map((name) => row[namespace + name]));
const userId = (org: StandIn, alias: string) =>
  org.rows('User').find((row) => String(row['Username']).startsWith(alias))?.id;

describe.each(['tieout__', ''])('A save in Salesforce, where the package is named "%s"', (namespace) => {
  it('of a new deal writes one outbox row and sends one message about it', async () => {
    const org = open(namespace);
    const deal = org.create('Opportunity', dealValues);
    expect(told(org, namespace)).toEqual([['CHANGED', 'Opportunity', deal, userId(org, seller)]]);
    await org.deliver();
    expect(org.sent).toHaveLength(1);
    expect(org.sent[0]).toContain(`<sf:${namespace}Record_Id__c>${deal}</sf:${namespace}Record_Id__c>`);
    expect(org.sent[0]).not.toContain('Rollout');
  });

  it('that wins a deal, and one that changes what was sold afterwards, each write a row', () => {
    const org = open(namespace);
    const deal = org.create('Opportunity', { ...dealValues, Amount: 100 });
    org.act('win', { id: deal });
    org.update('Opportunity', deal, { Amount: 120 });
    org.update('Opportunity', deal, { Purchase_Order__c: 'PO-1' });
    expect(told(org, namespace)).toHaveLength(4);
  });

  it('by the integration user writes no row, and its deletion neither', () => {
    const org = open(namespace);
    const account = org.create('Account', { Name: 'Acme' }, hub);
    org.update('Account', account, { Phone: '1' }, hub);
    org.remove('Account', account, hub);
    expect(told(org, namespace)).toEqual([]);
  });
});

describe('A save in Salesforce', () => {
  it('that changes nothing Tieout carries writes no row', () => {
    const org = open();
    const deal = org.create('Opportunity', dealValues);
    org.update('Opportunity', deal, { NextStep: 'Call', Name: 'Rollout' });
    expect(told(org)).toHaveLength(1);
  });

  it('goes through when the outbox row cannot be written, and so does a deletion', () => {
    const org = open();
    org.act('fill', { type: 'Outbox__c' });
    const account = org.create('Account', { Name: 'Acme' });
    org.update('Account', account, { Name: 'Acme & Sons' });
    expect(org.rows('Account')).toMatchObject([{ Name: 'Acme & Sons' }]);
    org.remove('Account', account);
    expect(org.rows('Account')).toEqual([]);
    expect(told(org)).toEqual([]);
  });

  it('of a line is told as a change of its deal, when it goes too', () => {
    const org = open();
    const deal = org.create('Opportunity', dealValues, hub);
    const line = org.create('OpportunityLineItem', { OpportunityId: deal, Quantity: 10, UnitPrice: 100 });
    org.update('OpportunityLineItem', line, { UnitPrice: 150 });
    org.remove('OpportunityLineItem', line);
    const row = ['CHANGED', 'Opportunity', deal, userId(org, seller)];
    expect(told(org)).toEqual([row, row, row]);
  });

  it('that moves a contact is told to both accounts', () => {
    const org = open();
    const [from, to] = ['A', 'B'].map((Name) => org.create('Account', { Name }, hub));
    const contact = org.create('Contact', { LastName: 'Ray', AccountId: from });
    org.update('Contact', contact, { AccountId: to });
    expect(told(org).map(([, , record]) => record)).toEqual([from, to, from]);
  });

  it('of a contact without an account writes no row', () => {
    const org = open();
    org.create('Contact', { LastName: 'Ray' });
    expect(told(org)).toEqual([]);
  });

  it('is not noticed by a flow that an admin has switched off, and is again once it is on', () => {
    const org = open();
    org.act('switchFlow', { flow: 'Tieout_Account_Saved', active: false });
    org.create('Account', { Name: 'Acme' });
    org.act('switchFlow', { flow: 'Tieout_Account_Saved', active: true });
    const second = org.create('Account', { Name: 'Bolt' });
    expect(told(org).map(([, , record]) => record)).toEqual([second]);
  });

  for (const { object, partOf, isUsed } of capture) {
    const examples: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
      Account: { Name: 'Acme' },
      Change_Order__c: { Name: 'Second warehouse' },
      Contact: { LastName: 'Ray' },
      Contract: {},
      Opportunity: dealValues,
      OpportunityLineItem: { Quantity: 1, UnitPrice: 1 },
      Order: { EffectiveDate: '2026-11-30' },
    };

    const make = (org: Org) => {
      const account = org.create('Account', { Name: 'Parent' }, hub);
      const deal = org.create('Opportunity', { ...dealValues, AccountId: account }, hub);
      const isLine = object === 'OpportunityLineItem';
      const isAlone = object === 'Account' || object === 'Change_Order__c';
      const parent = isLine ? { OpportunityId: deal } : isAlone ? {} : { AccountId: account };
      const record = org.create(object, { ...examples[object], ...parent }, hub);
      return { record, subject: partOf ? (isLine ? deal : account) : record };
    };

    it(`before the deletion of ${object} ${isUsed ? 'says so' : 'says nothing while its flows are off'}`, () => {
      const org = open();
      const { record, subject } = make(org);
      org.remove(object, record);
      const row = [partOf ? 'CHANGED' : 'DELETED', partOf?.object ?? object, subject, userId(org, seller)];
      expect(told(org)).toEqual(isUsed ? [row] : []);
    });

    it(`of ${object} counts by each field that is captured`, () => {
      const org = open();
      for (const moment of ['Saved', 'Deleted'])
        org.act('switchFlow', { flow: `Tieout_${object.replace('__c', '')}_${moment}`, active: true });
      const { record } = make(org);
      for (const field of row(object).fields) {
        const before = told(org).length;
        org.update(object, record, { [field]: valueFor(org, field) });
        expect([field, told(org).length > before]).toEqual([field, true]);
      }
    });
  }
});

const row = (object: string) => capture.find((one) => one.object === object) ?? { fields: [] };

/** Something else than what stands there. */
function valueFor(org: StandIn, field: string): unknown {
  if (field === 'AccountId' || field === 'ParentId') return org.create('Account', { Name: 'Another' }, hub);
  if (field === 'Product2Id') return org.create('Product2', { Name: 'Senior' }, hub);
  if (field === 'Opportunity__c') return org.create('Opportunity', dealValues, hub);
  if (/Date|_On__c|New_End__c|Revenue_(Start|End)|Billing_From/.test(field)) return '2027-01-04';
  if (/Amount|Quantity|UnitPrice|ContractTerm|Purchase_Order_(Limit|Raise)|Rate__c|Hours__c/.test(field)) return 7;
  const choices: Readonly<Record<string, string>> = {
    StageName: 'Qualification',
    Status: 'Activated',
    Status__c: 'approved',
    Email: 'ray@acme.example',
    Billing_Mode__c: 'psa',
    Pricing_Model__c: 'milestone',
    Payment_Terms__c: 'NET30',
  };
  return choices[field] ?? 'Something else';
}

describe('The outbox', () => {
  it('refuses to be rewritten', () => {
    const org = open();
    const id = org.create('Outbox__c', { Kind__c: 'SYNC_NOW', Record_Id__c: 'X' });
    expect(() => org.update('Outbox__c', id, { Record_Id__c: 'Y' })).toThrow('Outbox rows cannot be changed.');
  });

  it('takes a username only with a request to connect', async () => {
    const org = open();
    const username = { Username__c: 'tieout@acme.example' };
    expect(() => org.create('Outbox__c', { Kind__c: 'SYNC_NOW', ...username })).toThrow('request to connect');
    org.create('Outbox__c', { Kind__c: 'CONNECT', ...username });
    await org.deliver();
    expect(org.sent[0]).toContain('<sf:Username__c>tieout@acme.example</sf:Username__c>');
  });
});

describe('A session row', () => {
  const forged = { Nonce_Hash__c: 'f'.repeat(64), Roles__c: 'viewer admin approver', User_Id__c: 'somebody else' };
  const assign = (org: StandIn, user: string, set: string) =>
    org.create('PermissionSetAssignment', {
      AssigneeId: org.act('setUser', { user }),
      PermissionSetId: org.rows('PermissionSet').find((one) => one['Name'] === set)?.id,
    });

  it('says who saved it and which roles they hold, whatever was typed', () => {
    const org = open();
    org.create('Session__c', forged);
    expect(org.rows('Session__c')).toMatchObject([{ Roles__c: 'viewer', User_Id__c: userId(org, seller) }]);
  });

  it('is stamped anew on every later save', () => {
    const org = open();
    assign(org, 'ada.admin', 'Tieout_Admin');
    const id = org.create('Session__c', forged);
    expect(org.rows('Session__c')).toMatchObject([{ Roles__c: 'viewer admin', User_Id__c: userId(org, 'ada') }]);
    org.update('Session__c', id, { Roles__c: 'viewer admin' }, seller);
    expect(org.rows('Session__c')).toMatchObject([{ Roles__c: 'viewer', User_Id__c: userId(org, seller) }]);
  });
});

describe('A connection', () => {
  it('is asked for by a person and granted by the hub alone', () => {
    const org = open();
    const id = org.create('Connection__c', { State__c: 'pairing' });
    expect(() => org.update('Connection__c', id, { State__c: 'connected' })).toThrow('Only Tieout itself');
    org.update('Connection__c', id, { State__c: 'connected' }, hub);
    expect(org.rows('Connection__c')).toMatchObject([{ State__c: 'connected' }]);
  });
});

describe('A run of status rows', () => {
  const status = (ref: string, more: Readonly<Record<string, unknown>> = {}) => ({
    Sync_Ref__c: `${ref}:netsuite`,
    Record_Id__c: ref,
    ...more,
  });

  it('publishes one event, which names all its records', () => {
    const org = open();
    org.create('Sync_Status__c', status('A', { Announces__c: 'A B C' }), hub);
    org.create('Sync_Status__c', status('B'), hub);
    org.create('Sync_Status__c', status('C'), hub);
    expect(org.rows('Sync_Status_Changed__e')).toMatchObject([{ Record_Id__c: 'A', Record_Ids__c: 'A B C' }]);
  });

  it('is stored even when the event cannot be published', () => {
    const org = open();
    org.act('fill', { type: 'Sync_Status_Changed__e' });
    org.create('Sync_Status__c', status('A', { Announces__c: 'A' }), hub);
    expect(org.rows('Sync_Status__c')).toHaveLength(1);
    expect(org.rows('Sync_Status_Changed__e')).toEqual([]);
  });
});

describe('An org', () => {
  const start = (more: string) =>
    `<start><object>Account</object><recordTriggerType>Create</recordTriggerType>${more}</start>`;
  const planted = (parts: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'tieout-package-'));
    mkdirSync(join(folder, 'flows'));
    const xml = `<?xml version="1.0"?>\n<Flow><status>Active</status>${parts}</Flow>`;
    writeFileSync(join(folder, 'flows/Planted.flow-meta.xml'), xml);
    return () => open('', folder);
  };
  const afterSave = '<triggerType>RecordAfterSave</triggerType>';
  const formula = (text: string) => start(`${afterSave}<filterFormula>${text}</filterFormula>`);

  it('refuses to install flows with elements, moments, functions or names that it does not know', () => {
    expect(planted(`<recordLookups><name>Look</name></recordLookups>${start(afterSave)}`)).toThrow('recordLookups');
    expect(planted(start(`${afterSave}<scheduledPaths/>`))).toThrow('scheduledPaths');
    expect(planted(start('<triggerType>Scheduled</triggerType>'))).toThrow('Scheduled');
    expect(planted(formula('REGEX({!$Record.Name}, "a")'))).toThrow('REGEX');
    expect(planted(formula('ISBLANK({!$Record.Nmae})'))).toThrow('Account has no field Nmae');
    expect(planted(formula('ISBLANK({!$Record.Name}) OR TRUE'))).toThrow('unexpected OR');
  });

  it('works without the package, too', () => {
    const bare = salesforceOrg({ namespace: '', environment: 'production', packageFolder: null })({
      baseUrl: 'https://acme.example',
      nowMs: () => 0,
      chance: () => 0,
      sleep: async () => {},
      send: async () => new Response(null),
    });
    bare.create('Account', { Name: 'Acme' });
    expect(bare.types()).not.toContain('Outbox__c');
  });
});
