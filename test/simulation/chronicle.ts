// What the world remembers by itself of who saved what when, who published which mapping, who answered what: the
// answers of "why is this so" are compared with it.
import type { Values } from './desk.ts';
import type { Saved } from './network.ts';
import type { Seat } from './systems.ts';

/** A record as it stood after somebody had saved it. */
export interface Standing {
  readonly atMs: number;
  /** The command of the hub that saved it; null where people did. */
  readonly command: string | null;
  /** What the save said. */
  readonly said: Values;
  readonly row: Values;
}

export interface Published {
  readonly version: number;
  readonly by: string;
  readonly atMs: number;
}

export interface Answered {
  readonly exception: string;
  readonly entity: string;
  readonly raisedMs: number;
  readonly answer: string;
  readonly reason: string;
  readonly atMs: number;
}

type RowOf = (seat: Seat, type: string, id: string) => Values | undefined;

export class Chronicle {
  readonly published: Published[] = [];
  readonly answered: Answered[] = [];
  readonly #standings = new Map<string, Standing[]>();
  readonly #nowMs: () => number;
  readonly #rowOf: RowOf;

  constructor(nowMs: () => number, rowOf: RowOf) {
    this.#nowMs = nowMs;
    this.#rowOf = rowOf;
  }

  /** People saved a record. */
  said(seat: Seat, type: string, id: string, said: Values): void {
    this.#add(seat, type, id, null, said);
  }

  /** The hub saved records. */
  saved({ seat, type, records, ids }: Saved): void {
    ids.forEach((id, index) => {
      const record = records[index];
      if (id !== null && record) this.#add(seat, type, id, record.stamp, record.values);
    });
  }

  #add(seat: Seat, type: string, id: string, command: string | null, said: Values): void {
    const key = `${seat}|${type}|${id}`;
    const row = structuredClone(this.#rowOf(seat, type, id) ?? {});
    const standings = this.#standings.get(key) ?? [];
    this.#standings.set(key, [...standings, { atMs: this.#nowMs(), command, said: structuredClone(said), row }]);
  }

  /** Every state of a record, the oldest first. */
  standings(seat: string, type: string, id: string): readonly Standing[] {
    return this.#standings.get(`${seat}|${type}|${id}`) ?? [];
  }
}
