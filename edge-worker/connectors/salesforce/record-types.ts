// The record types this connector reads and writes, and which fields of each it asks for. Follows from the mapping.
import type { ConnectOptions, EntityMap } from '../connector.ts';
import { maps, ourIdField } from './map.ts';

export interface CarriedType {
  readonly name: string;
  /** Top-level fields to read, in our spelling. */
  readonly fields: readonly string[];
  /** Records below it that travel with it, as the relationship's name and their fields. */
  readonly children: { readonly relationship: string; readonly fields: readonly string[] } | null;
  /** Where the org says of a deleted record into which one it was merged. */
  readonly mergedField: string | null;
  /** False where records are only ever made by the org's own people. */
  readonly canCreate: boolean;
}

const lineItems = {
  relationship: 'OpportunityLineItems',
  fields: ['Id', 'Product2.Name', 'UnitPrice', 'Quantity', 'TotalPrice', 'ServiceDate', 'Description'],
};

/** Fields that say nothing by themselves, and are read with one that says what they are of. */
const readWith: Readonly<Record<string, readonly string[]>> = {
  tieout__Role__c: ['tieout__Rate__c', 'tieout__Hours__c'],
};

/** What is asked of a type: ids and stamp, and the fields that the mapping names. */
function fieldsOf(recordType: string, paths: ConnectOptions<unknown, unknown>['paths']): string[] {
  const named = paths[recordType] ?? ownPathsOf(recordType);
  const own = named.flatMap((path) => (path === lineItems.relationship ? [] : [path, ...(readWith[path] ?? [])]));
  return [...new Set(['Id', 'SystemModstamp', ourIdField, ...own])];
}

function ownPathsOf(recordType: string): readonly string[] {
  return Object.values(maps)
    .filter((map) => map.recordType === recordType)
    .flatMap((map) => [...Object.values<{ readonly at: string }>(map.fields), ...(map.extra ?? [])])
    .map((row) => row.at);
}

export type RecordTypes = ReadonlyMap<string, CarriedType>;

export function recordTypesFor(paths: ConnectOptions<unknown, unknown>['paths']): RecordTypes {
  const types = new Map<string, CarriedType>();
  for (const { recordType: name, canCreate } of Object.values<EntityMap<never>>(maps)) {
    const children = name === 'Opportunity' ? lineItems : null;
    const mergedField = name === 'Account' ? 'MasterRecordId' : null;
    types.set(name, { name, fields: fieldsOf(name, paths), children, mergedField, canCreate });
  }
  return types;
}
