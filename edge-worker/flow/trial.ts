// "Would this pass?": a record is taken over as if what it waits for had happened, planned for every target, and all of
// it undone. What would have held it is the answer; nothing is kept, nothing is sent.
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { ShownReason } from '../../shared/wire/status.ts';
import type { RecordRef } from '../connectors/connector.ts';
import { checks, entityRows, holds } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readColumns, readRows, writeRows } from '../store/rows.ts';
import { absorb } from './absorb.ts';
import type { LaneCore } from './core.ts';
import { linksOf } from './gone.ts';
import { type Case, everyFinding } from './govern.ts';
import { problemOf } from './guard.ts';
import { kindOf } from './identity.ts';
import { referencePaths } from './mapping.ts';
import type { CanonicalRecord, Verdict } from './nouns.ts';
import type { Observation } from './observation.ts';
import { plan } from './plan.ts';
import { keyOf, type Wanted } from './read.ts';
import type { Wiring } from './wiring.ts';

/** What was found out about one record that somebody asked to have checked. */
export interface Tried {
  readonly ref: RecordRef & { readonly connection: string };
  readonly reasons: readonly ShownReason[];
}

/** How long an answer belongs on the page, as time goes by and the record changes. */
export const shownMs = 600_000;

/** Tries those of the records out that a person asked about. */
export function tryAsked(core: LaneCore, wanted: readonly Wanted[], seen: readonly Observation[]): readonly Tried[] {
  const asked = new Set(wanted.flatMap((one) => (one.kind === 'check' ? [keyOf(one)] : [])));
  if (asked.size === 0) return [];
  return seen.flatMap((one) => {
    const { recordType, recordId } = one.snapshot;
    const ref = { connection: one.connection, recordType, recordId };
    return asked.has(keyOf(ref)) ? [{ ref, reasons: tryOut(core, one) }] : [];
  });
}

/** For the status that the record's page is shown next. */
export function keepTried(tx: LaneTransaction, tried: readonly Tried[]): void {
  if (tried.length === 0) return;
  tx.sql.exec('DELETE FROM checks WHERE at_ms < ?', tx.atMs - shownMs);
  const rows = tried.flatMap(({ ref, reasons }) => {
    // A record that is several entities has one page.
    const [link] = linksOf(tx, [ref]);
    if (!link) return [];
    return [{ entity: link.entity, connection: ref.connection, reasons: JSON.stringify(reasons), atMs: tx.atMs }];
  });
  writeRows(tx.sql, checks, rows, 'replace');
}

class Undone extends Error {}

/** Every reason that would hold this record, or what arises from it, in any system. Empty: it would pass. */
export function tryOut(core: LaneCore, seen: Observation): readonly ShownReason[] {
  const reasons = new Reasons(core.wiring);
  if (![...core.wiring.connections.keys()].some((id) => id !== seen.connection)) {
    reasons.add('no-target', {}, 'integration', seen.connection);
    return reasons.all;
  }
  try {
    core.store.transaction((tx) => {
      tryIn(core, tx, seen, reasons);
      throw new Undone();
    });
  } catch (error) {
    if (error instanceof Undone) return reasons.all;
    core.ports.log('check-failed', { record: seen.snapshot.recordId, message: problemOf(error) });
    reasons.add('check-failed', {}, 'operator', seen.connection);
  }
  return reasons.all;
}

function tryIn(core: LaneCore, tx: LaneTransaction, seen: Observation, reasons: Reasons): void {
  const { wiring } = core;
  const { makeId } = core.ports;
  const { snapshot } = seen;
  const foreseen = wiring.connections.get(seen.connection)?.connector.foreseen?.[snapshot.recordType] ?? {};
  const wire = { ...snapshot.wire, ...foreseen };
  const { entities } = absorb({ tx, wiring, makeId }, [{ ...seen, snapshot: { ...snapshot, wire } }]);
  const tried = withReferences(tx, entities);
  // What is under way already is no reason, and nobody is told of what is only tried.
  plan(
    {
      tx,
      store: core.store,
      wiring,
      makeId,
      inFlight: new Set(),
      planLater: new Set(),
      judge: (change) => reasons.judge(change),
    },
    tried,
  );
  reasons.addClosed(new Set([...tried].flatMap((entity) => kindOf(entity) ?? [])));
  const ids = JSON.stringify([...tried]);
  const where = "WHERE entity IN (SELECT value FROM json_each(?)) AND part <> 'status'";
  for (const row of readRows(tx.sql, holds, where, ids)) {
    reasons.add(row.code, JSON.parse(row.params) as Record<string, string>, row.owner, row.connection);
  }
}

/** A deal rests on its customer: if that cannot be carried over, neither can the deal. */
function withReferences(tx: LaneTransaction, entities: ReadonlySet<string>): ReadonlySet<string> {
  const where = 'WHERE id IN (SELECT value FROM json_each(?))';
  const rows = readColumns(tx.sql, entityRows, ['kind', 'canonical'], where, JSON.stringify([...entities]));
  const found = new Set(entities);
  for (const { kind, canonical } of rows) {
    const record = JSON.parse(canonical) as CanonicalRecord;
    for (const { field, inner } of referencePaths(kind as EntityName)) {
      const id = inner === null ? record[field] : null;
      if (typeof id === 'string') found.add(id);
    }
  }
  return found;
}

class Reasons {
  readonly #wiring: Wiring;
  readonly #found = new Map<string, ShownReason>();

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
  }

  get all(): readonly ShownReason[] {
    return [...this.#found.values()];
  }

  /** Said once for each system, however many records it concerns. */
  add(code: string, params: Readonly<Record<string, string>>, owner: string, connection: string): void {
    const system = this.#wiring.connections.get(connection)?.connector.name ?? connection;
    const key = JSON.stringify([code, params, system]);
    if (!this.#found.has(key)) this.#found.set(key, { code, params, owner, system });
  }

  /** Passes everything, so that what comes after it is looked at too, and keeps what would have held it. */
  judge(change: Case): Verdict {
    for (const { code, params, owner } of everyFinding(change)) this.add(code, params, owner, change.connection);
    return change.awaited.length > 0
      ? { verdict: 'wait', until: change.awaited }
      : { verdict: 'grant', consumes: null };
  }

  /** Targets that take nothing of these kinds before the matches of their first load are accepted. */
  addClosed(kinds: ReadonlySet<EntityName>): void {
    for (const { id, connector } of this.#wiring.connections.values()) {
      for (const kind of kinds) {
        const isTarget = this.#wiring.mapFor(id, kind)?.canCreate === true;
        if (!isTarget || this.#wiring.flow(id, kind).state !== 'matching') continue;
        this.add('awaiting-acceptance', { kind, system: connector.name }, 'integration', id);
      }
    }
  }
}
