// Saves in a Salesforce org, run through the package's real flow files: who writes which outbox row, and what is sent.
import { describe, expect, it } from 'vitest';
import { capture } from '../../crm-package/capture.ts';
import { PackageSource } from './crm-package-source.ts';
import { FlowOrg } from './flow-org.ts';
import { Flow, type FlowUser } from './flow-runner.ts';

const source = new PackageSource();
const seller: FlowUser = { id: '0055g00000SELLERAA', permissions: ['View_Status'] };
const hub: FlowUser = { id: '0055g00000HUBHUBAA', permissions: ['Integration_User'] };
const ours = (org: FlowOrg) =>
  org.of('Outbox__c').map((row) => [row['Kind__c'], row['Object_Name__c'], row['Record_Id__c'], row['Actor_Id__c']]);

describe('A save in Salesforce', () => {
  it('of a new deal writes one outbox row and sends one message about it', () => {
    const org = new FlowOrg(source);
    const deal = org.create('Opportunity', { Name: 'Rollout', StageName: 'Prospecting' }, seller);
    expect(ours(org)).toEqual([['CHANGED', 'Opportunity', deal['Id'], seller.id]]);
    expect(org.messages.map(({ name }) => name)).toEqual(['Outbox__c.Tieout_Outbox']);
    expect(org.messages[0]?.fields).toMatchObject({ Kind__c: 'CHANGED', Record_Id__c: deal['Id'] });
  });

  it('that wins a deal, and one that changes what was sold afterwards, each write a row', () => {
    const org = new FlowOrg(source);
    const deal = org.create('Opportunity', { StageName: 'Prospecting', Amount: 100 }, seller);
    const won = org.update('Opportunity', deal, { StageName: 'Closed Won' }, seller);
    org.update('Opportunity', won, { Amount: 120 }, seller);
    expect(ours(org)).toHaveLength(3);
  });

  it('that changes nothing Tieout carries writes no row', () => {
    const org = new FlowOrg(source);
    const deal = org.create('Opportunity', { StageName: 'Prospecting' }, seller);
    org.update('Opportunity', deal, { NextStep: 'Call', ForecastCategoryName: 'Pipeline' }, seller);
    expect(ours(org)).toHaveLength(1);
  });

  it('by the integration user writes no row, and its deletion neither', () => {
    const org = new FlowOrg(source);
    const account = org.create('Account', { Name: 'Acme' }, hub);
    org.update('Account', account, { Phone: '1' }, hub);
    org.delete('Account', account, hub);
    expect(ours(org)).toEqual([]);
    expect(org.messages).toEqual([]);
  });

  it('goes through when the outbox row cannot be written', () => {
    const org = new FlowOrg(source);
    org.broken.set('Outbox__c', 'STORAGE_LIMIT_EXCEEDED');
    const account = org.create('Account', { Name: 'Acme' }, seller);
    org.delete('Account', account, seller);
    expect(org.of('Account')).toEqual([]);
    expect(ours(org)).toEqual([]);
  });

  it('of a line is told as a change of its deal, when it goes too', () => {
    const org = new FlowOrg(source);
    const line = org.create('OpportunityLineItem', { OpportunityId: '0065g00000BBBBBAA4', Quantity: 10 }, seller);
    org.update('OpportunityLineItem', line, { UnitPrice: 150 }, seller);
    org.delete('OpportunityLineItem', line, seller);
    const told = ['CHANGED', 'Opportunity', '0065g00000BBBBBAA4', seller.id];
    expect(ours(org)).toEqual([told, told, told]);
  });

  it('that moves a contact is told to both accounts', () => {
    const org = new FlowOrg(source);
    const contact = org.create('Contact', { LastName: 'Ray', AccountId: 'A' }, seller);
    org.update('Contact', contact, { AccountId: 'B' }, seller);
    expect(ours(org).map(([, , record]) => record)).toEqual(['A', 'B', 'A']);
  });

  it('of a contact without an account writes no row', () => {
    const org = new FlowOrg(source);
    org.create('Contact', { LastName: 'Ray' }, seller);
    expect(ours(org)).toEqual([]);
  });

  for (const { object, partOf, isUsed } of capture) {
    it(`before the deletion of ${object} ${isUsed ? 'says so' : 'says nothing while its flows are off'}`, () => {
      const org = new FlowOrg(source);
      const parent = partOf ? { [partOf.field]: 'PARENT' } : {};
      const record = org.create(object, parent, hub);
      org.delete(object, record, seller);
      const told = partOf
        ? ['CHANGED', partOf.object, 'PARENT', seller.id]
        : ['DELETED', object, record['Id'], seller.id];
      expect(ours(org)).toEqual(isUsed ? [told] : []);
    });
  }
});

