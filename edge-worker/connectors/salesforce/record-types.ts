// The record types this connector reads and writes, and which fields of each it asks for. Follows from the maps.
import { maps, ourIdField } from './map.ts';

export interface CarriedType {
  readonly name: string;
  /** Top-level fields to read, in our spelling. */
  readonly fields: readonly string[];
  /** Records below it that travel with it, as the relationship's name and their fields. */
  readonly children: { readonly relationship: string; readonly fields: readonly string[] } | null;
  /** False where records are only ever made by the org's own people. */
  readonly canCreate: boolean;
}

const lineItems = {
  relationship: 'OpportunityLineItems',
  fields: ['Id', 'Product2.Name', 'UnitPrice', 'Quantity', 'Description'],
};

function fieldsOf(recordType: string): string[] {
  const paths = Object.values(maps)
    .filter((map) => map.recordType === recordType)
    .flatMap((map) => [...Object.values<{ readonly at: string }>(map.fields), ...(map.extra ?? [])])
    .map((row) => row.at);
  const own = paths.filter((path) => path !== lineItems.relationship);
  return [...new Set(['Id', 'SystemModstamp', ourIdField, ...own])];
}

const carried: readonly CarriedType[] = [
  { name: 'Account', fields: fieldsOf('Account'), children: null, canCreate: true },
  { name: 'Opportunity', fields: fieldsOf('Opportunity'), children: lineItems, canCreate: false },
  { name: 'tieout__Invoice__c', fields: fieldsOf('tieout__Invoice__c'), children: null, canCreate: true },
];

export const recordTypes: ReadonlyMap<string, CarriedType> = new Map(carried.map((type) => [type.name, type]));
