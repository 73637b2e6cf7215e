// Sublists: read as they are; written whole. Where the system offers the lines, the named ones are ticked.
import type * as record from 'N/record';
import { isJson, type Json, listIn, optionalTextIn, Refusal } from './asked.ts';
import type { KnownType, LineList } from './record-types.ts';
import { noSuchRecord } from './refusals.ts';
import { fromWire, toWire, type WireValue } from './values.ts';

const linesMax = 10_000;

type WireLine = Record<string, WireValue>;

export function shownLists(type: KnownType, loaded: record.Record): Record<string, WireLine[]> {
  const there = new Set(loaded.getSublists());
  return Object.fromEntries(
    type.lists.filter(({ id }) => there.has(id)).map((list) => [list.id, shownLines(list.id, loaded)]),
  );
}

function shownLines(sublistId: string, loaded: record.Record): WireLine[] {
  const fields = lineFields(sublistId, loaded);
  const shown: WireLine[] = [];
  for (let line = 0; line < loaded.getLineCount({ sublistId }); line++) {
    const values = [...fields].map(([fieldId, type]) => [
      fieldId,
      toWire(type, loaded.getSublistValue({ sublistId, fieldId, line })),
    ]);
    shown.push(Object.fromEntries(values));
  }
  return shown;
}

/** Field -> type. The type of a line's field is asked of its first line; a record without lines has none to show. */
function lineFields(sublistId: string, loaded: record.Record): ReadonlyMap<string, string> {
  const ids = loaded.getSublistFields({ sublistId }).filter((id) => !/^(sys_|_|custpage)/.test(id));
  const typed = ids.map((fieldId) => {
    const field = loaded.getSublistField({ sublistId, fieldId, line: 0 });
    return [fieldId, field?.type ?? 'text'] as const;
  });
  return new Map(typed);
}

export function fillLists(type: KnownType, into: record.Record, given: unknown): void {
  if (!isJson(given)) throw new Refusal('INVALID_REQUEST', '"sublists" must be an object.');
  for (const name of Object.keys(given)) {
    const list = type.lists.find(({ id }) => id === name);
    if (!list) throw unknownField(name);
    const lines = listIn(given, name, linesMax);
    if (list.kind === 'choices') tickLines(list, into, lines);
    else replaceLines(list, into, lines);
  }
}

export const unknownField = (name: string) =>
  new Refusal('INVALID_CONTENT', `Unknown property '${name}' in the request body.`, name);

function replaceLines({ id: sublistId }: LineList, into: record.Record, lines: readonly Json[]): void {
  for (let line = into.getLineCount({ sublistId }) - 1; line >= 0; line--) into.removeLine({ sublistId, line });
  const fields = lineFields(sublistId, into);
  for (const [line, values] of lines.entries()) fillLine(sublistId, into, line, values, fields);
}

/** Our key of a line that stands beside lines of others. */
const ourKey = 'custcol_tieout_key';

/** One line that a request names, and whether it was there before. */
export interface AskedLine {
  readonly list: string;
  readonly fieldId: string;
  readonly value: string;
  readonly isNew: boolean;
}

/** Lines named by their number are changed; those named by our key are changed or added. All others stay. */
export function mergeLists(type: KnownType, into: record.Record, given: unknown): readonly AskedLine[] {
  if (!isJson(given)) throw new Refusal('INVALID_REQUEST', '"lines" must be an object.');
  return Object.keys(given).flatMap((name) => {
    const list = type.lists.find(({ id, kind }) => id === name && kind === 'lines');
    if (!list) throw unknownField(name);
    return listIn(given, name, linesMax).map((values) => mergeLine(list, into, values));
  });
}

function mergeLine({ id: sublistId }: LineList, into: record.Record, values: Json): AskedLine {
  const number = optionalTextIn(values, 'line');
  const key = optionalTextIn(values, ourKey);
  const named = number === null ? { fieldId: ourKey, value: key } : { fieldId: 'line', value: number };
  if (named.value === null) throw new Refusal('INVALID_REQUEST', `A line names itself by "line" or by "${ourKey}".`);
  const { fieldId, value } = { fieldId: named.fieldId, value: named.value };
  const found = into.findSublistLineWithValue({ sublistId, fieldId, value });
  if (found < 0 && number !== null) throw noSuchRecord();
  const line = found < 0 ? into.getLineCount({ sublistId }) : found;
  fillLine(sublistId, into, line, values, lineFields(sublistId, into));
  return { list: sublistId, fieldId, value, isNew: found < 0 };
}

/** Where each line asked for stands in the record as saved, in the order asked. */
export function placesOf(
  lists: Readonly<Record<string, readonly Readonly<WireLine>[]>>,
  asked: readonly AskedLine[],
): Readonly<Record<string, readonly { readonly line: string; readonly created: boolean }[]>> {
  const places: Record<string, { line: string; created: boolean }[]> = {};
  for (const { list, fieldId, value, isNew } of asked) {
    const there = (lists[list] ?? []).find((line) => line[fieldId] === value);
    places[list] = [...(places[list] ?? []), { line: String(there?.['line'] ?? ''), created: isNew }];
  }
  return places;
}

/** Lines that are not named are unticked. */
function tickLines({ id: sublistId }: LineList, into: record.Record, lines: readonly Json[]): void {
  const fields = lineFields(sublistId, into);
  for (let line = 0; line < into.getLineCount({ sublistId }); line++) {
    into.setSublistValue({ sublistId, fieldId: 'apply', line, value: false });
  }
  for (const values of lines) {
    const doc = String(values['doc'] ?? '');
    const line = into.findSublistLineWithValue({ sublistId, fieldId: 'doc', value: doc });
    const message = `You have entered an Invalid Field Value ${doc} for the following field: doc.`;
    if (line < 0) throw new Refusal('USER_ERROR', message, `${sublistId}.doc`);
    fillLine(sublistId, into, line, { apply: true, ...values }, fields);
  }
}

function fillLine(
  sublistId: string,
  into: record.Record,
  line: number,
  values: Json,
  fields: ReadonlyMap<string, string>,
): void {
  for (const [fieldId, raw] of Object.entries(values)) {
    // The number of a line is given by its place.
    if (fieldId === 'line') continue;
    const type = fields.get(fieldId);
    if (type === undefined) throw unknownField(fieldId);
    into.setSublistValue({ sublistId, fieldId, line, value: fromWire(fieldId, type, raw ?? null) });
  }
}
