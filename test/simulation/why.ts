// Asks "why is this so" of random fields at random moments of a world, and compares each answer with what the world
// remembers by itself.
import { type Explained, explain } from '../../edge-worker/api/explain.ts';
import { kindOf } from '../../edge-worker/flow/identity.ts';
import { archiveFor } from '../../edge-worker/platform/archive.ts';
import { recordFor } from '../../edge-worker/platform/record-database.ts';
import { historyOf } from '../../edge-worker/store/history.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { Standing } from './chronicle.ts';
import { type Field, isCarried, type Kind, kinds, onOpportunity, plain, valueAt } from './fields.ts';
import { type MappingContent, publish } from './mapping.ts';
import { identityFinder, isAmended } from './oracle-books.ts';
import { LaneBooks, plainCanonical } from './oracle-lane.ts';
import type { Simulation } from './run.ts';
import type { Seat } from './systems.ts';

/** Of how many questions each kind of answer was the right one. */
export type Tally = Map<string, number>;

interface Asked {
  readonly entity: string;
  readonly kind: Kind;
  readonly field: Field;
  readonly atMs: number;
}

/** Values that the world and the hub spell differently on purpose. */
const otherwise: ReadonlySet<unknown> = new Set(['choice', 'lines', 'rates']);

/** Somebody publishes a mapping that says nothing new. */
export async function publishNothingNew(simulation: Simulation, by: string): Promise<void> {
  const said = (content: MappingContent) => ({ ...content, lookups: { unused: { [by]: by } } });
  const isPublished = await publish(simulation, by, said);
  if (!isPublished) throw new Error('the object died of it');
}

