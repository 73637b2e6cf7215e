// One stand-in, session and clock for one promise: how records are made, written and edited, whatever the system.
import { z } from 'zod';
import { writePath } from '../../edge-worker/connectors/codecs.ts';
import type {
  Connector,
  Notice,
  RecordRef,
  Session,
  Snapshot,
  Write,
  WriteResult,
} from '../../edge-worker/connectors/connector.ts';
import type { StandIn, StandInFactory } from '../../edge-worker/connectors/stand-in.ts';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { refersTo } from '../../shared/entities/entity.ts';
import { Clock, chanceOf, connectOptions, type TestOptions } from '../support/options.ts';
import { VisitedHub } from '../support/visited-hub.ts';
import { exampleWith, type Fields, mapOf, type PlainMap, rowsOf, toWire } from '../support/wire.ts';
import type { Notes } from './notes.ts';

const values = z.record(z.string(), z.unknown());

const pagesMax = 500;

export type Applied = Extract<WriteResult, { readonly outcome: 'applied' }>;
export type Cursors = Readonly<Record<string, string | null>>;

export interface Suite {
  /** Every promise by name, so that a skip of none is noticed. */
  readonly names: Set<string>;
  readonly connector: Connector;
  readonly factory: StandInFactory;
  readonly notes: Notes;
}

export class World {
  readonly clock = new Clock();
  readonly connector: Connector;
  readonly notes: Notes;
  readonly standIn: StandIn;
  readonly options: TestOptions;
  readonly session: Session;
  /** Webhooks that the stand-in sent; each was answered with `answerStatus`. */
  readonly sent: Request[] = [];
  answerStatus = 202;
  readonly #made = new Map<EntityName, string | null>();
  #serial = 0;

  constructor({ connector, factory, notes }: Suite) {
    this.connector = connector;
    this.notes = notes;
    const hub = connector.visits ? new VisitedHub(connector, connector.visits, this.clock) : null;
    this.standIn = factory({
      baseUrl: 'http://127.0.0.1:9100',
      nowMs: this.clock.nowMs,
      chance: chanceOf(1),
      sleep: async (ms) => this.clock.advance(ms),
      send: async (request) => {
        this.sent.push(request.clone());
        if (hub) return hub.take(request, this.standIn.connection);
        return new Response(null, { status: this.answerStatus });
      },
    });
    this.options = { ...connectOptions(this.standIn, this.clock.nowMs), ...(hub && { mailbox: hub.mailbox }) };
    const session = connector.connect(this.options);
    this.session = hub ? hub.visited(session, this.standIn) : session;
  }

  /** A session that has its token and whatever else it fetches once, so that a switch meets the call that is meant. */
  async warm(): Promise<this> {
    await this.session.check();
    return this;
  }

  map(kind: EntityName): PlainMap {
    return mapOf(this.connector, kind);
  }

  canCreate(kind: EntityName): boolean {
    const map = this.map(kind);
    return map.canCreate && map.canWrite && map.livesOn === undefined;
  }

