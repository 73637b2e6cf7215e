// The same maps where our package is not installed: what would stand in its fields has no place in the account.
import type { FieldMap, Variation } from '../connector.ts';
import { askedRef } from './lines.ts';
import { maps } from './map.ts';

/** Role and currency of a time entry are known without our fields: by the service sold, and by its project. */
const knownOtherwise = new Set(['time role', 'time currency']);
/** Without our column nothing tells an instalment from a line of the rate card. */
const isOfPackage = ({ at }: { readonly at: string }) =>
  /\.cust(entity|body|col|event)_tieout_/.test(at) || at === 'sublists.schedule';
/** Amounts of milestones lie in our fields, and so does the key that keeps an expense from being entered twice. */
const restsOnPackage = new Set<string>(['expense', 'milestone']);

type Rows = Readonly<Record<string, FieldMap<unknown>>>;

function rowsWithout(kind: string, rows: Rows): Rows {
  const kept = Object.entries(rows).flatMap(([field, row]): (readonly [string, FieldMap<unknown>])[] => {
    if (!isOfPackage(row)) return [[field, row]];
    return knownOtherwise.has(`${kind} ${field}`) ? [[field, { ...row, direction: 'in' }]] : [];
  });
  return Object.fromEntries(kept);
}

export const mapsWithoutPackage = Object.fromEntries(
  Object.entries(maps)
    .filter(([kind]) => !restsOnPackage.has(kind))
    .map(([kind, map]) => {
      const extra = (map.extra ?? []).filter((row) => !isOfPackage(row));
      return [kind, { ...map, fields: rowsWithout(kind, map.fields as Rows), extra }];
    }),
) as NonNullable<Variation['maps']>;

/** What is read at all; lines are read with the record they stand in. */
export const typesWithoutPackage: ReadonlySet<string> = new Set(
  Object.values(mapsWithoutPackage).map(({ recordType }) => askedRef({ recordType, recordId: '' }).type),
);
