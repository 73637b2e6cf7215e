// Sublists: read as they are; written whole. Where the system offers the lines, the named ones are ticked.
import type * as record from 'N/record';
import { isJson, type Json, listIn, Refusal } from './asked.ts';
import type { KnownType, LineList } from './record-types.ts';
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