  /** The entity's example as this system would be asked to hold it, the records it refers to made first. */
  async example(kind: EntityName): Promise<Fields> {
    const ids = new Map<string, string | null>();
    exampleWith(kind, (to) => {
      ids.set(to, null);
      return null;
    });
    // Systems bill a source once: who bills some is given fresh ones.
    const billed = billedKindsOf(kind);
    for (const to of ids.keys()) ids.set(to, billed.has(to) ? await this.#freshIdOf(to) : await this.idOf(to));
    const example = exampleWith(kind, (to) => ids.get(to) ?? null);
    const serial = ++this.#serial;
    // Systems may refuse a second record of the same name or number.
    const distinct = ['name', 'number']
      .filter((field) => field in example)
      .map((field) => [field, `${example[field]} ${serial}`]);
    return { ...example, ...Object.fromEntries(distinct) };
  }

  async newWrite(kind: EntityName, fields?: Fields): Promise<Write> {
    const map = this.map(kind);
    const held = fields ?? (await this.example(kind));
    const host = map.livesOn === undefined ? null : textOf(held[map.livesOn]);
    const serial = ++this.#serial;
    const externalId = `${entities[kind].prefix}_01JTEST${String(serial).padStart(19, '0')}`;
    const wire: Record<string, unknown> = { ...toWire(map, held) };
    await this.#translateLookups(map, wire);
    return {
      recordType: map.recordType,
      recordId: host,
      externalId,
      idempotencyKey: `create-${externalId}`,
      stamp: `stamp-${serial}`,
      wire,
    };
  }

  /** A write to a record that is there, with content of its own. */
  async newUpdate(
    kind: EntityName,
    created: { readonly externalId: string; readonly recordId: string },
    fields: Fields,
  ) {
    const write = await this.newWrite(kind, fields);
    const { externalId, recordId } = created;
    return { ...write, externalId, recordId, idempotencyKey: `${externalId}-${write.stamp}` };
  }

  async write(write: Write): Promise<Applied> {
    const [result] = await this.session.write([write]);
    if (result?.outcome !== 'applied')
      throw new Error(`${write.recordType} was not written: ${JSON.stringify(result)}`);
    return result;
  }

  /** A new record of this kind, by the hub where it may create one, by a person otherwise. */
  async make(kind: EntityName): Promise<RecordRef> {
    const { recordType, livesOn } = this.map(kind);
    const host = livesOn === undefined ? undefined : hostOf(kind, livesOn);
    if (this.canCreate(kind)) {
      const { snapshot } = await this.write(await this.newWrite(kind));
      return { recordType, recordId: snapshot.recordId };
    }
    const byHand = this.notes.records[kind];
    if (byHand === undefined && host !== undefined) return this.#makeOnHost(kind, host);
    if (byHand === undefined) throw new Error(`conformance.json does not say how a person makes a ${kind}`);
    const typed = await this.#fill(byHand.values);
    return { recordType, recordId: this.standIn.create(byHand.type ?? recordType, typed) };
  }

  /** For a kind without a record of its own: the record it lives on, with its fields written onto it. */
  async #makeOnHost(kind: EntityName, host: EntityName): Promise<RecordRef> {
    const { recordType, canWrite } = this.map(kind);
    const { recordId } = await this.make(host);
    if (canWrite) await this.write({ ...(await this.newWrite(kind)), recordId });
    return { recordType, recordId };
  }

  /** The one record of this kind that others refer to; null for a kind that the system does not carry. */
  async idOf(kind: string): Promise<string | null> {
    if (!isKind(kind) || this.connector.maps[kind] === undefined) return null;
    const known = this.#made.get(kind);
    if (known !== undefined) return known;
    // Two kinds may refer to each other: the second time round the circle stays open.
    this.#made.set(kind, null);
    const { recordId } = await this.make(kind);
    this.#made.set(kind, recordId);
    return recordId;
  }

