// One record is compared with its baseline: what its owner changed is taken over; what another system wrote over the
// owner's word is written again.

import { entities } from '../../shared/entities/_registry.ts';
import type { Role } from '../../shared/entities/entity.ts';
import { readPath } from '../connectors/codecs.ts';
import type { Connector } from '../connectors/connector.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { contested } from './contested.ts';
import { withdrawn } from './controls.ts';
import type { Draft, Drafts } from './drafts.ts';
import { closeHold, type HoldRow, holdsOf, raiseHold, slotKey } from './holds.ts';
import type { LinkBook } from './link-book.ts';
import { asFound, type LinkRow, presume } from './links.ts';
import type { CompiledMap } from './mapping.ts';
import type { CanonicalRecord } from './nouns.ts';
import type { Observation, Reading } from './observation.ts';
import { readAgain } from './strays.ts';
import { hashOfNothing, isSame, isTheirsWhole, type Problem } from './translate.ts';
import { Doubts } from './watched.ts';
import type { Connection, Wiring } from './wiring.ts';

/** By then a type that is described at once has been. */
const describedWithinMs = 5_000;

export interface MergeContext {
  readonly tx: LaneTransaction;
  readonly wiring: Wiring;
  readonly makeId: (prefix: string) => string;
}

export class Merging {
  /** Records that showed less than is known of them: they are read again shortly. */
  readonly again: Observation[] = [];
  /** Entities of which a value cannot be read since now, or can again: their pages say so. */
  readonly complained = new Set<string>();
  readonly #context: MergeContext;
  readonly #tx: LaneTransaction;
  readonly #wiring: Wiring;
  readonly #links: LinkBook;
  readonly #drafts: Drafts;
  readonly #doubts: Doubts;
  #holds: ReadonlyMap<string, HoldRow> = new Map();

  constructor(context: MergeContext, links: LinkBook, drafts: Drafts) {
    this.#context = context;
    this.#tx = context.tx;
    this.#wiring = context.wiring;
    this.#links = links;
    this.#drafts = drafts;
    this.#doubts = new Doubts(context.tx.sql);
  }

  /** Loads what the records of one kind are compared with. */
  load(entities: readonly string[]): void {
    this.#drafts.load(entities);
    this.#holds = holdsOf(this.#tx.sql, entities);
  }

