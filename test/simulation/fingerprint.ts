// One seed's outcome as one hash: contents of all systems, links, newest versions, statuses, holds. Without times,
// tries and ids, which crashes may change.

import type { Row } from '../../edge-worker/connectors/stand-in.ts';
import { hashOf } from '../../shared/canonical-json.ts';
import type { Desk, Values } from './desk.ts';
import { identityOfRow, kinds, onOpportunity } from './fields.ts';
import type { Firm, Merger } from './firm.ts';
import { identityFinder } from './oracle-books.ts';
import type { EntityRow, LaneBooks } from './oracle-lane.ts';
import { isApart } from './oracle-reversals.ts';
import { ownField, type Seat, seats } from './systems.ts';

const anonymous = new Set(['id', 'external_id', 'stamp', 'version', 'saved_by']);
const references: Readonly<Record<string, string>> = {
  client_id: 'client',
  engagement_id: 'engagement',
  agreement_id: 'agreement',
  person_id: 'person',
  hours_id: 'hours',
  cost_id: 'cost',
  milestone_id: 'milestone',
  opportunity_id: 'opportunity',
  bill_id: 'bill',
};

export interface Outcome {
  readonly lines: readonly string[];
  readonly hash: string;
}

export function outcomeOf(books: LaneBooks, firm: Firm, openTasks: readonly string[]): Outcome {
  const taker = takerOf(firm);
  const lines = [
    ...seats.flatMap((seat) => contents(books, firm, seat)),
    ...seats.flatMap((seat) => shownStatuses(books, seat, taker)),
    ...families(books),
    ...[...books.entities.values()].map(
      (row) => `newest ${books.nameOf(row.id)} ${JSON.stringify(renamed(books, newest(books, row, taker)))}`,
    ),
    ...books
      .record<{ entity: string; connection: string; state: string; reason: string | null; owner: string | null }>(
        // In step is said where something else was said before; a record that was matched and fits needs no word.
        "SELECT entity, connection, state, reason, owner FROM statuses WHERE state NOT IN ('ignored', 'in-step')",
      )
      .map((row) => `status ${books.nameOf(row.entity)} ${row.connection} ${row.state} ${row.reason} ${row.owner}`),
    ...books.holds.map(
      (hold) => `hold ${books.nameOf(hold.entity)} ${hold.connection} ${hold.control} ${hold.code} ${hold.owner}`,
    ),
    ...openTasks.filter((task) => !isOfMerged(firm, task)).map((task) => `undone ${task}`),
  ].sort();
  return { lines, hash: hashOf(lines) };
}

/** Whether a system ever had a record of who was merged away, to be edited there, is a matter of moments, too. */
const isOfMerged = ({ merger }: Firm, task: string) => merger !== null && task.includes(` client ${merger.loser} `);

/**
 * Who had bought nothing until a merge brought deals. Which record the other systems know such a client by is a matter
 * of what the hub heard of first, the merge or the deals: it takes over the other's, or has made one by then.
 */
function takerOf({ merger, deals }: Firm): Merger | null {
  const hasBought = (number: string) => deals.some(({ client, isWon }) => isWon && client.number === number);
  return merger && hasBought(merger.loser) && !hasBought(merger.winner) ? merger : null;
}

/** Of who took a record over, without what the record's own system says: each run is judged by its own records. */
function newest(books: LaneBooks, row: EntityRow, taker: Merger | null): Values {
  const record = JSON.parse(row.canonical) as Values;
  return books.nameOf(row.id) === `customer ${taker?.winner}` ? { ...record, terms: null } : record;
}

const isTaken = (seat: Seat, type: string, identity: string, taker: Merger | null) =>
  seat !== 'crm' && type === 'client' && identity === taker?.winner;

