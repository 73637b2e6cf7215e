// What was sold, delivered, billed and paid of each project, and who has worked on it: sums kept up to date with every
// change of what counts, so that a page never adds up a year's hours. Exact, per currency: there are no exchange rates.
import { type Decimal, decimalFromInteger, integerFromDecimal } from '../../shared/decimal.ts';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { type Charge, type Cost, type Figure, figures } from '../../shared/entities/entity.ts';
import { addMoney, formatMoney, type Money, moneyOf } from '../../shared/money.ts';
import { billedLines, entityRows, projectFigures } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { type LaneSql, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { kindOf } from './identity.ts';
import type { CanonicalRecord, Hold } from './nouns.ts';

/**
 * The sums kept of a project: its figures, what was spent for it, the hours that each person has worked on it, and
 * those that a customer is charged for, by month.
 */
type Kept = Figure | 'spent' | `${typeof hoursPrefix}${string}` | `${typeof chargedPrefix}${string}`;

/** Before the id of the person; hours are in no currency, and are kept as whole billionths. */
export const hoursPrefix = 'hours ';
const hourPlaces = 9;
/** Before the month and the id of the person. */
const chargedPrefix = 'charged ';

const keptOf = (hours: Decimal) => integerFromDecimal(hours, hourPlaces, 'half-up');
/** Hours as they are kept -> hours. */
export const hoursFrom = (kept: string): Decimal => decimalFromInteger(BigInt(kept), hourPlaces);

interface Counting {
  readonly costs?: (record: never) => Cost | null;
  readonly charges?: (record: never) => Charge | null;
  readonly counts?: (record: never) => Readonly<Partial<Record<Figure, Money | null>>>;
  readonly worth?: (record: never) => Money | null;
}
type Row = StoredRow<typeof projectFigures>;

/** The row that says that all sums of a project are kept: those of before there were as many are counted anew, once. */
const kept = { figure: 'kept', currency: '', minor: '2' } as const;
const isKept = (row: Row) => row.figure === kept.figure && row.minor === kept.minor;
/** Projects whose amounts and hours are all kept; what was charged was the last to be kept as well. */
export const projectsKept = `SELECT project FROM project_figures
  WHERE figure = '${kept.figure}' AND minor IN ('1', '${kept.minor}')`;
/** As many are counted anew at a time. */
const anewMax = 500;
const isCounting = (kind: EntityName) => 'counts' in entities[kind];
const countingKinds = JSON.stringify((Object.keys(entities) as EntityName[]).filter(isCounting));

/** An entity before and after a change. */
export interface Moved {
  readonly id: string;
  readonly kind: EntityName;
  readonly isNew: boolean;
  readonly before: CanonicalRecord | null;
  readonly record: CanonicalRecord;
}

/**
 * Books what changed, which is written already; what becomes billed by it is booked after, by `bookBilled`. Returns the
 * projects whose figures are others now.
 */
export function bookFigures(tx: LaneTransaction, moved: readonly Moved[]): ReadonlySet<string> {
  const billed = billedAmong(tx.sql, moved);
  const born = moved
    .filter(({ kind, isNew }) => kind === 'project' && isNew)
    .map(({ id }) => ({ project: id, ...kept }));
  writeRows(tx.sql, projectFigures, born, 'ignore');
  const deltas = new Sums();
  for (const { id, kind, before, record } of moved) {
    if (!isCounting(kind)) continue;
    if (before !== null) deltas.add(kind, before, -1n, billed.has(id));
    deltas.add(kind, record, 1n, billed.has(id));
  }
  return bookSums(tx, deltas);
}

/** Sources that an invoice has claimed, or has let go of: no more unbilled, or unbilled again. */
export function bookBilled(tx: LaneTransaction, claimed: readonly string[], freed: readonly string[]) {
  const deltas = new Sums();
  for (const [ids, sign] of [[claimed, -1n] as const, [freed, 1n] as const]) {
    const rows = readRows(tx.sql, entityRows, 'WHERE id IN (SELECT value FROM json_each(?))', JSON.stringify(ids));
    for (const { kind, canonical } of rows) deltas.addUnbilled(kind as EntityName, JSON.parse(canonical), sign);
  }
  return bookSums(tx, deltas);
}

function bookSums(tx: LaneTransaction, deltas: Sums): ReadonlySet<string> {
  const projects = deltas.moved();
  if (projects.length === 0) return new Set();
  const rows = rowsOf(tx.sql, projects);
  const known = new Set(rows.flatMap((row) => (isKept(row) ? [row.project] : [])));
  for (const row of rows) deltas.addTo(row);
  const uncounted = projects.filter((project) => !known.has(project));
  writeRows(tx.sql, projectFigures, [...deltas.rows(known), ...countAnew(tx.sql, uncounted)], 'replace');
  return new Set(projects);
}

/** Sums per project, figure and currency. */
class Sums {
  readonly #sums = new Map<string, { project: string; figure: Kept; currency: string; minor: bigint }>();

  add(kind: EntityName, record: CanonicalRecord, sign: bigint, isBilled: boolean): void {
    const project = record['project'];
    if (typeof project !== 'string') return;
    const counted = (entities[kind] as Counting).counts?.(record as never) ?? {};
    for (const [figure, amount] of Object.entries(counted)) {
      if (amount && !(isBilled && figure === 'unbilled'))
        this.put(project, figure as Figure, amount.currency, sign * BigInt(amount.amountMinor));
    }
    const { costs, charges } = entities[kind] as Counting;
    const charge = charges?.(record as never) ?? null;
    if (charge !== null) {
      const { on, by, hours } = charge;
      this.put(project, `${chargedPrefix}${on.slice(0, 7)} ${by ?? ''}`, '', sign * keptOf(hours));
    }
    const cost = costs?.(record as never) ?? null;
    if (cost === null) return;
    if ('spent' in cost) this.put(project, 'spent', cost.spent.currency, sign * BigInt(cost.spent.amountMinor));
    else this.put(project, `${hoursPrefix}${cost.by ?? ''}`, '', sign * keptOf(cost.hours));
  }

  addUnbilled(kind: EntityName, record: CanonicalRecord, sign: bigint): void {
    const { unbilled } = (entities[kind] as Counting).counts?.(record as never) ?? {};
    const project = record['project'];
    if (unbilled && typeof project === 'string')
      this.put(project, 'unbilled', unbilled.currency, sign * BigInt(unbilled.amountMinor));
  }

  /** Adds what was there before to a sum that moved; the others stay as they are, unwritten. */
  addTo({ project, figure, currency, minor }: Row): void {
    const sum = this.#sums.get(`${project}|${figure}|${currency}`);
    if (sum) sum.minor += BigInt(minor);
  }

  put(project: string, figure: Kept, currency: string, minor: bigint): void {
    const key = `${project}|${figure}|${currency}`;
    const sum = this.#sums.get(key) ?? { project, figure, currency, minor: 0n };
    this.#sums.set(key, sum);
    sum.minor += minor;
  }

  /** Projects with a sum that is not nought; what came to nothing is forgotten. */
  moved(): string[] {
    for (const [key, { minor }] of this.#sums) if (minor === 0n) this.#sums.delete(key);
    return [...new Set([...this.#sums.values()].map(({ project }) => project))];
  }

  rows(projects: ReadonlySet<string>): Row[] {
    const own = [...this.#sums.values()].filter(({ project }) => projects.has(project));
    return own.map((sum) => ({ ...sum, minor: sum.minor.toString() }));
  }
}

/** What an invoice has billed; whether it says so itself depends on who bills. */
function billedAmong(sql: LaneSql, moved: readonly Moved[]): ReadonlySet<string> {
  const ids = moved.flatMap(({ id, kind, isNew }) => (isCounting(kind) && !isNew ? [id] : []));
  if (ids.length === 0) return new Set();
  const where = 'WHERE source IN (SELECT value FROM json_each(?))';
  return new Set(readRows(sql, billedLines, where, JSON.stringify(ids)).map(({ source }) => source));
}

function rowsOf(sql: LaneSql, projects: readonly string[]): Row[] {
  const where = 'WHERE project IN (SELECT value FROM json_each(?))';
  return readRows(sql, projectFigures, where, JSON.stringify(projects));
}

/** Counts anew what projects had before there were as many sums as now; their next change would do it, too. */
export function countOlder(sql: LaneSql): void {
  const where = 'WHERE figure = ? AND minor != ? LIMIT ?';
  const older = readRows(sql, projectFigures, where, kept.figure, kept.minor, anewMax);
  const found = countAnew(
    sql,
    older.map(({ project }) => project),
  );
  writeRows(sql, projectFigures, found, 'replace');
}

/** The hours that each person was charged for in a month (`2026-11`); under no name, those of nobody known. */
export function chargedIn(sql: LaneSql, month: string): ReadonlyMap<string, Decimal> {
  const prefix = `${chargedPrefix}${month} `;
  // What begins with it lies between it and what follows its last sign.
  const where = 'WHERE figure >= ? AND figure < ?';
  const sums = new Map<string, bigint>();
  for (const { figure, minor } of readRows(sql, projectFigures, where, prefix, `${prefix.slice(0, -1)}!`)) {
    const person = figure.slice(prefix.length);
    sums.set(person, (sums.get(person) ?? 0n) + BigInt(minor));
  }
  return new Map([...sums].map(([person, sum]) => [person, decimalFromInteger(sum, hourPlaces)]));
}

/** From everything that counts for them. Once per project, and only for those that came before their figures. */
function countAnew(sql: LaneSql, projects: readonly string[]): Row[] {
  if (projects.length === 0) return [];
  const found = sql
    .exec(
      `SELECT kind, canonical, source FROM entities LEFT JOIN billed_lines ON source = id
       WHERE kind IN (SELECT value FROM json_each(?)) AND canonical ->> 'project' IN (SELECT value FROM json_each(?))`,
      countingKinds,
      JSON.stringify(projects),
    )
    .toArray() as { kind: EntityName; canonical: string; source: string | null }[];
  const sums = new Sums();
  for (const { kind, canonical, source } of found)
    sums.add(kind, JSON.parse(canonical) as CanonicalRecord, 1n, source !== null);
  return [...projects.map((project) => ({ project, ...kept })), ...sums.rows(new Set(projects))];
}

export interface ProjectAmount {
  readonly project: string;
  readonly amount: Money;
}

const isFigure = (figure: string): figure is Figure => (figures as readonly string[]).includes(figure);

/** The figures of some projects as they are kept. */
export function figuresOf(
  sql: LaneSql,
  projects: readonly string[],
): readonly (ProjectAmount & { readonly figure: Figure })[] {
  return rowsOf(sql, projects).flatMap(({ project, figure, currency, minor }) =>
    isFigure(figure) ? [{ project, figure, amount: moneyOf(minor, currency) }] : [],
  );
}

/** The figures of some projects in words, what is held among them; projects without any are left out. */
export function figuresInWords(sql: LaneSql, projects: readonly string[]): ReadonlyMap<string, Record<string, string>> {
  const amounts = new Map<string, Map<string, Money>>();
  const held = heldIn(sql, projects).map((one) => ({ ...one, figure: 'held' }));
  for (const { project, figure, amount } of [...figuresOf(sql, projects), ...held]) {
    const key = `${project}|${figure}`;
    const known = amounts.get(key) ?? new Map<string, Money>();
    const before = known.get(amount.currency);
    amounts.set(key, known.set(amount.currency, before ? addMoney(before, amount) : amount));
  }
  const words = new Map<string, Record<string, string>>();
  for (const project of projects) {
    const told = [...figures, 'held'].flatMap((figure) => {
      const list = amounts.get(`${project}|${figure}`);
      return list ? [[figure, [...list.values()].map(wordsOf).sort().join(' + ')] as const] : [];
    });
    if (told.length > 0) words.set(project, Object.fromEntries(told));
  }
  return words;
}

/** What waits for a person, per project, owner and currency; an entity that is held in two places counts once. */
export function heldIn(
  sql: LaneSql,
  projects: readonly string[],
): readonly (ProjectAmount & { readonly owner: Hold['owner'] })[] {
  const held = sql
    .exec(
      `SELECT e.id AS id, e.canonical AS canonical, min(h.owner) AS owner
       FROM holds h JOIN entities e ON e.id = h.entity
       WHERE h.part = '' AND e.canonical ->> 'project' IN (SELECT value FROM json_each(?)) GROUP BY e.id`,
      JSON.stringify(projects),
    )
    .toArray() as { id: string; canonical: string; owner: Hold['owner'] }[];
  const sums = new Map<string, ProjectAmount & { readonly owner: Hold['owner'] }>();
  for (const { id, canonical, owner } of held) {
    const kind = kindOf(id);
    const record = JSON.parse(canonical) as CanonicalRecord;
    const worth = kind && (entities[kind] as Counting).worth?.(record as never);
    if (!worth) continue;
    const project = String(record['project']);
    const key = `${project}|${owner}|${worth.currency}`;
    const before = sums.get(key)?.amount;
    sums.set(key, { project, owner, amount: before ? addMoney(before, worth) : worth });
  }
  return [...sums.values()];
}

/** As people read it: `48,000.00 EUR`. */
function wordsOf(amount: Money): string {
  const [whole = '', places] = formatMoney(amount).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${grouped}${places === undefined ? '' : `.${places}`} ${amount.currency}`;
}
