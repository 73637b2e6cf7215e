// The oracle's look at the lane and at D1: every record known and up to date, nothing without an owner, the record
// equal to the lane.
import { ask } from '../../edge-worker/flow/questions.ts';
import { canonicalJson, hashOf } from '../../shared/canonical-json.ts';
import type { ShownStatus } from '../../shared/wire/status.ts';
import type { Desk, Values } from './desk.ts';
import { identityOfRow, isCarried, kinds, onOpportunity, plain, plainDecimal, valueAt } from './fields.ts';
import type { LaneHost } from './lane-host.ts';
import { identityFinder, isAmended } from './oracle-books.ts';
import type { Hold } from './stewards.ts';
import type { Seat } from './systems.ts';

export interface LinkRow {
  readonly entity: string;
  readonly connection: string;
  readonly type: string;
  readonly id: string;
  readonly kind: string;
  readonly given: string | null;
}

export interface EntityRow {
  readonly id: string;
  readonly kind: string;
  readonly version: number;
  readonly canonical: string;
}

/** The lane's tables at rest, and the names by which people know what is in them. */
export class LaneBooks {
  readonly host: LaneHost;
  readonly desk: Desk;
  readonly links: readonly LinkRow[];
  readonly entities: ReadonlyMap<string, EntityRow>;
  readonly holds: readonly Hold[];
  /** Entities that merges have made other names of others. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly #identities = new Map<string, string>();

  constructor(host: LaneHost, desk: Desk, holds: readonly Hold[]) {
    this.host = host;
    this.desk = desk;
    this.holds = holds;
    this.links = this.lane<LinkRow>(
      `SELECT entity, connection, record_type AS type, record_id AS id, kind, given
       FROM links WHERE record_id IS NOT NULL ORDER BY 1, 2, 3`,
    );
    this.entities = new Map(
      this.lane<EntityRow>('SELECT id, kind, version, canonical FROM entities').map((row) => [row.id, row]),
    );
    this.aliases = new Map(
      this.lane<{ entity: string; into: string }>('SELECT entity, "into" FROM aliases').map((row) => [
        row.entity,
        row.into,
      ]),
    );
    for (const link of this.links) {
      const name = identityFinder(desk, link.connection as Seat)(link.type, link.id);
      if (!this.#identities.has(link.entity)) this.#identities.set(link.entity, `${link.kind} ${name}`);
    }
  }

  /** `kind identity`, e.g. `project D-2`; siblings of one record share the identity. */
  nameOf(entity: string): string {
    return (
      this.#identities.get(this.aliases.get(entity) ?? entity) ??
      `unlinked ${this.entities.get(entity)?.kind ?? entity}`
    );
  }

  lane<Row>(query: string, ...bindings: unknown[]): Row[] {
    return this.host.storage.sql.exec(query, ...bindings).toArray() as Row[];
  }

  record<Row>(query: string): Row[] {
    return this.host.d1.sqlite.db.prepare(query).all() as unknown as Row[];
  }

  linksOf(seat: Seat, type: string, id: string): LinkRow[] {
    return this.links.filter((link) => link.connection === seat && link.type === type && link.id === id);
  }
}

export function checkLane(books: LaneBooks): string[] {
  return [
    ...checkReflected(books),
    ...checkOwned(books),
    ...checkRecord(books),
    ...checkChain(books),
    ...checkPages(books),
  ];
}

