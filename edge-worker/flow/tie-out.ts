// The tie-out: of each project what was sold, delivered, billed, paid and is held, what of it does not agree, and whose
// turn it is. Read off sums that are kept with every change, so that it costs the same whatever lies behind them.
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import type { Figure, Role } from '../../shared/entities/entity.ts';
import { addMoney, type Money, moneyOf } from '../../shared/money.ts';
import type { LaneCore } from './core.ts';
import { figuresOf, heldIn } from './figures.ts';
import type { CanonicalRecord, Hold } from './nouns.ts';

export type TieOutFigure = Figure | 'held';

/** What does not agree, as a code; its words are made where it is shown. */
export interface Finding {
  readonly code: 'held' | 'more-than-sold' | 'to-bill' | 'on-no-invoice' | 'billed-ahead' | 'to-be-paid' | 'rounding';
  /** Null: it is nobody's turn. */
  readonly owner: Hold['owner'] | null;
  readonly amount: Money;
}

export interface TieOutRow {
  readonly project: string;
  readonly name: string;
  readonly customer: string | null;
  readonly customerName: string | null;
  readonly currency: string;
  readonly figures: Readonly<Partial<Record<TieOutFigure, Money>>>;
  readonly findings: readonly Finding[];
}

export interface TieOutAsked {
  readonly after: string | null;
  readonly limit: number;
  /** Part of a project's or a customer's name. */
  readonly text: string | null;
  /** Only what does not agree. */
  readonly isOpen: boolean;
  /** Only where it is somebody's turn. */
  readonly owner: string | null;
}

/** Projects looked at for one page, where few of them do not agree. */
const lookedMax = 5_000;

export interface TieOutPage {
  readonly rows: readonly TieOutRow[];
  /** The last project that was looked at, while there are more. */
  readonly next: string | null;
}

export function tieOutOf(core: LaneCore, asked: TieOutAsked): TieOutPage {
  const rows: TieOutRow[] = [];
  let { after } = asked;
  for (let looked = 0; looked < lookedMax; looked += asked.limit) {
    const projects = projectsAfter(core, { ...asked, after });
    rows.push(...rowsOf(core, projects).filter(({ findings }) => fits(asked, findings)));
    after = projects.at(-1)?.project ?? after;
    if (projects.length < asked.limit) return { rows, next: null };
    if (rows.length >= asked.limit) return { rows, next: after };
  }
  return { rows, next: after };
}

function fits({ isOpen, owner }: TieOutAsked, findings: readonly Finding[]): boolean {
  if (owner !== null) return findings.some((finding) => finding.owner === owner);
  return !isOpen || findings.some((finding) => finding.owner !== null);
}

type ProjectRow = Pick<TieOutRow, 'project' | 'name' | 'customer' | 'customerName'>;

/** By id, and so in the order in which they arose. */
function projectsAfter({ store }: LaneCore, { after, limit, text }: TieOutAsked): readonly ProjectRow[] {
  const pattern = text === null ? null : `%${text.replace(/[%_!]/g, '!$&')}%`;
  return store.sql
    .exec(
      `SELECT f.project AS project, p.canonical ->> 'name' AS name, c.id AS customer,
         c.canonical ->> 'name' AS customerName
       FROM project_figures f JOIN entities p ON p.id = f.project
       LEFT JOIN entities c ON c.id = p.canonical ->> 'customer'
       WHERE f.figure = 'kept' AND f.project > ?1 AND (?2 IS NULL OR p.canonical ->> 'name' LIKE ?2 ESCAPE '!'
         OR c.canonical ->> 'name' LIKE ?2 ESCAPE '!')
       ORDER BY f.project LIMIT ?3`,
      after ?? '',
      pattern,
      limit,
    )
    .toArray() as unknown as ProjectRow[];
}

/** One for each currency of a project: the hub makes no exchange rate. */
function rowsOf({ store }: LaneCore, projects: readonly ProjectRow[]): readonly TieOutRow[] {
  const ids = projects.map(({ project }) => project);
  const byPlace = new Map<string, Partial<Record<TieOutFigure, Money>>>();
  const at = (project: string, currency: string) => {
    const key = `${project} ${currency}`;
    const known = byPlace.get(key) ?? {};
    byPlace.set(key, known);
    return known;
  };
  for (const { project, figure, amount } of figuresOf(store.sql, ids)) at(project, amount.currency)[figure] = amount;
  const held = heldIn(store.sql, ids);
  for (const { project, amount } of held) {
    const figures = at(project, amount.currency);
    figures.held = figures.held ? addMoney(figures.held, amount) : amount;
  }
  const rounded = roundedApart(store, byPlace);
  return projects.flatMap((project) =>
    [...byPlace]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([key, figures]): TieOutRow[] => {
        const [id, currency = ''] = key.split(' ');
        if (id !== project.project) return [];
        const own = held.filter((one) => one.project === id && one.amount.currency === currency);
        const found = findingsIn(figures, rounded.get(key));
        return [{ ...project, currency, figures, findings: [...own.map(heldFinding), ...found] }];
      }),
  );
}

