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
  /**
   * `billed`: it differs, and is left as it is because an invoice has billed it. Of an undoing: what was put back, and
   * what was left because somebody has changed it since, or it was made or is gone as a whole. Of answers undone: what
   * waits again, what stays because it is out already, and what was left because it is decided by something else now.
   */
  readonly action: Foreseen['action'] | 'billed' | 'put-back' | 'reopened' | 'stays' | 'left';
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
  /** Records of which an undoing left something as it is; absent in what was found before there were any. */
  readonly left?: number;
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
      addTo(groups, place, { entity, recordId, before, after });
    }
  }
  return { written, held, billed: left, groups: inOrder(groups) };
}

type Groups = Map<string, FoundGroup>;

function addTo(groups: Groups, place: Key, row: FoundRow): void {
  const group = groups.get(keyOf(place)) ?? { ...place, count: 0, money: {}, rows: [] };
  const rows = group.rows.length < rowsShownMax ? [...group.rows, row] : group.rows;
  const money = moneyOf(group.money, row.before, row.after);
  groups.set(keyOf(place), { ...group, count: group.count + 1, money, rows });
}

const inOrder = (groups: Groups) => [...groups.values()].sort((a, b) => b.count - a.count);

/** One value of an application, or one answer, and what an undoing made of it. */
export interface Taken extends FoundRow {
  readonly connection: string;
  readonly kind: string;
  readonly action: 'put-back' | 'reopened' | 'stays' | 'left' | 'billed';
  /** Null where the record as a whole is meant. */
  readonly field: string | null;
}

/** Records that something was put back in count as written, those that wait again as held. */
export function addTaken(found: Found, taken: readonly Taken[]): Found {
  const groups = new Map(found.groups.map((group) => [keyOf(group), group] as const));
  for (const { entity, recordId, before, after, ...place } of taken)
    addTo(groups, { ...place, heldBy: null }, { entity, recordId, before, after });
  const recordsOf = (...said: readonly Taken['action'][]) =>
    new Set(
      taken.filter(({ action }) => said.includes(action)).map(({ connection, entity }) => `${connection} ${entity}`),
    ).size;
  return {
    written: found.written + recordsOf('put-back'),
    held: found.held + recordsOf('reopened'),
    billed: found.billed + recordsOf('billed'),
    left: (found.left ?? 0) + recordsOf('stays', 'left'),
    groups: inOrder(groups),
  };
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
