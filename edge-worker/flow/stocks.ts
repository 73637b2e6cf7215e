// What stands open right now: sales and approved work on their way, work not billed, money that is held, records that
// do not agree. Read off the tables of unfinished work, which are small.
import type { EntityName } from '../../shared/entities/_registry.ts';
import { entities } from '../../shared/entities/_registry.ts';
import type { Role } from '../../shared/entities/entity.ts';
import { type Money, moneyOf } from '../../shared/money.ts';
import { passages } from '../store/lane-schema.ts';
import { type LaneSql, readRows, type StoredRow } from '../store/rows.ts';
import { causeColumn } from './cause-job.ts';
import type { LaneCore } from './core.ts';
import { kindOf, siblingId } from './identity.ts';
import type { CanonicalRecord } from './nouns.ts';
import { type PassageName, passageNames } from './passages.ts';
import { latestStartMs, type TargetsInForce, targetOf } from './targets.ts';

/** Amounts per currency: the hub makes no exchange rate, so they are never added up to one. */
export class Purse {
  readonly #minor = new Map<string, bigint>();

  add({ currency, amountMinor }: Money): void {
    this.#minor.set(currency, (this.#minor.get(currency) ?? 0n) + BigInt(amountMinor));
  }

  get amounts(): Money[] {
    const all = [...this.#minor].filter(([, minor]) => minor !== 0n).sort(([a], [b]) => (a < b ? -1 : 1));
    return all.map(([currency, minor]) => moneyOf(minor, currency));
  }
}

/** A record behind a figure. */
export interface Behind {
  readonly entity: string;
  readonly sinceMs: number | null;
  readonly tookMs: number | null;
  readonly isLate: boolean;
  readonly amounts: readonly Money[];
  readonly owner: string | null;
  /** A control, or what it waits for. */
  readonly why: string | null;
  /** What its amount is made of, and the roles whose systems tell each. */
  readonly made?: readonly { readonly figure: string; readonly amount: Money; readonly sources: readonly Role[] }[];
}

export interface OpenPassage extends StoredRow<typeof passages> {
  readonly isLate: boolean;
}

/** The oldest first. */
export function openPassages(core: LaneCore, names: readonly PassageName[]): OpenPassage[] {
  const nowMs = core.ports.nowMs();
  const where = 'WHERE passage IN (SELECT value FROM json_each(?)) ORDER BY since_ms, entity';
  const lateBefore = new Map(names.map((name) => [name as string, latestStartMs(core.wiring.content, name, nowMs)]));
  return readRows(core.store.sql, passages, where, JSON.stringify(names)).map((row) => ({
    ...row,
    isLate: row.sinceMs <= (lateBefore.get(row.passage) ?? 0),
  }));
}

/** The targets in force, with how much is on its way under each. */
export function targetsInForce(core: LaneCore): TargetsInForce {
  const { content, mappingVersion } = core.wiring;
  const open = openPassages(core, passageNames);
  const passages = passageNames.map((passage) => {
    const own = open.filter((row) => row.passage === passage);
    const counts = { open: own.length, late: own.filter(({ isLate }) => isLate).length };
    const isOwn = content.targets?.passages[passage] !== undefined;
    return { ...targetOf(content, passage), ...counts, passage, isOwn };
  });
  return { version: mappingVersion, passages, calendars: content.targets?.calendars ?? {} };
}

/** Work that was delivered and is on no invoice yet, by project; the largest first in each currency. */
export function unbilledWork(sql: LaneSql): { readonly project: string; readonly amount: Money }[] {
  const rows = sql
    .exec(
      `SELECT project, currency, minor FROM project_figures WHERE figure = 'unbilled' AND minor != '0'
       ORDER BY length(minor) DESC, minor DESC`,
    )
    .toArray() as { project: string; currency: string; minor: string }[];
  return rows.map(({ project, currency, minor }) => ({ project, amount: moneyOf(minor, currency) }));
}

export interface HeldMoney {
  readonly entity: string;
  readonly owner: string;
  readonly control: string;
  readonly madeMs: number;
  readonly dueMs: number;
  readonly amount: Money | null;
}

/** What waits for people and what it is worth: work at its price, a sale at its total, and each of them once. */
export function heldMoney(sql: LaneSql): HeldMoney[] {
  return valued(sql, () => '');
}

/** What waits for one cause, as its owner sees it. What waits for two is at stake in both. */
export interface AtStake {
  readonly cause: string;
  readonly owner: string;
  readonly open: number;
  readonly amounts: readonly Money[];
}

/** Of whom it is asked, or of which cause; and the causes of which it is told what they are worth. */
export interface AtStakeAsked {
  readonly owner: string | null;
  readonly cause: string | null;
  readonly of: readonly string[];
}

/** How much there is of what was asked, whichever causes are told of. */
export interface AtStakes {
  readonly stakes: readonly AtStake[];
  readonly total: { readonly causes: number; readonly open: number };
}

export function atStake(sql: LaneSql, { owner, cause, of }: AtStakeAsked): AtStakes {
  const keyOf = ({ cause, owner }: { readonly cause: string; readonly owner: string }) => `${owner} ${cause}`;
  const counted = sql
    .exec(
      `SELECT ${causeColumn} AS cause, owner, count(*) AS open FROM holds
       WHERE (?1 IS NULL OR owner = ?1) AND (?2 IS NULL OR ${causeColumn} = ?2) GROUP BY 1, 2`,
      owner,
      cause,
    )
    .toArray() as { cause: string; owner: string; open: number }[];
  const told = new Set(of);
  const groups = new Map(
    counted.flatMap((group) => (told.has(group.cause) ? [[keyOf(group), { ...group, purse: new Purse() }]] : [])),
  );
  for (const row of valued(sql, keyOf, of)) if (row.amount !== null) groups.get(keyOf(row))?.purse.add(row.amount);
  return {
    stakes: [...groups.values()].map(({ purse, ...group }) => ({ ...group, amounts: purse.amounts })),
    total: { causes: counted.length, open: counted.reduce((sum, { open }) => sum + open, 0) },
  };
}

interface Valued extends HeldMoney {
  readonly cause: string;
}

/** The same sale or work within one group counts once, where it is held first. Of some causes, or of all. */
function valued(
  sql: LaneSql,
  groupOf: (row: Pick<Valued, 'cause' | 'owner'>) => string,
  causes: readonly string[] | null = null,
): Valued[] {
  const rows = sql
    .exec(
      `SELECT h.entity AS entity, h.owner AS owner, h.control AS control, h.made_ms AS madeMs,
         h.due_ms AS dueMs, e.canonical AS canonical, ${causeColumn} AS cause
       FROM holds h JOIN entities e ON e.id = h.entity
       WHERE ?1 IS NULL OR ${causeColumn} IN (SELECT value FROM json_each(?1)) ORDER BY h.made_ms, h.id`,
      causes === null ? null : JSON.stringify(causes),
    )
    .toArray() as (Omit<Valued, 'amount'> & { canonical: string })[];
  const counted = new Set<string>();
  return rows.map(({ canonical, ...row }) => {
    const priced = pricedAs(row.entity);
    const key = `${priced} ${groupOf(row)}`;
    if (priced === null || counted.has(key)) return { ...row, amount: null };
    counted.add(key);
    return { ...row, amount: worthOf(row.entity, JSON.parse(canonical) as CanonicalRecord) };
  });
}

const ofSale: ReadonlySet<EntityName> = new Set(['deal', 'project', 'contract']);

/** A deal, its project and its contract are one sale, whichever of them is held. */
function pricedAs(entity: string): string | null {
  const kind = kindOf(entity);
  if (kind === null) return null;
  return ofSale.has(kind) ? siblingId(entity, 'deal') : entity;
}

function worthOf(entity: string, record: CanonicalRecord): Money | null {
  const kind = kindOf(entity) as EntityName;
  const { worth } = entities[kind] as { worth?: (record: never) => Money | null };
  if (worth) return worth(record as never);
  const named = { deal: 'amount', project: 'budget', contract: 'currentTotal', invoice: 'balance' };
  const field = named[kind as keyof typeof named] as string | undefined;
  return field === undefined ? null : ((record[field] as Money | null | undefined) ?? null);
}

export interface Agreement {
  readonly connection: string;
  readonly records: number;
  /** Of these, as many have something under way or held: their system does not show what it should, or not yet. */
  readonly apart: number;
}

export function agreements(sql: LaneSql): Agreement[] {
  return sql
    .exec(
      `SELECT connection, count(*) AS records, (SELECT count(*) FROM (
           SELECT entity FROM commands c WHERE c.connection = links.connection AND c.record_id IS NOT NULL
           UNION SELECT entity FROM holds h WHERE h.connection = links.connection AND h.entity IN
             (SELECT entity FROM links l WHERE l.entity = h.entity AND l.connection = h.connection
               AND l.record_id IS NOT NULL))) AS apart
       FROM links WHERE record_id IS NOT NULL GROUP BY connection ORDER BY connection`,
    )
    .toArray() as unknown as Agreement[];
}

/** Records of which another system does not show what it should, the longest first. */
export function apart(sql: LaneSql, limit: number): Behind[] {
  const rows = sql
    .exec(
      `SELECT entity, min(since) AS sinceMs, max(connection) AS why FROM (
         SELECT entity, made_ms AS since, connection FROM commands WHERE record_id IS NOT NULL
         UNION ALL SELECT entity, made_ms, connection FROM holds h WHERE EXISTS (SELECT 1 FROM links l
           WHERE l.entity = h.entity AND l.connection = h.connection AND l.record_id IS NOT NULL))
       GROUP BY entity ORDER BY 2, entity LIMIT ?`,
      limit,
    )
    .toArray() as { entity: string; sinceMs: number; why: string }[];
  return rows.map((row) => ({ ...row, tookMs: null, isLate: false, amounts: [], owner: null }));
}