describe('The outbox', () => {
  it('refuses to be rewritten', () => {
    const org = new FlowOrg(source);
    const row = org.create('Outbox__c', { Kind__c: 'SYNC_NOW', Record_Id__c: 'X' }, seller);
    expect(() => org.update('Outbox__c', row, { Record_Id__c: 'Y' }, seller)).toThrow('cannot be changed');
  });

  it('takes a username only with a request to connect', () => {
    const org = new FlowOrg(source);
    const username = { Username__c: 'tieout@acme.example' };
    expect(() => org.create('Outbox__c', { Kind__c: 'SYNC_NOW', ...username }, seller)).toThrow('request to connect');
    org.create('Outbox__c', { Kind__c: 'CONNECT', ...username }, seller);
    expect(org.messages.at(-1)?.fields).toMatchObject({ Kind__c: 'CONNECT', ...username });
  });
});

describe('A session row', () => {
  const forged = { Nonce_Hash__c: 'f'.repeat(64), Roles__c: 'viewer admin approver', User_Id__c: 'somebody else' };

  it('says who saved it and which roles they hold, whatever was typed', () => {
    const row = new FlowOrg(source).create('Session__c', forged, seller);
    expect(row).toMatchObject({ Roles__c: 'viewer', User_Id__c: seller.id });
  });

  it('is stamped anew on every later save', () => {
    const org = new FlowOrg(source);
    const row = org.create('Session__c', forged, { id: 'admin', permissions: ['Role_Admin', 'Role_Finance'] });
    expect(row).toMatchObject({ Roles__c: 'viewer admin finance', User_Id__c: 'admin' });
    expect(org.update('Session__c', row, {}, seller)).toMatchObject({ Roles__c: 'viewer', User_Id__c: seller.id });
  });
});

describe('A connection', () => {
  it('is asked for by a person and granted by the hub alone', () => {
    const org = new FlowOrg(source);
    const row = org.create('Connection__c', { State__c: 'pairing' }, seller);
    expect(() => org.update('Connection__c', row, { State__c: 'connected' }, seller)).toThrow('Only Tieout itself');
    expect(org.update('Connection__c', row, { State__c: 'connected' }, hub)).toMatchObject({ State__c: 'connected' });
  });
});

describe('A run of status rows', () => {
  it('publishes one event, which names all its records', () => {
    const org = new FlowOrg(source);
    org.create('Sync_Status__c', { Record_Id__c: 'A', Announces__c: 'A B C' }, hub);
    org.create('Sync_Status__c', { Record_Id__c: 'B' }, hub);
    org.create('Sync_Status__c', { Record_Id__c: 'C' }, hub);
    expect(org.of('Sync_Status_Changed__e')).toMatchObject([{ Record_Id__c: 'A', Record_Ids__c: 'A B C' }]);
  });

  it('is stored even when the event cannot be published', () => {
    const org = new FlowOrg(source);
    org.broken.set('Sync_Status_Changed__e', 'LIMIT_EXCEEDED');
    org.create('Sync_Status__c', { Record_Id__c: 'A', Announces__c: 'A' }, hub);
    expect(org.of('Sync_Status__c')).toHaveLength(1);
  });
});

describe('The flow runner', () => {
  const flow = (parts: Readonly<Record<string, unknown>>, start: Readonly<Record<string, unknown>> = {}) =>
    new Flow('planted', {
      status: 'Active',
      start: { object: 'Account', recordTriggerType: 'Create', ...start },
      ...parts,
    });
  const trigger = { type: 'Account', kind: 'Create', record: {}, prior: null, by: seller } as const;

  it('refuses elements, start conditions and functions that it does not know', () => {
    expect(() => flow({ recordLookups: { name: 'Look' } })).toThrow('recordLookups');
    expect(() => flow({}, { scheduledPaths: {} })).toThrow('scheduledPaths');
    const formula = flow({}, { filterFormula: 'REGEX({!$Record.Name}, "a")' });
    expect(() => formula.startsFor(trigger)).toThrow('REGEX');
  });
});
