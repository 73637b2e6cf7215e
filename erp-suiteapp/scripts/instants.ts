// Instants between SuiteQL and the wire. SuiteQL writes times in a zone of its own, so one row whose true instant is
// known tells how far that zone is off. UNVERIFIED: that all tables are written in the same zone.
import * as record from 'N/record';
import { readSettings, settingType } from './settings.ts';
import { select } from './suiteql.ts';

const mask = 'YYYY-MM-DD HH24:MI:SS';
const quarterHourMs = 900_000;

export const shownAs = (column: string) => `TO_CHAR(${column}, '${mask}')`;
export const asked = `TO_TIMESTAMP(?, '${mask}')`;

export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** 22 units. */
export function zoneOffsetMs(): number {
  const id = readSettings()?.id;
  if (id === undefined) return 0;
  const [row] = select(`SELECT ${shownAs('lastmodified')} AS stamp FROM ${settingType} WHERE id = ?`, [Number(id)]);
  const known = record.load({ type: settingType, id }).getValue({ fieldId: 'lastmodified' });
  if (row === undefined || !(known instanceof Date)) return 0;
  const offMs = Date.parse(`${(row['stamp'] ?? '').replace(' ', 'T')}Z`) - known.getTime();
  return Number.isNaN(offMs) ? 0 : Math.round(offMs / quarterHourMs) * quarterHourMs;
}

/** `2026-11-22 10:15:00` in the zone of SuiteQL -> the instant. */
export function fromSql(text: string, offsetMs: number): string {
  return isoSeconds(Date.parse(`${text.replace(' ', 'T')}Z`) - offsetMs);
}

export function toSql(ms: number, offsetMs: number): string {
  return new Date(ms + offsetMs).toISOString().slice(0, 19).replace('T', ' ');
}
