// What a record page in the org shows about the other systems: our status rows, keyed by record and system.
import { instantText } from '../../../shared/dates.ts';
import type { StatusResult, StatusToShow } from '../connector.ts';
import { collectionMax, type SalesforceRest, type SObject } from '../kits/salesforce-rest.ts';
import { refusalOf } from '../kits/salesforce-rest-faults.ts';
import { id18 } from '../kits/salesforce-rest-values.ts';
import type { Dialect } from './dialect.ts';

export const statusType = 'tieout__Sync_Status__c';
const keyField = 'tieout__Sync_Ref__c';
const announcesField = 'tieout__Announces__c';
/** As many ids of 18 characters as its 255 hold. */
const announcedMax = 13;
const announcesAll = '*';
/** Reasons of one check that fit into the field of parameters, however long their texts are. */
const reasonsMax = 25;

/**
 * Upserts only. One row of a call announces all its records, and a flow of the package publishes that once: pages that
 * wait for something read again, and a push per row would use up the org's allowance.
 */
export async function showStatuses(
  rest: SalesforceRest,
  dialect: Dialect,
  statuses: readonly StatusToShow[],
): Promise<readonly StatusResult[]> {
  // A key twice in one call is an error there; the later status is the truer one.
  const rows = new Map<string, SObject>();
  for (const status of statuses) {
    const key = keyOf(status);
    if (key !== null) rows.set(key, dialect.outgoing(rowOf(key, status)));
  }
  // The last one, so that whoever hears of it finds all the others saved.
  const last = [...rows].at(-1);
  if (last) rows.set(last[0], { ...last[1], [dialect.theirs(announcesField)]: announcementOf(statuses) });
  const outcomes = new Map<string, StatusResult>();
  const keys = [...rows.keys()];
  for (let start = 0; start < keys.length; start += collectionMax) {
    const lot = keys.slice(start, start + collectionMax);
    const saved = await rest.upsert(
      dialect.theirs(statusType),
      dialect.theirs(keyField),
      lot.map((key) => rows.get(key)!),
    );
    saved.forEach((row, position) => {
      const message = row.ok ? null : (refusalOf(row.errors, null)?.message ?? 'Not tried');
      outcomes.set(lot[position]!, message === null ? { outcome: 'applied' } : { outcome: 'refused', message });
    });
  }
  return statuses.map((status) => {
    const outcome = outcomes.get(keyOf(status) ?? '');
    return outcome ?? { outcome: 'refused', message: `${status.recordId} is no record id` };
  });
}

function keyOf({ recordId, status }: StatusToShow): string | null {
  const id = id18(recordId);
  return id === null ? null : `${id}:${status.system}`;
}

function rowOf(key: string, { recordId, status }: StatusToShow): SObject {
  return {
    [keyField]: key,
    tieout__Record_Id__c: id18(recordId),
    tieout__Target_System__c: status.system,
    tieout__Status__c: status.state,
    tieout__Reason__c: status.reason,
    tieout__Params__c: paramsOf(status),
    tieout__External_Ref__c: status.counterpart,
    tieout__Link__c: status.link,
    tieout__Last_Synced__c: instantOrNull(status.lastMs),
    tieout__Next_Attempt__c: instantOrNull(status.nextMs),
    tieout__Owner__c: status.owner,
    tieout__Amounts__c: jsonOrNull(status.amounts),
    // What an earlier run said here is taken back, or it would be said again.
    [announcesField]: null,
  };
}

function announcementOf(statuses: readonly StatusToShow[]): string {
  const ids = [...new Set(statuses.flatMap(({ recordId }) => id18(recordId) ?? []))];
  return ids.length <= announcedMax ? ids.join(' ') : announcesAll;
}

/** The answer to a check carries its reasons in the place of the parameters of one. */
function paramsOf({ params, reasons }: StatusToShow['status']): string | null {
  return reasons ? JSON.stringify({ reasons: reasons.slice(0, reasonsMax) }) : jsonOrNull(params);
}

function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instantText(ms);
}

function jsonOrNull(value: Readonly<Record<string, string>> | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
