// What people mean to do and when, rolled by the dice: edits, oversteps into what another system owns, and saves in the
// same second as the hub's.
import type { Desk, Edit, Values } from './desk.ts';
import { identityOfRow } from './fields.ts';
import type { Saved } from './network.ts';
import type { Seat } from './systems.ts';
import type { Dice, World } from './world.ts';

const minuteMs = 60_000;

export class Diary {
  readonly desk: Desk;
  readonly dice: Dice;
  readonly #world: World;
  /** Edits that fall into the same second as the hub's first save of a record. Each is made once. */
  readonly #sameSecond = new Map<string, Values>();

  constructor(world: World, desk: Desk) {
    this.#world = world;
    this.desk = desk;
    this.dice = world.dice('days');
  }

  /** As people write it: today, or so many days from now. */
  day(after = 0): string {
    return this.#world.day(after);
  }

  /** A colleague saves in the same whole second as the hub, before the hub has heard of its own save. */
  beside({ seat, type, ids }: Saved): void {
    for (const id of ids) {
      const row = this.desk.standIns[seat].rows(type).find((one) => one.id === id);
      if (row === undefined) continue;
      const identity = identityOfRow(type, row);
      const values = this.#sameSecond.get(`${seat}|${type}|${identity}`);
      if (values === undefined) continue;
      this.#sameSecond.delete(`${seat}|${type}|${identity}`);
      this.desk.edit({ seat, type, identity, values });
    }
  }

  soon(fromMinutes: number, toMinutes: number): number {
    return this.#world.startMs + this.dice.between(fromMinutes * minuteMs, toMinutes * minuteMs);
  }

  edits(fromMinutes: number, toMinutes: number, edit: Edit, mayBegin = () => true): void {
    const { seat, type, identity, values } = edit;
    const title = `${seat} ${type} ${identity} ${Object.keys(values).join()}`;
    const act = () => mayBegin() && this.desk.edit(edit);
    this.desk.plan(this.soon(fromMinutes, toMinutes), `${seat} ${type} ${identity}`, title, act);
  }

  /**
   * Somebody edits what another system owns, in a record that began here: only once that other system holds it, for
   * until then he may.
   */
  oversteps(owner: Seat, edit: Edit, mayBegin = () => true): void {
    const { seat, type, identity } = edit;
    const isThere = () => mayBegin() && this.desk.row(owner, type, identity) !== undefined;
    const title = `${seat} ${type} ${identity} oversteps ${Object.keys(edit.values).join()}`;
    this.desk.plan(this.soon(10, 45), title, title, () => isThere() && this.desk.edit(edit));
  }

  /** With one in `odds`. */
  maybe(odds: number, act: () => void): void {
    if (this.dice.hits(1 / odds)) act();
  }

  /**
   * The hub's first save of the record is met by this edit in the same second. Where the hub had nothing to save it is
   * made all the same, later: what people do must not depend on when the lane was struck dead.
   */
  inTheSameSecond(edit: Edit): void {
    const { seat, type, identity, values } = edit;
    const key = `${seat}|${type}|${identity}`;
    this.#sameSecond.set(key, values);
    const act = () => {
      if (!this.#sameSecond.has(key)) return true;
      if (!this.desk.edit(edit)) return false;
      return this.#sameSecond.delete(key);
    };
    const title = `${seat} ${type} ${identity} at last ${Object.keys(values).join()}`;
    this.desk.plan(this.soon(46, 50), `${seat} ${type} ${identity}`, title, act);
  }
}