function contents({ desk }: LaneBooks, firm: Firm, seat: Seat): string[] {
  const taker = takerOf(firm);
  const identityOf = identityFinder(desk, seat);
  const standIn = desk.standIns[seat];
  const shown = (type: string, row: Values): Values =>
    Object.fromEntries(
      Object.entries(row)
        .filter(
          ([path, value]) =>
            !anonymous.has(path) &&
            value !== null &&
            !(seat === 'erp' && ownField[type] === path) &&
            !isTheLedgersOwn(seat, type, row, path, taker) &&
            !(isWrittenNoMore(firm, seat, type, row) && isOfMoments(desk, seat, type, row, path)),
        )
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([path, value]) => [
          path,
          path in references
            ? identityOf(references[path] ?? '', String(value))
            : Array.isArray(value)
              ? value.map((one) => shown('', one))
              : value,
        ]),
    );
  return standIn
    .types()
    .filter((type) => type !== 'status')
    .flatMap((type) =>
      standIn
        .rows(type)
        .filter((row) => !isTaken(seat, type, identityOf(type, row.id), taker))
        .map((row) => `${seat} ${type} ${identityOfRow(type, row)} ${JSON.stringify(shown(type, row))}`),
    );
}

/** What the CRM is told of the terms that stand in the record which was taken over. */
function isTheLedgersOwn(seat: Seat, type: string, row: Values, path: string, taker: Merger | null): boolean {
  return seat === 'crm' && type === 'client' && path === 'terms' && identityOfRow(type, row) === taker?.winner;
}

const isWrittenNoMore = (firm: Firm, seat: Seat, type: string, row: Values) =>
  row['withdrawn'] === true || isApart(firm, seat, type, identityOfRow(type, row));

/**
 * The hub writes nothing into a record once it is taken back, or once its content is refused. Of a field that somebody
 * else owns it is a matter of moments whether its owner's later word had been brought there by then, and whether a word
 * that others had put there had been put right; both are settled alike only where nobody has changed the field since
 * its record was made. What the system itself owns, and everything else, stands there as people left it.
 */
function isOfMoments({ changed }: Desk, seat: Seat, type: string, row: Values, path: string): boolean {
  const kind = kinds.find((one) => one.type === type);
  const field = kind?.fields.find((one) => one.path === path);
  if (!kind || !field || field.owner === seat) return false;
  const identity = identityOfRow(type, row);
  const isSold = kind.kind === 'contract';
  const there = isSold ? `opportunity|${identity}|${onOpportunity[path] ?? path}` : `${type}|${identity}|${path}`;
  return changed.has(`${seat}|${type}|${identity}|${path}`) || changed.has(`${field.owner}|${there}`);
}

function shownStatuses({ desk }: LaneBooks, seat: Seat, taker: Merger | null): string[] {
  const identityOf = identityFinder(desk, seat);
  // "Not carried over" is said where something else was said before, and nothing needs to be said where it was not.
  const shown = desk.standIns[seat].rows('status').filter((row) => row['state'] !== 'ignored');
  return shown.flatMap((row: Row) => {
    const { type, record, system, state, reason, owner } = row;
    // Nobody sees the page of a record that is no more; it says what was last said to it.
    if (!desk.standIns[seat].rows(String(type)).some((one) => one.id === record)) return [];
    const identity = identityOf(String(type), String(record));
    if (isTaken(seat, String(type), identity, taker)) return [];
    return [`page ${seat} ${type} ${identity} ${system} ${state} ${reason} ${owner}`];
  });
}

/** Which records are one entity, whatever its id. */
function families(books: LaneBooks): string[] {
  const families = new Map<string, string[]>();
  for (const link of books.links) {
    const identity = identityFinder(books.desk, link.connection as Seat)(link.type, link.id);
    const name = `${link.connection} ${link.type} ${identity}`;
    families.set(link.entity, [...(families.get(link.entity) ?? []), name]);
  }
  return [...families.values()].map((names) => `links ${names.sort().join(' = ')}`);
}

/** Entity ids by the names people know. */
function renamed(books: LaneBooks, value: unknown): unknown {
  if (typeof value === 'string') return /^[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}$/.test(value) ? books.nameOf(value) : value;
  if (Array.isArray(value)) return value.map((one) => renamed(books, one));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, renamed(books, inner)]));
}
