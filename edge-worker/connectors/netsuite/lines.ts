// Lines that are records by themselves: expenses of a report, applications of a payment. The RESTlet knows whole
// records only; here they are taken apart, and what is written to one report is put together again.
import { hashOf } from '../../../shared/canonical-json.ts';
import type { RecordRef, Snapshot, Write } from '../connector.ts';
import type { ToApply } from './access.ts';
import type { AnsweredRecord } from './answers.ts';
import type { ListIds, Unnamed } from './list-ids.ts';
import { isValues, type Values, valuesAt } from './records.ts';

/** Our own line key on what we add, so that a repeated create finds its line. */
const ourKey = 'custcol_tieout_key';

interface LineType {
  /** The record it stands in, and the list of that record. */
  readonly type: string;
  readonly list: string;
  /** What names a line within its record, for good. */
  readonly numberedBy: string;
  /** Lines that the system offers count only once they are ticked. */
  readonly isTicked: boolean;
}

const lineTypes: Readonly<Record<string, LineType>> = {
  'expensereport:expense': { type: 'expensereport', list: 'expense', numberedBy: 'line', isTicked: false },
  'customerpayment:apply': { type: 'customerpayment', list: 'apply', numberedBy: 'doc', isTicked: true },
};

export const isLineType = (recordType: string): boolean => recordType in lineTypes;

/** The record to ask the RESTlet for. */
export function askedRef({ recordType, recordId }: RecordRef): { readonly type: string; readonly id: string } {
  const line = lineTypes[recordType];
  return line ? { type: line.type, id: headIdOf(recordId) } : { type: recordType, id: recordId };
}

const headIdOf = (recordId: string) => recordId.replace(/:.*$/, '');
const lineNoOf = (recordId: string) => recordId.replace(/^[^:]*:/, '');

/** Every line of an answered record that is a record by itself. */
export function linesOf(record: AnsweredRecord, lists: ListIds): readonly Snapshot[] {
  return Object.entries(lineTypes)
    .filter(([, { type }]) => type === record.type)
    .flatMap(([recordType, { list, numberedBy, isTicked }]) => {
      const values = lists.inward(record.type, record.values);
      const lines = (record.sublists?.[list] ?? []).filter((line) => !isTicked || line['apply'] === true);
      return lines.map((line): Snapshot => {
        const recordId = `${record.id}:${String(line[numberedBy] ?? '')}`;
        const key = line[ourKey];
        const wire = { id: recordId, values, line: lists.inward(recordType, line) };
        const externalId = typeof key === 'string' && key !== '' ? key : null;
        return { recordType, recordId, version: record.lastmodified, externalId, wire };
      });
    });
}

/** Writes to lines of one record, as one record of the RESTlet. */
export interface LineGroup {
  readonly writes: readonly Write[];
  readonly record: ToApply;
}

/** A write that is refused before it is sent, because the settings do not know a name in it. */
export interface Misnamed {
  readonly write: Write;
  readonly unnamed: Unnamed;
}

/** What is to be written, by the record it belongs to; each line with the names translated. */
export function groupLines(writes: readonly Write[], lists: ListIds): { groups: LineGroup[]; misnamed: Misnamed[] } {
  const misnamed: Misnamed[] = [];
  const byRecord = new Map<string, { writes: Write[]; head: Values; lines: Values[] }>();
  for (const write of writes) {
    const lineType = lineTypes[write.recordType];
    if (!lineType) continue;
    const head = lists.outward(lineType.type, { values: valuesAt(write.wire, 'values') });
    const line = lists.outward(write.recordType, { values: valuesAt(write.wire, 'line') });
    const unnamed = 'table' in head ? head : 'table' in line ? { ...line, field: inLine(line.field) } : null;
    if (unnamed || 'table' in head || 'table' in line) {
      if (unnamed) misnamed.push({ write, unnamed });
      continue;
    }
    const key = write.recordId === null ? reportKey(write) : headIdOf(write.recordId);
    const named = write.recordId === null ? { [ourKey]: write.externalId } : { line: lineNoOf(write.recordId) };
    const group = byRecord.get(key) ?? { writes: [], head: head.values, lines: [] };
    byRecord.set(key, group);
    group.writes.push(write);
    group.lines.push({ ...line.values, ...named });
  }
  const groups = [...byRecord].map(([key, group]) => ({ writes: group.writes, record: recordOf(key, group) }));
  return { groups, misnamed };
}

function recordOf(
  key: string,
  { writes, head, lines }: { writes: readonly Write[]; head: Values; lines: Values[] },
): ToApply {
  const [first] = writes as readonly [Write, ...Write[]];
  const { type, list } = lineTypes[first.recordType] as LineType;
  const place = first.recordId === null ? { id: null, externalid: key } : { id: key, externalid: null };
  return { type, ...place, values: first.recordId === null ? head : {}, lines: { [list]: lines }, stamp: first.stamp };
}

/**
 * Expenses that agree on person, report, month and currency lie in one report of the ledger: the same key from every
 * one of them, whichever comes first.
 */
function reportKey({ recordType, wire }: Write): string {
  const [values, line] = [valuesAt(wire, 'values'), valuesAt(wire, 'line')];
  const month = String(line['expensedate'] ?? '').slice(0, 7);
  const shared = [recordType, values['entity'] ?? null, values['memo'] ?? null, month, line['currency'] ?? null];
  return `rep_${hashOf(shared).slice(0, 32)}`;
}

const inLine = (field: string) => field.replace(/^values\./, 'line.');

/** The snapshot of the line that a write was for, among those of its record as saved. */
export function lineWritten(write: Write, saved: readonly Snapshot[]): Snapshot | undefined {
  return saved.find((line) => {
    if (line.recordType !== write.recordType) return false;
    return write.recordId === null ? line.externalId === write.externalId : line.recordId === write.recordId;
  });
}

/** The column a search for our key asks by, as `<list>.<column>`. */
export function ourKeyColumn(recordType: string): string {
  return `${lineTypes[recordType]?.list ?? ''}.${ourKey}`;
}

/** A field of a line, as the RESTlet names it; of the record where the path is not the line's. */
export function askedColumn(recordType: string, path: string): string {
  const list = lineTypes[recordType]?.list ?? '';
  return path.startsWith('line.') ? `${list}.${path.slice('line.'.length)}` : path.replace(/^values\./, '');
}

/** Whether a line shows a value at a path of its wire record. */
export function showsValue(line: Snapshot, path: string, value: string): boolean {
  const [first = '', last = ''] = path.split('.');
  const part = line.wire[first];
  return isValues(part) && String(part[last] ?? '') === value;
}
