// Asks Tieout for something. An outbox row may only ask for a read, so any user may write one.
import CONNECTION from '@salesforce/schema/Connection__c';
import OUTBOX from '@salesforce/schema/Outbox__c';
import ACTOR from '@salesforce/schema/Outbox__c.Actor_Id__c';
import KIND from '@salesforce/schema/Outbox__c.Kind__c';
import OBJECT_NAME from '@salesforce/schema/Outbox__c.Object_Name__c';
import RECORD from '@salesforce/schema/Outbox__c.Record_Id__c';
import USERNAME from '@salesforce/schema/Outbox__c.Username__c';
import userId from '@salesforce/user/Id';
import { createRecord } from 'lightning/uiRecordApi';

const ask = (kind, recordType, recordId, more = {}) =>
  createRecord({
    apiName: OUTBOX.objectApiName,
    fields: {
      [KIND.fieldApiName]: kind,
      [OBJECT_NAME.fieldApiName]: recordType,
      [RECORD.fieldApiName]: recordId,
      [ACTOR.fieldApiName]: userId,
      ...more,
    },
  });

export const askToSync = (recordType, recordId) => ask('SYNC_NOW', recordType, recordId);

export const askToCheck = (recordType, recordId) => ask('CHECK', recordType, recordId);

export const askToConnect = (connectionId, username) =>
  ask('CONNECT', CONNECTION.objectApiName, connectionId, { [USERNAME.fieldApiName]: username });
