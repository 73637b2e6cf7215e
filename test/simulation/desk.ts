// What people do in the three systems: they make records, edit them, and wait for what others must do first.
// Remembers who said what last.
import type { StandIn } from '../../edge-worker/connectors/stand-in.ts';
import type { Seat } from './systems.ts';
import type { World } from './world.ts';

export type Values = Readonly<Record<string, unknown>>;

/** The field by which people know a record of a type, in every system. Nobody edits it. */
export const identityField: Readonly<Record<string, string>> = {
  client: 'number',
  opportunity: 'entity',
  engagement: 'entity',
  agreement: 'entity',
  person: 'mail',
  hours: 'activity',
  cost: 'report',
  milestone: 'title',
  change: 'title',
  bill: 'no',
  receipt: 'no',
};

export interface Edit {
  readonly seat: Seat;
  readonly type: string;
  readonly identity: string;
  readonly values: Values;
}

interface Intent {
  readonly atMs: number;
  readonly title: string;
  /** False: it cannot be done yet. */
  readonly act: () => boolean;
}

const pollMs = 15_000;

export class Desk {
  readonly standIns: Readonly<Record<Seat, StandIn>>;
  /** Last word of people per system, type, identity and field. */
  readonly said = new Map<string, unknown>();
  /** Fields that people have changed since their record was made, keyed as what they said. */
  readonly changed = new Set<string>();
  /** What people have deleted, as `seat|type|identity`. */
  readonly removed = new Set<string>();
  /** Records that were merged into others, as `type|loser`, and the identity that goes on. */
  readonly merged = new Map<string, string>();
  /** Hears of every save that people make. */
  onSaid: (seat: Seat, type: string, id: string, values: Values) => void = () => undefined;
  readonly #world: World;
  readonly #erased = new Map<string, string>();
  readonly #mergedIds = new Map<string, string>();
  readonly #agendas = new Map<string, Intent[]>();

  constructor(world: World, standIns: Readonly<Record<Seat, StandIn>>) {
    this.#world = world;
    this.standIns = standIns;
    this.#look();
  }

  /** Things that people still mean to do. */
  get open(): readonly string[] {
    return [...this.#agendas].flatMap(([, agenda]) => agenda.map((entry) => entry.title));
  }

  row(seat: Seat, type: string, identity: string): (Values & { readonly id: string }) | undefined {
    const field = identityField[type] ?? 'id';
    return this.standIns[seat].rows(type).find((row) => row[field] === identity);
  }

  make(seat: Seat, type: string, values: Values): string {
    this.#remember(seat, type, values, values);
    const id = this.standIns[seat].create(type, values);
    this.onSaid(seat, type, id, values);
    return id;
  }

  /** Edits the record if it is there. */
  edit({ seat, type, identity, values }: Edit): boolean {
    const row = this.row(seat, type, identity);
    if (row === undefined) return false;
    for (const key of this.#remember(seat, type, row, values)) this.changed.add(key);
    this.standIns[seat].update(type, row.id, values);
    this.onSaid(seat, type, row.id, values);
    return true;
  }

  remove(seat: Seat, type: string, identity: string): void {
    const row = this.row(seat, type, identity);
    if (row === undefined) return;
    this.#erased.set(`${seat}|${type}|${identity}`, row.id);
    this.removed.add(`${seat}|${type}|${identity}`);
    this.standIns[seat].remove(type, row.id);
  }

  merge(seat: Seat, type: string, winner: string, loser: string): boolean {
    const [into, gone] = [this.row(seat, type, winner), this.row(seat, type, loser)];
    if (into === undefined || gone === undefined) return false;
    this.merged.set(`${type}|${loser}`, winner);
    this.#mergedIds.set(`${seat}|${type}|${gone.id}`, winner);
    this.removed.add(`${seat}|${type}|${loser}`);
    this.standIns[seat].act('merge', { type, winner: into.id, loser: gone.id });
    return true;
  }

  /** Who goes on in the place of a record that was merged away. */
  mergedInto(seat: Seat, type: string, id: string): string | undefined {
    return this.#mergedIds.get(`${seat}|${type}|${id}`);
  }

  /** As what a record was known that somebody erased. */
  erasedAs(seat: Seat, type: string, id: string): string | undefined {
    const start = `${seat}|${type}|`;
    for (const [key, erased] of this.#erased)
      if (erased === id && key.startsWith(start)) return key.slice(start.length);
    return undefined;
  }

  /** By what a record is known since merges. */
  goesOnAs(type: string, identity: string): string {
    return this.merged.get(`${type}|${identity}`) ?? identity;
  }

  /** Out of the recycle bin, where it lies there. */
  undelete(seat: Seat, type: string, identity: string): void {
    const id = this.#erased.get(`${seat}|${type}|${identity}`);
    if (id !== undefined && this.standIns[seat].act('undelete', { type, id }) === true)
      this.removed.delete(`${seat}|${type}|${identity}`);
  }

  /** Done at the moment, or as soon after it as it can be done. What is meant for one record happens in its order. */
  plan(atMs: number, record: string, title: string, act: () => boolean): void {
    const agenda = this.#agendas.get(record) ?? [];
    this.#agendas.set(record, agenda);
    agenda.push({ atMs, title, act });
    agenda.sort((a, b) => a.atMs - b.atMs);
    this.#world.at(atMs, () => this.#goOn(agenda));
  }

  #goOn(agenda: Intent[]): void {
    for (let next = agenda[0]; next && next.atMs <= this.#world.ms && next.act(); next = agenda[0]) agenda.shift();
  }

  #look(): void {
    this.#world.after(pollMs, () => {
      for (const agenda of this.#agendas.values()) this.#goOn(agenda);
      this.#look();
    });
  }

  /** Returns the keys of what was said. */
  #remember(seat: Seat, type: string, row: Values, values: Values): string[] {
    const identity = String(row[identityField[type] ?? 'id']);
    const said = Object.entries(values).flatMap(([path, value]): [string, unknown][] =>
      path === 'address'
        ? Object.entries(Object(value)).map(([inner, deep]) => [`address.${inner}`, deep])
        : [[path, value]],
    );
    return said.map(([path, value]) => {
      const key = `${seat}|${type}|${identity}|${path}`;
      this.said.set(key, value);
      return key;
    });
  }
}
