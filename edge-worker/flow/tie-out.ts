// The tie-out: of each project what was sold, delivered, billed, paid and is held, what of it does not agree, and whose
// turn it is. Read off sums that are kept with every change, so that it costs the same whatever lies behind them.
import { entities } from '../../shared/entities/_registry.ts';
import type { Figure, Role } from '../../shared/entities/entity.ts';
import { addMoney, type Money, moneyOf } from '../../shared/money.ts';
import type { LaneCore } from './core.ts';
import { figuresOf, heldIn } from './figures.ts';
import type { Hold } from './nouns.ts';

export type TieOutFigure = Figure | 'held';

/** What does not agree, as a code; its words are made where it is shown. */
export interface Finding {
  readonly code: 'held' | 'more-than-sold' | 'to-bill' | 'on-no-invoice' | 'billed-ahead' | 'to-be-paid';
  readonly owner: Hold['owner'];
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
  return !isOpen || findings.length > 0;
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
  return projects.flatMap((project) =>
    [...byPlace]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([key, figures]): TieOutRow[] => {
        const [id, currency = ''] = key.split(' ');
        if (id !== project.project) return [];
        const own = held.filter((one) => one.project === id && one.amount.currency === currency);
        return [{ ...project, currency, figures, findings: [...own.map(heldFinding), ...findingsIn(figures)] }];
      }),
  );
}

const heldFinding = ({ owner, amount }: { owner: Hold['owner']; amount: Money }): Finding => ({
  code: 'held',
  owner,
  amount,
});

/** What a project's figures say of each other. Pure. */
export function findingsIn(figures: TieOutRow['figures']): readonly Finding[] {
  const currency = Object.values(figures)[0]?.currency ?? '';
  const minor = (figure: TieOutFigure) => BigInt(figures[figure]?.amountMinor ?? '0');
  const [sold, delivered, unbilled, billed] = [minor('sold'), minor('delivered'), minor('unbilled'), minor('billed')];
  const found: (readonly [Finding['code'], Finding['owner'], bigint])[] = [
    ['more-than-sold', 'sales', figures.sold ? delivered - sold : 0n],
    ['to-bill', 'finance', unbilled],
    ['on-no-invoice', 'finance', delivered - unbilled - billed],
    ['billed-ahead', 'finance', billed - (delivered - unbilled)],
    ['to-be-paid', 'finance', minor('outstanding')],
  ];
  return found.flatMap(([code, owner, amount]) => {
    return amount > 0n ? [{ code, owner, amount: moneyOf(amount, currency) }] : [];
  });
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
