// A customer's default billing address, shown and taken as fields of the record in place of the vendor's subrecord.
import type * as record from 'N/record';
import { wrongKind } from './values.ts';

const list = 'addressbook';
const subrecord = 'addressbookaddress';
export const addressFields = ['addressee', 'addr1', 'addr2', 'city', 'state', 'zip', 'country'] as const;
export const addressLengthMax = 150;

export function hasAddress(type: string): boolean {
  return type === 'customer';
}

/** The default billing line, or the first; -1 without any. */
function lineOf(loaded: record.Record): number {
  const count = loaded.getLineCount({ sublistId: list });
  for (let line = 0; line < count; line++) {
    if (loaded.getSublistValue({ sublistId: list, fieldId: 'defaultbilling', line }) === true) return line;
  }
  return count > 0 ? 0 : -1;
}

export function shownAddress(loaded: record.Record): Record<string, string | null> {
  const line = lineOf(loaded);
  const found = line < 0 ? null : loaded.getSublistSubrecord({ sublistId: list, fieldId: subrecord, line });
  return Object.fromEntries(
    addressFields.map((fieldId) => [
      fieldId,
      found === null ? null : String(found.getValue({ fieldId }) ?? '') || null,
    ]),
  );
}

/** Takes the address out of the values. An empty one makes no line where there is none. */
export function fillAddress(into: record.Record, values: Record<string, unknown>): void {
  const given: Record<string, string> = {};
  for (const id of addressFields) {
    if (!(id in values)) continue;
    const raw = values[id] ?? '';
    if (typeof raw !== 'string') throw wrongKind(id, 'string');
    given[id] = raw;
    delete values[id];
  }
  const known = lineOf(into);
  if (Object.values(given).every((value) => value === '') && known < 0) return;
  if (Object.keys(given).length === 0) return;
  const line = Math.max(known, 0);
  if (known < 0) {
    for (const fieldId of ['defaultbilling', 'defaultshipping']) {
      into.setSublistValue({ sublistId: list, fieldId, line, value: true });
    }
  }
  const address = into.getSublistSubrecord({ sublistId: list, fieldId: subrecord, line });
  // The country decides which states there are, so it goes first.
  for (const fieldId of [...addressFields].reverse()) {
    const value = given[fieldId];
    if (value !== undefined) address.setValue({ fieldId, value });
  }
}
