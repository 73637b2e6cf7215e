// Status rows: what record pages show. One per record and system, so that writing it twice leaves one.
import * as record from 'N/record';
import { isJson, type Json, optionalTextIn, textIn } from './asked.ts';
import { isoSeconds } from './instants.ts';
import { marks, select } from './suiteql.ts';
import { wrongKind } from './values.ts';

export const statusType = 'customrecord_tieout_status';
export const statusField = (name: string) => `custrecord_tieout_st_${name}`;

const texts = ['system', 'state', 'reason', 'link', 'owner'] as const;
const instants = ['last', 'next'] as const;
const json = ['params', 'amounts', 'timeline'] as const;
const idsPerQuestion = 500;

export type StatusRow = Readonly<Record<string, string>>;

export const statusKey = (type: string, id: string, system: string) => `${type}-${id}-${system}`;

/** Field -> text; what is empty is written as '', so that an older value goes. */
export function statusRow(given: Json): StatusRow {
  textIn(given, 'system');
  textIn(given, 'state');
  const row: Record<string, string> = {};
  for (const name of texts) row[statusField(name)] = optionalTextIn(given, name) ?? '';
  for (const name of instants) row[statusField(name)] = instantIn(given, name);
  for (const name of json) {
    const value = given[name] ?? null;
    const isStructure = isJson(value) || Array.isArray(value);
    row[statusField(name)] = isStructure ? JSON.stringify(value) : (optionalTextIn(given, name) ?? '');
  }
  return row;
}

function instantIn(given: Json, name: string): string {
  const text = optionalTextIn(given, name);
  if (text === null || text === '') return '';
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw wrongKind(statusField(name), 'date and time in ISO 8601');
  return isoSeconds(ms);
}

/** Key -> id of the rows that are there. 10 units for each 500 keys. */
export function knownRows(keys: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < keys.length; at += idsPerQuestion) {
    const part = keys.slice(at, at + idsPerQuestion);
    const text = `SELECT id, externalid FROM ${statusType} WHERE externalid IN (${marks(part)})`;
    for (const row of select(text, part)) found.set(row['externalid'] ?? '', row['id'] ?? '');
  }
  return found;
}

/** 2 units for a row that is there, 6 for a new one; which is known from then on. */
export function saveStatus(type: string, id: string, row: StatusRow, known: Map<string, string>): void {
  const key = statusKey(type, id, row[statusField('system')] ?? '');
  const values = { ...row, [statusField('rectype')]: type, [statusField('recid')]: id };
  const knownId = known.get(key);
  if (knownId !== undefined) {
    record.submitFields({ type: statusType, id: knownId, values });
    return;
  }
  const made = record.create({ type: statusType });
  made.setValue({ fieldId: 'externalid', value: key });
  for (const [fieldId, value] of Object.entries(values)) made.setValue({ fieldId, value });
  known.set(key, String(made.save()));
}