/** J1: each record of the systems is linked, and the canonical record holds what its owner says. */
function checkReflected(books: LaneBooks): string[] {
  const found: string[] = [];
  for (const { kind, type, fields, seats: carried } of kinds) {
    for (const seat of kind === 'contract' ? (['crm'] as const) : carried) {
      const there = kind === 'contract' ? 'opportunity' : type;
      for (const row of books.desk.standIns[seat].rows(there)) {
        // Nobody's any more: the entity goes on with the winner's record.
        if (books.desk.merged.has(`${there}|${identityOfRow(there, row)}`)) continue;
        const link = books.linksOf(seat, there, row.id).find((one) => one.kind === kind);
        const entity = link && books.entities.get(link.entity);
        const name = `${seat} ${there} ${identityOfRow(there, row)}`;
        if (!entity) {
          found.push(`J1: ${name} belongs to no ${kind}`);
          continue;
        }
        const canonical = JSON.parse(entity.canonical) as Values;
        for (const field of fields) {
          if (field.owner !== seat || field.form === 'choice' || !isCarried(seat, there, field.path)) continue;
          if (isAmended(books.desk, there, field.path, identityOfRow(there, row))) continue;
          const path = kind === 'contract' ? (onOpportunity[field.path] ?? field.path) : field.path;
          const said = plain(valueAt(row, path), field.form, identityFinder(books.desk, seat));
          const known = plainCanonical(books, canonical[field.field], field.form);
          if (said !== known && field.form !== 'lines' && field.form !== 'rates')
            found.push(`J1: ${name} ${path} is ${said}, the hub knows ${known}`);
        }
      }
    }
  }
  return found;
}

export function plainCanonical(books: LaneBooks, value: unknown, form: unknown): unknown {
  if (value === null || value === undefined) return form === 'flag' ? false : null;
  if (form === 'decimal') return typeof value === 'object' ? plainMoney(value as Values) : plainDecimal(String(value));
  if (typeof form === 'object') return books.nameOf(String(value)).replace(/^\S+ /, '');
  return form === 'flag' ? value === true : String(value).trim();
}

function plainMoney({ amountMinor, exponent }: Values): string {
  const places = Number(exponent);
  const digits = String(amountMinor).padStart(places + 1, '0');
  return plainDecimal(places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`);
}

/** J2: whatever is open has an owner and a due time. */
function checkOwned(books: LaneBooks): string[] {
  const held = books.lane<{ entity: string; connection: string; type: string; part: string; state: string }>(
    'SELECT entity, connection, record_type AS type, part, state FROM commands',
  );
  const slots = new Set(books.holds.map((hold) => `${hold.entity}|${hold.connection}|${hold.recordType}|${hold.part}`));
  return [
    ...held
      .filter((row) => !(row.state === 'held' && slots.has(`${row.entity}|${row.connection}|${row.type}|${row.part}`)))
      .map(
        (row) => `J2: a command for ${books.nameOf(row.entity)} towards ${row.connection} is ${row.state} and nobody's`,
      ),
    ...books.holds
      .filter((hold) => hold.owner === '' || hold.dueMs <= hold.madeMs)
      .map((hold) => `J2: hold ${hold.control} has no owner or no due time`),
  ];
}

/** J10: what people read in D1 is what the lane holds. */
function checkRecord(books: LaneBooks): string[] {
  const found: string[] = [];
  const compare = (what: string, lane: readonly string[], record: readonly string[]) => {
    for (const one of lane) if (!record.includes(one)) found.push(`J10: D1 lacks ${what} ${one}`);
    for (const one of record) if (!lane.includes(one)) found.push(`J10: D1 has ${what} ${one}, the lane has not`);
  };
  compare(
    'link',
    books.links.map((link) => [link.connection, link.type, link.id, link.entity, link.kind].join(' ')),
    books
      .record<LinkRow>(
        'SELECT connection, record_type AS type, record_id AS id, entity, kind FROM links WHERE ended_ms IS NULL',
      )
      .map((link) => [link.connection, link.type, link.id, link.entity, link.kind].join(' ')),
  );
  compare(
    'version',
    [...books.entities.values()].map((row) => `${row.id} ${row.version} ${row.canonical}`),
    books
      .record<EntityRow>(`SELECT entity AS id, max(version) AS version, canonical FROM entity_versions
         WHERE entity NOT IN (SELECT entity FROM aliases) GROUP BY entity`)
      .map((row) => `${row.id} ${row.version} ${row.canonical}`),
  );
  compare(
    'billed line',
    books.lane<Values>('SELECT source, invoice FROM billed_lines').map((row) => `${row['source']} ${row['invoice']}`),
    books
      .record<Values>("SELECT source, invoice FROM billed_lines WHERE invoice <> ''")
      .map((row) => `${row['source']} ${row['invoice']}`),
  );
  compare(
    'exception',
    books.holds.map((hold) => `${hold.id} ${hold.control} ${hold.owner}`),
    books
      .record<Hold>("SELECT id, control, owner FROM exceptions WHERE state = 'open'")
      .map((hold) => `${hold.id} ${hold.control} ${hold.owner}`),
  );
  const receipts = new Set(
    books
      .record<{ entity: string; connection: string; hash: string }>(
        `SELECT entity, connection, iif(outcome = 'withdrawn', outcome, hash) AS hash FROM receipts
         WHERE outcome IN ('created', 'updated', 'found', 'withdrawn')`,
      )
      .map((row) => `${row.entity} ${row.connection} ${row.hash}`),
  );
  const isCopy = (link: LinkRow) => link.given !== null && link.given !== 'as-found';
  const written = new Set(
    books
      .record<{ entity: string; connection: string }>('SELECT DISTINCT entity, connection FROM receipts')
      .map((row) => `${row.entity} ${row.connection}`),
  );
  for (const link of books.links.filter(isCopy)) {
    const isMatched = !written.has(`${link.entity} ${link.connection}`);
    if (!isMatched && !receipts.has(`${link.entity} ${link.connection} ${link.given}`))
      found.push(`J10: no receipt for what ${link.connection} was last given of ${books.nameOf(link.entity)}`);
  }
  return [...found, ...checkStatuses(books)];
}