  merge(one: Reading, told: CanonicalRecord, link: LinkRow): void {
    const { seen, map } = one;
    const wired = this.#wiring.connections.get(seen.connection);
    if (!wired) return;
    if (this.#isStale(seen, link, wired.connector)) return;
    const baseline = link.baseline === null ? null : (JSON.parse(link.baseline) as Record<string, unknown>);
    const doubtful = new Set<string>();
    const draft = this.#drafts.open(link.entity, map.kind, seen.eventMs);
    const isBirth = draft.isNew;
    let isMoved = baseline === null;
    for (const [field, value] of Object.entries(told)) {
      if (baseline !== null && field in baseline && isSame(baseline[field], value)) continue;
      if (baseline !== null && field in baseline && this.#isInDoubt(one, field)) {
        doubtful.add(field);
        continue;
      }
      isMoved = true;
      const isOwner = this.#isOwner(wired, map, field, draft.record);
      // A matched record may tell what nobody has told yet; an owner that said "nothing" has spoken.
      if (isBirth || isOwner || (baseline === null && draft.provenance[field] === undefined)) {
        draft.set(field, value, { run: this.#tx.run, connection: seen.connection, at: seen.readMs });
      } else if (baseline !== null && field in baseline && map.canWrite && !isSame(draft.record[field], value)) {
        // Somebody edited a field that belongs to another system: what the owner says is written again.
        link.given = null;
        this.#links.touched.add(link.entity);
        const owner = this.#wiring.owner(map.kind, field, draft.record);
        const values = [value, draft.record[field]] as const;
        this.#tx.tell(link.entity, 'not-the-owner', contested([map.kind, field], seen.connection, owner, values));
      }
    }
    if (isBirth) {
      this.#keepBearer(draft, wired, seen);
      // Where all is theirs the plan comes to the same: the link need not be written once more to say so.
      const owns = (field: string) => this.#wiring.owns(wired.id, map.kind, field, draft.record);
      if (link.given === asFound && map.canWrite && isTheirsWhole(map, owns)) presume(this.#tx, link, hashOfNothing);
    }
    if (link.given === withdrawn && seen.snapshot.isWithdrawn === false) {
      // Somebody brought it back there: whether it is to count, the plan says.
      isMoved = true;
      link.given = null;
      this.#links.touched.add(link.entity);
      this.#tx.tell(link.entity, 'withdrawal-undone', { connection: seen.connection });
    }
    const unreadable = one.problems.filter(({ field }) => !this.#isOwner(wired, map, field, draft.record));
    for (const { field } of unreadable) {
      if (baseline === null || !(field in baseline) || !map.canWrite) continue;
      // Not theirs to change, so nobody needs to read it: what the owner says is written over it.
      delete baseline[field];
      isMoved = true;
      link.given = null;
      this.#links.touched.add(link.entity);
      this.#tx.tell(link.entity, 'not-the-owner', { field, connection: seen.connection });
    }
    const values = this.#withoutDoubtful(one, told, doubtful);
    const { recordType, recordId, version } = seen.snapshot;
    const { connection, readMs, event, eventMs } = seen;
    const source = { connection, recordType, recordId, version, values, readMs, event, eventMs };
    draft.sources = [...draft.sources, source];
    if (isMoved || link.version !== seen.snapshot.version) {
      link.baseline = JSON.stringify({ ...baseline, ...values });
      link.version = seen.snapshot.version;
      link.seenMs = seen.readMs;
      this.#links.changed(link);
    }
    this.#tellProblems(
      one.problems.find(({ field }) => this.#isOwner(wired, map, field, draft.record)),
      one,
      link,
    );
  }

  /** The record shows nothing where there was a value: it waits until it is known whether its field is there. */
  #isInDoubt({ seen, map }: Reading, field: string): boolean {
    const { connection, readMs, snapshot } = seen;
    const at = map.rows.find((row) => row.field === field)?.at;
    if (at === undefined || readPath(snapshot.wire, at) !== undefined) return false;
    return this.#doubts.isInDoubt(connection, snapshot.recordType, at, readMs);
  }

  /** What is not in doubt; the rest is read again once its fields were described. */
  #withoutDoubtful({ seen }: Reading, told: CanonicalRecord, doubtful: ReadonlySet<string>): CanonicalRecord {
    if (doubtful.size === 0) return told;
    const { connection, eventMs, snapshot } = seen;
    readAgain(this.#tx, [{ connection, ...snapshot }], eventMs, this.#tx.atMs + describedWithinMs);
    return Object.fromEntries(Object.entries(told).filter(([field]) => !doubtful.has(field)));
  }

  /** Said by where it was born, whatever its record says. */
  #keepBearer(draft: Draft, { id, roles }: Connection, { readMs }: Observation): void {
    const { bornAs, bornIn } = entities[draft.kind] as { bornAs?: string; bornIn: readonly Role[] };
    const bearer = bornIn.find((role) => roles.includes(role));
    if (bornAs && bearer) draft.set(bornAs, bearer, { run: this.#tx.run, connection: id, at: readMs });
  }

  #isOwner(wired: Connection, map: CompiledMap, field: string, record: CanonicalRecord): boolean {
    return wired.roles.includes(this.#wiring.owner(map.kind, field, record));
  }

  /**
   * Whole-second stamps: of two reads with the same stamp the later-started one saw more. A later read that shows an
   * older stamp met a copy that lags, and is made again; once no copy can lag any more, the system's clock was set
   * back.
   */
  #isStale(seen: Observation, link: LinkRow, connector: Connector): boolean {
    if (link.version === null) return false;
    const age = connector.compareVersions(seen.snapshot.version, link.version);
    if (age === 0) return seen.readMs < link.seenMs;
    if (age > 0 || seen.readMs - link.seenMs >= connector.settleMs) return false;
    // Of two reads in one millisecond nobody knows which came first.
    if (seen.readMs >= link.seenMs) this.again.push(seen);
    return true;
  }

  /** A value that its owner's system shows and nobody can read. What others hold of it is written over, see above. */
  #tellProblems(problem: Problem | undefined, one: Reading, link: LinkRow): void {
    const slot = { entity: link.entity, connection: link.connection, recordType: link.recordType, part: 'read' };
    const isTold = this.#holds.has(slotKey(slot));
    if (isTold !== (problem !== undefined)) this.complained.add(link.entity);
    if (!problem) {
      if (isTold) closeHold(this.#tx, slot, 'read-again', null);
      return;
    }
    raiseHold(this.#tx, this.#context.makeId, {
      ...slot,
      kind: one.map.kind,
      control: 'unreadable-value',
      owner: 'integration',
      code: problem.code,
      params: problem.params,
      hash: link.version ?? '',
      dueMinutes: 480,
    });
  }
}
