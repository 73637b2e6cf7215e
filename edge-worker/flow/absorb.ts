// Snapshots -> Changes: which entity each record is, what its owner changed, what arises from it. Runs inside one
// lane transaction; no awaits.
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { laneState } from '../store/lane-schema.ts';
import { writeRows } from '../store/rows.ts';
import { claimBilled, claimFreed } from './billing.ts';
import { Drafts, deriveFrom } from './drafts.ts';
import { heldAround, listMark } from './holds.ts';
import { kindOf } from './identity.ts';
import { LinkBook } from './link-book.ts';
import type { LinkRow } from './links.ts';
import { kindsInOrder } from './mapping.ts';
import { type MergeContext, Merging } from './merge.ts';
import type { CanonicalRecord } from './nouns.ts';
import { inLayers, type Observation, type Reading, readingsOf } from './observation.ts';
import { Recognition, type Sighting } from './recognise.ts';
import { showFigures, showSoon } from './show-soon.ts';
import { readStraysAgain } from './strays.ts';
import { globalise } from './translate.ts';
import { underOtherBiller } from './who-bills.ts';

/** What a run found: entities to plan for, and records to read again shortly. */
export interface Absorbed {
  readonly entities: ReadonlySet<string>;
  readonly again: readonly Observation[];
}

/** A reading with the ids in it made ours, and its link once it has one. */
interface Ready {
  readonly one: Reading;
  readonly values: CanonicalRecord;
  /** It names records that no link names yet. */
  readonly isIncomplete: boolean;
  link: LinkRow | null;
}

/** Held entities governed anew in one run because something they rest on changed. */
const heldMax = 2_000;

/** `settled` are link rows that the caller has changed and not written: they are taken over and written once, here. */
export function absorb(
  context: MergeContext,
  seen: readonly Observation[],
  settled: readonly LinkRow[] = [],
): Absorbed {
  const readings = readingsOf(context.wiring, seen);
  return new Absorption(context, new LinkBook(context.tx, context.wiring, settled, readings)).run(readings);
}

class Absorption {
  readonly #context: MergeContext;
  readonly #links: LinkBook;
  readonly #drafts: Drafts;
  readonly #merging: Merging;

  constructor(context: MergeContext, links: LinkBook) {
    this.#context = context;
    this.#links = links;
    this.#drafts = new Drafts(context.tx);
    this.#merging = new Merging(context, links, this.#drafts);
  }

  run(readings: readonly Reading[]): Absorbed {
    const { tx, wiring } = this.#context;
    const plan = this.#links.touched;
    for (const kind of kindsInOrder) {
      const ofKind = readings.filter((one) => one.map.kind === kind).sort((a, b) => a.seen.readMs - b.seen.readMs);
      for (const layer of inLayers(kind, ofKind)) this.#absorbKind(kind, layer);
    }
    deriveFrom(this.#drafts, (draft, kind) => this.#links.siblingOf(draft.id, kind));
    const changed = this.#drafts.changed();
    for (const entity of changed) plan.add(entity);
    const newKeys = this.#drafts.write(wiring.mappingVersion);
    const freed = claimBilled(
      tx,
      this.#drafts.all().filter((draft) => plan.has(draft.id)),
    );
    for (const entity of [...freed, ...claimFreed(tx, freed)]) plan.add(entity);
    for (const entity of underOtherBiller(tx, this.#drafts.all())) plan.add(entity);
    for (const entity of this.#heldAround(changed)) plan.add(entity);
    this.#links.write();
    showFigures(tx, wiring, this.#drafts.figuresMoved);
    showSoon(tx, wiring, this.#merging.complained, 0);
    readStraysAgain(tx, wiring, newKeys);
    return { entities: plan, again: this.#merging.again };
  }

  /** Held entities that rest on what changed. More than a run takes on are planned by and by. */
  #heldAround(changed: readonly string[]): readonly string[] {
    const { tx } = this.#context;
    const kinds = new Set(changed.flatMap((id) => kindOf(id) ?? []));
    const lists = [...kinds].filter((kind) => entities[kind].isList).map(listMark);
    const held = heldAround(tx.sql, [...changed, ...lists], heldMax);
    if (held.length === heldMax) {
      const due = new Set(held.map((id) => `replan ${kindOf(id)}`));
      writeRows(
        tx.sql,
        laneState,
        [...due].map((name) => ({ name, value: '' })),
        'replace',
      );
    }
    return held;
  }

  #absorbKind(kind: EntityName, readings: readonly Reading[]): void {
    const ready = readings.map((one): Ready => {
      let isIncomplete = false;
      const values = globalise(one.map, one.values, (refKind, id) => {
        const ours = this.#links.oursOf(one.seen, refKind as EntityName, id);
        isIncomplete ||= ours === null;
        return ours;
      });
      return { one, values, isIncomplete, link: this.#links.linkOf(kind, one.seen) };
    });
    this.#identify(kind, ready);
    this.#merging.load(ready.flatMap(({ link }) => (link ? [link.entity] : [])));
    for (const { one, values, link } of ready) if (link) this.#merging.merge(one, values, link);
  }

  /** Finds or makes the entity of each record that no link names. */
  #identify(kind: EntityName, ready: Ready[]): void {
    const { tx, wiring, makeId } = this.#context;
    const unknown = ready.filter((entry) => entry.link === null);
    if (unknown.length === 0) return;
    const sightings = new Map(unknown.map((entry) => [entry, sightingOf(entry)] as const));
    const recognition = new Recognition(tx, wiring, kind, [...sightings.values()]);
    for (const entry of unknown) {
      const { one } = entry;
      entry.link = this.#links.linkOf(kind, one.seen);
      const sighting = sightings.get(entry);
      if (entry.link !== null || sighting === undefined) continue;
      const found = recognition.recognise(sighting);
      if (found.as === 'again') this.#merging.again.push(one.seen);
      else if (found.as === 'stray') this.#links.keepStray(kind, one, entry.values, recognition.keysOf(sighting));
      else if (found.as === 'born') {
        const entity = this.#links.siblingUlid(one, kind) ?? makeId(entities[kind].prefix);
        entry.link = this.#links.link(kind, one, entity, 'born');
      } else entry.link = this.#links.link(kind, one, found.entity, found.as);
    }
  }
}

function sightingOf({ one, values, isIncomplete }: Ready): Sighting {
  const { connection, snapshot } = one.seen;
  const { recordType, recordId, externalId = null } = snapshot;
  return { connection, recordType, recordId, externalId, values, isIncomplete };
}
