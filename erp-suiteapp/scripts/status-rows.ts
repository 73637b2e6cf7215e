// Status rows: what record pages show. One per record and system, so that writing it twice leaves one.
import * as record from 'N/record';
import { isJson, type Json, optionalTextIn, textIn } from './asked.ts';
import { nowMs } from './clock.ts';
import { isoSeconds } from './instants.ts';
import { marks, select } from './suiteql.ts';
import { wrongKind } from './values.ts';

export const statusType = 'customrecord_tieout_status';
export const statusField = (name: string) => `custrecord_tieout_st_${name}`;

const texts = ['system', 'state', 'reason', 'link', 'owner'] as const;
const instants = ['last', 'next'] as const;
const json = ['params', 'amounts'] as const;
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

/** One moment of a row's past: when it began to say something else. */
interface Step {
  readonly at: string;
  readonly state: string;
  readonly reason: string;
  readonly params: string;
}

const stepsMax = 10;

/** A row that is there, with what it says now. */
interface KnownRow extends Omit<Step, 'at'> {
  readonly id: string;
  readonly timeline: string;
}

export type KnownRows = Map<string, KnownRow>;

const columns = ['state', 'reason', 'params', 'timeline'] as const;
const selected = columns.map((name) => `${statusField(name)} AS row_${name}`).join(', ');

/** By key. 10 units for each 500 keys. */
export function knownRows(keys: readonly string[]): KnownRows {
  const found: KnownRows = new Map();
  for (let at = 0; at < keys.length; at += idsPerQuestion) {
    const part = keys.slice(at, at + idsPerQuestion);
    const text = `SELECT id, externalid, ${selected} FROM ${statusType} WHERE externalid IN (${marks(part)})`;
    for (const row of select(text, part)) {
      const { id = '', externalid = '', row_state: state = '', row_reason: reason = '' } = row;
      const { row_params: params = '', row_timeline: timeline = '' } = row;
      found.set(externalid, { id, state, reason, params, timeline });
    }
  }
  return found;
}

/** 2 units for a row that is there, 6 for a new one; which is known from then on. */
export function saveStatus(type: string, id: string, row: StatusRow, known: KnownRows): void {
  const key = statusKey(type, id, row[statusField('system')] ?? '');
  const before = known.get(key);
  const said = (name: 'state' | 'reason' | 'params') => row[statusField(name)] ?? '';
  const now = { state: said('state'), reason: said('reason'), params: said('params') };
  const timeline = timelineAfter(before, now);
  const values = {
    ...row,
    [statusField('rectype')]: type,
    [statusField('recid')]: id,
    [statusField('timeline')]: timeline,
  };
  if (before !== undefined) {
    record.submitFields({ type: statusType, id: before.id, values });
    known.set(key, { id: before.id, ...now, timeline });
    return;
  }
  const made = record.create({ type: statusType });
  made.setValue({ fieldId: 'externalid', value: key });
  for (const [fieldId, value] of Object.entries(values)) made.setValue({ fieldId, value });
  known.set(key, { id: String(made.save()), ...now, timeline });
}

/** The newest first. What is said again is no step. */
function timelineAfter(before: KnownRow | undefined, now: Omit<Step, 'at'>): string {
  const isSame = before?.state === now.state && before.reason === now.reason && before.params === now.params;
  if (isSame && before.timeline !== '') return before.timeline;
  const step: Step = { at: isoSeconds(nowMs()), ...now };
  return JSON.stringify([step, ...stepsOf(before?.timeline ?? '')].slice(0, stepsMax));
}

function stepsOf(timeline: string): readonly unknown[] {
  try {
    const steps: unknown = JSON.parse(timeline);
    return Array.isArray(steps) ? steps : [];
  } catch {
    return [];
  }
}