function checkStatuses(books: LaneBooks): string[] {
  const found: string[] = [];
  for (const row of books.record<{ entity: string; connection: string; state: string; owner: string | null }>(
    'SELECT entity, connection, state, owner FROM statuses',
  )) {
    const hold = books.holds.find(
      (one) => one.entity === row.entity && one.connection === row.connection && one.part !== 'flush',
    );
    const link = books.links.find((one) => one.entity === row.entity && one.connection === row.connection);
    const state = hold ? 'held' : link === undefined ? 'none' : link.given === 'withdrawn' ? 'ignored' : 'in-step';
    if (row.state !== state && !(state === 'none' && row.state === 'ignored'))
      found.push(
        `J10: D1 says ${books.nameOf(row.entity)} is ${row.state} towards ${row.connection}, the lane says ${state}`,
      );
    if (hold && row.owner !== hold.owner)
      found.push(`J10: D1 names another owner for ${books.nameOf(row.entity)} towards ${row.connection}`);
  }
  return found;
}

/** J10: each page shows what the lane would say of it now. */
function checkPages(books: LaneBooks): string[] {
  const found: string[] = [];
  const seen = new Set<string>();
  for (const { connection, type, id } of books.links) {
    const page = `${connection} ${type} ${id}`;
    if (seen.has(page)) continue;
    seen.add(page);
    const question = { about: 'status', connection, recordType: type, recordId: id } as const;
    const { statuses } = ask(books.host.lane, question, {}) as { readonly statuses: readonly ShownStatus[] };
    const standIn = books.desk.standIns[connection as Seat];
    // What people have deleted has no page any more.
    if (!standIn.rows(type).some((row) => row.id === id)) continue;
    const rows = standIn.rows('status');
    for (const status of statuses) {
      const shown = rows.find((row) => row['type'] === type && row['record'] === id && row['system'] === status.system);
      const told = shown ? `${shown['state']} ${shown['reason']} ${shown['owner']} ${shown['counterpart']}` : 'nothing';
      const said = `${status.state} ${status.reason} ${status.owner} ${status.counterpart}`;
      if (told !== said && !(told === 'nothing' && status.state === 'ignored')) {
        const name = identityFinder(books.desk, connection as Seat)(type, id);
        found.push(`J10: the page of ${connection} ${type} ${name} shows ${told} of ${status.system}, it is ${said}`);
      }
    }
  }
  return found;
}

/** The audit chain holds together. */
function checkChain(books: LaneBooks): string[] {
  let previous = '';
  for (const row of books.record<Values & { hash: string }>(
    'SELECT seq, by, action, subject, detail, at_ms AS atMs, previous, hash FROM audit ORDER BY seq',
  )) {
    const { hash, ...content } = row;
    if (content['previous'] !== previous || hashOf(JSON.parse(canonicalJson({ ...content }))) !== hash)
      return [`J10: the audit chain breaks at ${String(row['seq'])}`];
    previous = hash;
  }
  return [];
}