  async #freshIdOf(kind: string): Promise<string | null> {
    return isKind(kind) && this.connector.maps[kind] !== undefined ? (await this.make(kind)).recordId : null;
  }

  /** A field of free text, to see a change by. */
  textField(kind: EntityName): string | undefined {
    const texts = rowsOf(this.map(kind), 'both', 'out', 'in').filter(([, row]) => row.codec.name.startsWith('text'));
    const fields = texts.filter(([, row]) => row.lookup === undefined).map(([field]) => field);
    return ['name', 'note', 'memo', 'description', 'purchaseOrder'].find((field) => fields.includes(field));
  }

  /** A person changes the record in the system's own pages. */
  async edit(kind: EntityName, recordId: string): Promise<void> {
    const map = this.map(kind);
    const path = map.fields[this.textField(kind) ?? '']?.at.split('.').at(-1) ?? 'name';
    const typed = await this.#fill(this.notes.edits[kind] ?? { [path]: 'Edited {#}' });
    this.standIn.update(map.recordType, recordId, typed);
  }

  /** Somebody puts the record on an invoice. */
  async bill(kind: EntityName, recordId: string): Promise<void> {
    const billing = this.notes.billing[kind];
    if (billing === undefined) throw new Error(`conformance.json does not say how a ${kind} is billed`);
    const typed = await this.#fill(billing.values);
    if (billing.act === undefined) this.standIn.update(this.map(kind).recordType, recordId, typed);
    else this.standIn.act(billing.act, typed);
  }

  rows(kind: EntityName): number {
    return this.standIn.rows(this.map(kind).recordType).length;
  }

  findByExternalId(write: Write): Promise<readonly (readonly Snapshot[])[]> {
    return this.session.find([{ recordType: write.recordType, field: null, value: write.externalId }]);
  }

  /** Every notice of every feed from these cursors on, and the cursors to go on from. */
  async drain(
    cursors: Cursors,
  ): Promise<{ readonly notices: readonly Notice[]; readonly cursors: Cursors; readonly pages: number }> {
    const notices: Notice[] = [];
    const next: Record<string, string | null> = {};
    let pages = 0;
    for (const { name } of this.connector.feeds) {
      let cursor = cursors[name] ?? null;
      for (let hasMore = true; hasMore; pages++) {
        if (pages > pagesMax) throw new Error(`the feed ${name} never ends`);
        const page = await this.session.changes(name, cursor);
        notices.push(...page.notices);
        ({ cursor, hasMore } = page);
      }
      next[name] = cursor;
    }
    return { notices, cursors: next, pages };
  }

  /** Where each feed stands now. */
  cursors(): Cursors {
    return Object.fromEntries(this.connector.feeds.map((feed) => [feed.name, feed.startAt(this.clock.ms)]));
  }

  /** What a person types, the text put in its place. */
  typed(values: Fields, text: string): Promise<Fields> {
    return this.#fill(JSON.parse(JSON.stringify(values).replaceAll('{text}', text)) as Fields);
  }

  async #fill(typed: Fields): Promise<Fields> {
    let text = JSON.stringify(typed).replaceAll('{#}', String(++this.#serial));
    for (const [mark, kind = ''] of text.matchAll(/"\{(\w+)\}"/g))
      text = text.replace(mark, JSON.stringify(await this.idOf(kind)));
    return values.parse(JSON.parse(text));
  }

  /** The hub asks an admin for lookup tables; the suite takes the first value that the system offers. */
  async #translateLookups(map: PlainMap, wire: Record<string, unknown>): Promise<void> {
    const looked = rowsOf(map, 'both', 'out').filter(([, row]) => row.lookup !== undefined);
    if (looked.length === 0) return;
    const schema = await this.session.describe(map.recordType);
    for (const [, row] of looked) {
      const choice = schema.find((field) => field.path === row.at)?.choices?.[0];
      if (choice !== undefined) writePath(wire, row.at, choice.value);
    }
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function hostOf(kind: EntityName, livesOn: string): EntityName | undefined {
  const shape: Readonly<Record<string, z.ZodType>> = entities[kind].schema.shape;
  const field = shape[livesOn];
  const host = field === undefined ? undefined : refersTo(field);
  return host !== undefined && isKind(host) ? host : undefined;
}

/** The kinds whose records this one bills in its example. */
function billedKindsOf(kind: EntityName): ReadonlySet<string> {
  const { bills, example } = entities[kind] as {
    bills?: (record: unknown) => readonly { readonly source: string }[];
    example: unknown;
  };
  const prefixes = new Set((bills?.(example) ?? []).map(({ source }) => source.slice(0, 3)));
  return new Set(Object.values(entities).flatMap(({ name, prefix }) => (prefixes.has(prefix) ? [name] : [])));
}

function isKind(kind: string): kind is EntityName {
  return kind in entities;
}
