// One record between SuiteScript and the wire: shown with all its fields, filled with those a request names.
import type * as record from 'N/record';
import { fillAddress, hasAddress, shownAddress } from './address.ts';
import { isJson, Refusal } from './asked.ts';
import { isoSeconds } from './instants.ts';
import { shownLists, unknownField } from './line-lists.ts';
import type { KnownType } from './record-types.ts';
import { fromWire, toWire, type WireValue } from './values.ts';

export interface ShownRecord {
  readonly type: string;
  readonly id: string;
  readonly externalid: string | null;
  readonly lastmodified: string;
  readonly values: Readonly<Record<string, WireValue>>;
  readonly sublists: Readonly<Record<string, readonly Readonly<Record<string, WireValue>>[]>>;
}

/** What the page's own machinery keeps among the fields. */
const machinery = /^(sys_|_|custpage|nlapi|ns[a-z]+_|wfinstances|entryformquerystring|selectedtab|customwhence)/;
const apart = ['id', 'externalid'];

/** Field -> type, of the fields a person or a script may know. */
export function bodyFields(loaded: record.Record): ReadonlyMap<string, string> {
  const ids = loaded.getFields().filter((id) => !machinery.test(id) && !apart.includes(id));
  const typed = ids.flatMap((fieldId) => {
    const field = loaded.getField({ fieldId });
    return field === null ? [] : [[fieldId, field.type] as const];
  });
  return new Map(typed);
}

export function shownRecord(type: KnownType, loaded: record.Record): ShownRecord {
  const values: Record<string, WireValue> = {};
  for (const [fieldId, kind] of bodyFields(loaded)) values[fieldId] = toWire(kind, loaded.getValue({ fieldId }));
  const externalId = String(loaded.getValue({ fieldId: 'externalid' }) ?? '');
  return {
    type: type.id,
    id: String(loaded.id),
    externalid: externalId === '' ? null : externalId,
    lastmodified: stampOf(type, loaded),
    values: hasAddress(type.id) ? { ...values, ...shownAddress(loaded) } : values,
    sublists: shownLists(type, loaded),
  };
}

/** UNVERIFIED: that each type shows the moment of its last change as a field of the loaded record. */
function stampOf(type: KnownType, loaded: record.Record): string {
  const stamp = loaded.getValue({ fieldId: type.modifiedField });
  if (stamp instanceof Date) return isoSeconds(stamp.getTime());
  throw new Refusal('UNEXPECTED_ERROR', `${type.id} ${String(loaded.id)} does not show when it was last changed.`);
}

export function fillRecord(type: KnownType, into: record.Record, given: unknown): void {
  if (!isJson(given)) throw new Refusal('INVALID_REQUEST', '"values" must be an object.');
  const values: Record<string, unknown> = { ...given };
  if (hasAddress(type.id)) fillAddress(into, values);
  const fields = bodyFields(into);
  for (const [fieldId, raw] of Object.entries(values)) {
    const kind = fields.get(fieldId);
    if (kind === undefined) throw unknownField(fieldId);
    into.setValue({ fieldId, value: fromWire(fieldId, kind, raw ?? null) });
  }
}
