// What a look at many records found, gathered by what would be done and in which field: counts of all, some of them.
import type { Foreseen } from './foresee.ts';

export interface FoundRow {
  readonly entity: string;
  readonly recordId: string | null;
  readonly before: unknown;
  readonly after: unknown;
}

export interface FoundGroup {
  readonly connection: string;
  readonly kind: string;
  /** `billed`: it differs, and is left as it is because an invoice has billed it. */
  readonly action: Foreseen['action'] | 'billed';
  readonly heldBy: string | null;
  /** Null where the record as a whole is meant. */
  readonly field: string | null;
  readonly count: number;
  /** Currency -> the sum of the differences in minor units, as text. */
  readonly money: Readonly<Record<string, string>>;
  readonly rows: readonly FoundRow[];
}

export interface Found {
  /** Records that would be written; those that would be held and those left as billed are counted for themselves. */
  readonly written: number;
  readonly held: number;
  readonly billed: number;
  readonly groups: readonly FoundGroup[];
}

export const nothingFound: Found = { written: 0, held: 0, billed: 0, groups: [] };

const rowsShownMax = 20;

export function addForeseen(found: Found, foreseen: readonly Foreseen[], billed: ReadonlySet<string>): Found {
  const groups = new Map(found.groups.map((group) => [keyOf(group), group] as const));
  let { written, held, billed: left } = found;
  for (const one of foreseen) {
    const action: FoundGroup['action'] = billed.has(one.entity) ? 'billed' : one.action;
    if (action === 'billed') left++;
    else if (one.heldBy !== null) held++;
    else written++;
    const fields = one.action === 'update' && one.fields.length > 0 ? one.fields : [whole];
    for (const { field, before, after } of fields) {
      const { connection, kind, heldBy, entity, recordId } = one;
      const place = { connection, kind, action, heldBy: action === 'billed' ? null : heldBy, field };
      const group = groups.get(keyOf(place)) ?? { ...place, count: 0, money: {}, rows: [] };
      const rows = group.rows.length < rowsShownMax ? [...group.rows, { entity, recordId, before, after }] : group.rows;
      groups.set(keyOf(place), { ...group, count: group.count + 1, money: moneyOf(group.money, before, after), rows });
    }
  }
  return { written, held, billed: left, groups: [...groups.values()].sort((a, b) => b.count - a.count) };
}

const whole = { field: null, before: null, after: null } as const;

type Key = Pick<FoundGroup, 'connection' | 'kind' | 'action' | 'heldBy' | 'field'>;
const keyOf = ({ connection, kind, action, heldBy, field }: Key) =>
  [connection, kind, action, heldBy ?? '', field ?? ''].join('|');

function moneyOf(sums: Readonly<Record<string, string>>, before: unknown, after: unknown): Record<string, string> {
  const next: Record<string, string> = { ...sums };
  for (const [sign, value] of [
    [-1n, before],
    [1n, after],
  ] as const) {
    if (!isMoney(value)) continue;
    next[value.currency] = `${BigInt(next[value.currency] ?? '0') + sign * BigInt(value.amountMinor)}`;
  }
  return Object.fromEntries(Object.entries(next).filter(([, minor]) => minor !== '0'));
}

function isMoney(value: unknown): value is { readonly amountMinor: string; readonly currency: string } {
  return typeof value === 'object' && value !== null && 'amountMinor' in value && 'currency' in value;
}