const heldFinding = ({ owner, amount }: { owner: Hold['owner']; amount: Money }): Finding => ({
  code: 'held',
  owner,
  amount,
});

/**
 * What a project's figures say of each other. `rounded`: how far what was billed would lie above what was delivered if
 * whoever billed had rounded at the other place. Pure.
 */
export function findingsIn(figures: TieOutRow['figures'], rounded = 0n): readonly Finding[] {
  const currency = Object.values(figures)[0]?.currency ?? '';
  const minor = (figure: TieOutFigure) => BigInt(figures[figure]?.amountMinor ?? '0');
  const [sold, delivered, unbilled, billed] = [minor('sold'), minor('delivered'), minor('unbilled'), minor('billed')];
  const ahead = billed - (delivered - unbilled);
  const isOfRounding = ahead !== 0n && ahead > 0n === rounded > 0n && rounded !== 0n;
  const explained = isOfRounding ? nearerNought(ahead, rounded) : 0n;
  const found: (readonly [Finding['code'], Finding['owner'], bigint])[] = [
    ['more-than-sold', 'sales', figures.sold ? delivered - sold : 0n],
    ['to-bill', 'finance', unbilled],
    ['on-no-invoice', 'finance', explained - ahead],
    ['billed-ahead', 'finance', ahead - explained],
    ['to-be-paid', 'finance', minor('outstanding')],
    ['rounding', null, explained < 0n ? -explained : explained],
  ];
  return found.flatMap(([code, owner, amount]) => {
    return amount > 0n ? [{ code, owner, amount: moneyOf(amount, currency) }] : [];
  });
}

const nearerNought = (a: bigint, b: bigint): bigint => (a > 0n === a < b ? a : b);

/** A difference beyond this is looked into by people; a cent a line does not add up to it. */
const roundedApartMax = 1_000n;

/**
 * By project and currency, what has been billed and is worth something else where it is rounded at another place. Only
 * for those that are a little apart, and in one pass, because it reads what lies behind the sums.
 */
function roundedApart(
  store: LaneCore['store'],
  places: ReadonlyMap<string, TieOutRow['figures']>,
): Map<string, bigint> {
  const apart = [...places].filter(([, figures]) => {
    const minor = (figure: TieOutFigure) => BigInt(figures[figure]?.amountMinor ?? '0');
    const ahead = minor('billed') - minor('delivered') + minor('unbilled');
    return ahead !== 0n && ahead <= roundedApartMax && ahead >= -roundedApartMax;
  });
  const sums = new Map<string, bigint>();
  if (apart.length === 0) return sums;
  const kinds = (Object.keys(entities) as EntityName[]).filter((kind) => 'worthElsewhere' in entities[kind]);
  const rows = store.sql
    .exec(
      `SELECT e.kind AS kind, e.canonical AS canonical FROM billed_lines b JOIN entities e ON e.id = b.source
       WHERE e.kind IN (SELECT value FROM json_each(?))
         AND e.canonical ->> 'project' IN (SELECT value FROM json_each(?))`,
      JSON.stringify(kinds),
      JSON.stringify(apart.map(([key]) => key.split(' ')[0])),
    )
    .toArray() as { kind: EntityName; canonical: string }[];
  for (const { kind, canonical } of rows) {
    const record = JSON.parse(canonical) as CanonicalRecord;
    const { worth, worthElsewhere } = entities[kind] as Pricing;
    const [here, there] = [worth?.(record as never), worthElsewhere?.(record as never)];
    if (!here || !there || here.amountMinor === there.amountMinor) continue;
    const key = `${record['project']} ${here.currency}`;
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(there.amountMinor) - BigInt(here.amountMinor));
  }
  return sums;
}

interface Pricing {
  readonly worth?: (record: never) => Money | null;
  readonly worthElsewhere?: (record: never) => Money | null;
}

/** Which systems tell a figure: those where what counts for it is born. */
export function sourcesOf(): Readonly<Record<string, readonly Role[]>> {
  const sources: Record<string, Role[]> = {};
  for (const entity of Object.values(entities)) {
    const { counts, example, bornIn } = entity as {
      counts?: (record: never) => object;
      example: unknown;
      bornIn: readonly Role[];
    };
    for (const figure of Object.keys(counts?.(example as never) ?? {})) {
      sources[figure] = [...new Set([...(sources[figure] ?? []), ...bornIn])];
    }
  }
  return sources;
}