export class Asking {
  readonly breaches: string[] = [];
  readonly tally: Tally = new Map();
  readonly #simulation: Simulation;
  readonly #books: LaneBooks;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    const { host, desk, stewards } = simulation;
    this.#books = new LaneBooks(host, desk, stewards.openHolds());
  }

  async ask(many: number): Promise<void> {
    const { world, host, connectors } = this.#simulation;
    const dice = world.dice('questions');
    const record = recordFor({ RECORD: host.d1 }, 'sim');
    const archive = archiveFor({ ARCHIVE: host.r2.bucket }, 'sim');
    const entities = [...this.#books.entities.keys()].sort();
    for (let count = 0; count < many; count++) {
      const entity = dice.pick(entities);
      const kind = kinds.find((one) => one.kind === kindOf(entity));
      if (!kind) throw new Error(`${entity} is of no kind`);
      const atMs = dice.hits(0.3) ? world.ms : dice.between(world.startMs, world.ms);
      const field = dice.pick(kind.fields);
      const asked = { entity, kind, field, atMs };
      const question = { entity, kind: kind.kind as EntityName, field: field.field, atMs };
      const found = await explain(await historyOf(record, archive, entity), connectors, question);
      const moment = new Date(atMs).toISOString().slice(11, 19);
      const name = `${this.#books.nameOf(entity)} ${field.field} at ${moment}`;
      for (const breach of this.#check(asked, found)) this.breaches.push(`${name}: ${breach}`);
    }
  }

  #count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }

  #check(asked: Asked, found: Awaited<ReturnType<typeof explain>>): string[] {
    if (!found) return ['nobody knows it'];
    if ('bornMs' in found) {
      this.#count('not born');
      return found.bornMs > asked.atMs ? [] : ['said to be born later, and was not'];
    }
    this.#count(found.origin.by);
    return [
      ...this.#checkOrigin(asked, found),
      ...this.#checkLastWord(asked, found),
      ...this.#checkReplaced(asked, found),
      ...this.#checkEvent(found),
      ...this.#checkMapping(found),
      ...this.#checkDecisions(asked, found),
      ...this.#checkGiven(asked, found),
    ];
  }

  /** The record named held this value, in this version, when it was read; and nobody but its own system had said so. */
  #checkOrigin(asked: Asked, { origin, value, sinceMs }: Explained): string[] {
    if (origin.by !== 'record') return [];
    const { connection, readMs, source } = origin;
    if (!source) return [`no record of ${connection} is named`];
    if (sinceMs < readMs || sinceMs > asked.atMs) return ['read, written down and asked about in another order'];
    const { recordType, recordId } = source;
    const all = this.#simulation.chronicle.standings(connection, recordType, recordId);
    const stamp = this.#simulation.stamps[connection as Seat];
    const seen = standingBetween(all, readMs, sinceMs).filter(
      (one) => stamp(String(one.row['version'])) === source.version,
    );
    const path = pathOn(asked, recordType);
    const standing = seen.find((one) => this.#isSame(asked, connection, valueAt(one.row, path), value));
    if (!standing) return [`${connection} ${recordType} ${recordId} ${source.version} did not say ${String(value)}`];
    const last = this.#lastChange(asked, connection, all.slice(0, all.indexOf(standing) + 1), path);
    // A system may fill in by itself what a save of ours leaves out.
    if (last.command !== null && valueAt(last.said, path) !== undefined)
      return [`${connection} is named, but our own command ${last.command} had put it there`];
    return [];
  }

  /** The save that made the value what it is at the end. */
  #lastChange(asked: Asked, seat: string, all: readonly Standing[], path: string): Standing {
    const identityOf = identityFinder(this.#simulation.desk, seat as Seat);
    const told = (one: Standing) => JSON.stringify(plain(valueAt(one.row, path), asked.field.form, identityOf));
    let last = all.length - 1;
    while (last > 0 && told(all[last - 1] as Standing) === told(all[last] as Standing)) last--;
    return all[last] as Standing;
  }

  /** At rest nothing is on its way: it is what the owner's system says. */
  #checkLastWord(asked: Asked, { value }: Explained): string[] {
    const { kind, field, atMs, entity } = asked;
    if (atMs < this.#simulation.world.ms) return [];
    this.#count('now');
    const type = kind.kind === 'contract' ? 'opportunity' : kind.type;
    const link = this.#books.links.find(
      (one) => one.entity === entity && one.connection === field.owner && one.type === type,
    );
    if (!link || !isCarried(field.owner, type, field.path)) return [];
    const identity = identityFinder(this.#simulation.desk, field.owner)(type, link.id);
    if (isAmended(this.#simulation.desk, type, field.path, identity)) return [];
    const last = this.#simulation.chronicle.standings(field.owner, type, link.id).at(-1);
    const said = valueAt(last?.row, pathOn(asked, type));
    return this.#isSame(asked, field.owner, said, value) ? [] : [`${field.owner} says ${String(said)} by now`];
  }

  #checkReplaced(asked: Asked, { replaced, version, value }: Explained): string[] {
    if (!replaced) return [];
    this.#count('replaced');
    if (replaced.version !== version - 1) return ['it replaced another version'];
    if (JSON.stringify(replaced.value) === JSON.stringify(value)) return ['it replaced itself'];
    const { origin } = replaced;
    if (origin.by !== 'record') return [];
    const links = this.#books.links.filter(
      (one) => one.entity === asked.entity && one.connection === origin.connection,
    );
    const isTrue = links.some(({ type, id }) => {
      const all = this.#simulation.chronicle.standings(origin.connection, type, id);
      const after = standingBetween(all, origin.readMs, asked.atMs);
      return after.some((one) =>
        this.#isSame(asked, origin.connection, valueAt(one.row, pathOn(asked, type)), replaced.value),
      );
    });
    return isTrue ? [] : [`${origin.connection} never said ${String(replaced.value)}`];
  }

  /** Whatever asked for the read is known to the world too. */
  #checkEvent({ origin }: Explained): string[] {
    if (origin.by !== 'record' || !origin.source?.event) return [];
    const { event, connection, eventMs, readMs, recordType, recordId } = origin.source;
    if (eventMs > readMs) return ['the event came after the read'];
    if (event.startsWith('cmd_')) {
      this.#count('event save');
      const all = this.#simulation.chronicle.standings(connection, recordType, recordId);
      return all.some((one) => one.command === event) ? [] : [`no save was ${event}`];
    }
    const [is = ''] = /^(feed|load)(?=:)/.exec(event) ?? [];
    this.#count(is === '' ? 'event delivery' : 'event feed');
    if (is !== '') return [];
    const isKnown = this.#simulation.acknowledged.some(
      (entry) => entry.connection === connection && entry.delivery === event,
    );
    return isKnown ? [] : [`no delivery was ${event}`];
  }

  #checkMapping({ mapping, sinceMs }: Explained): string[] {
    const last = this.#simulation.chronicle.published.findLast((one) => one.atMs <= sinceMs);
    const expected = last ? `${last.version} ${last.by} ${last.atMs}` : '1 hub';
    const told = `${mapping?.version} ${mapping?.by} ${mapping?.publishedMs}`;
    if (mapping?.version !== 1) this.#count('published');
    return told.startsWith(expected) ? [] : [`mapping ${told}, published was ${expected}`];
  }

  #checkDecisions(asked: Asked, { decisions, sinceMs }: Explained): string[] {
    const told = decisions.map((one) => `${one.id} ${one.answer} ${one.closedBy} ${one.reason} ${one.closedMs}`);
    const expected = this.#simulation.chronicle.answered
      .filter((one) => one.entity === asked.entity && one.raisedMs >= sinceMs && one.atMs <= asked.atMs)
      .map((one) => `${one.exception} ${one.answer} owner ${one.reason} ${one.atMs}`);
    if (expected.length > 0) this.#count('decided');
    const same = told.sort().join('; ') === expected.sort().join('; ');
    return same ? [] : [`decided was ${expected.join('; ')}; told is ${told.join('; ')}`];
  }

  /** Who is said to have been given it was sent it, by that command. */
  #checkGiven(asked: Asked, { given, value, sinceMs }: Explained): string[] {
    return given.flatMap(({ connection, recordId, command, outcome }) => {
      this.#count('given');
      const { type } = asked.kind;
      const all = this.#simulation.chronicle.standings(connection, type, recordId ?? '');
      const save = all.find((one) => one.command === command);
      if (!save) return outcome === 'found' ? [] : [`${connection} ${recordId} was not saved by ${command}`];
      if (save.atMs < sinceMs) return [`${command} was sent before it was so`];
      const sent = valueAt(save.said, asked.field.path);
      const isSent = sent === undefined || this.#isSame(asked, connection, sent, value);
      return isSent ? [] : [`${command} gave ${connection} ${String(sent)}`];
    });
  }

  #isSame({ field }: Asked, seat: string, theirs: unknown, ours: unknown): boolean {
    if (otherwise.has(field.form)) return true;
    const said = plain(theirs, field.form, identityFinder(this.#simulation.desk, seat as Seat));
    return said === plainCanonical(this.#books, ours, field.form);
  }
}

function pathOn({ kind, field }: Asked, type: string): string {
  return kind.kind === 'contract' && type === 'opportunity' ? (onOpportunity[field.path] ?? field.path) : field.path;
}

/** What stood as the read began, and whatever was saved until its answer was written down. */
function standingBetween(all: readonly Standing[], fromMs: number, toMs: number): Standing[] {
  const first = all.findLastIndex((one) => one.atMs <= fromMs);
  return all.filter((one, index) => index >= first && one.atMs <= toMs);
}
