// The Durable Object that is the lane of one installation. All that a lane runs is half of the Worker: it is read with
// the first lane of an isolate, not at every start, for an isolate that only receives has none.
import { DurableObject } from 'cloudflare:workers';
import type { Env } from './env.ts';
import type { LaneCalls } from './lane-calls.ts';

type Calls = Pick<LaneCalls, keyof LaneCalls>;

/** The platform finds a call by its name on the class, before anything is read. */
const names: Readonly<Record<keyof Calls, true>> = {
  accept: true,
  alarm: true,
  sweep: true,
  signedHead: true,
  change: true,
  end: true,
  takeBack: true,
  goBack: true,
  noteExport: true,
  ownRows: true,
  inventory: true,
  erase: true,
  takeRound: true,
  settleRound: true,
  unreachedSubscriber: true,
  work: true,
  visit: true,
  proveUser: true,
  rehearse: true,
  preview: true,
  sides: true,
  checkDraft: true,
  seeTable: true,
  checkTable: true,
  validate: true,
  check: true,
  renewCredentials: true,
  ask: true,
};

class Door extends DurableObject<Env> {
  #calls: LaneCalls | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    // Whatever comes in the meantime is held back by the platform.
    void state.blockConcurrencyWhile(async () => {
      const [{ LaneHome }, { LaneCalls }] = await Promise.all([import('./lane-home.ts'), import('./lane-calls.ts')]);
      this.#calls = new LaneCalls(await LaneHome.open(state, env));
    });
  }

  static {
    for (const name of Object.keys(names) as (keyof Calls)[]) {
      const value = function (this: Door, ...given: never[]): unknown {
        const calls = this.#calls as Record<keyof Calls, (...given: never[]) => unknown> | null;
        if (!calls) throw new Error('This lane was not opened');
        return calls[name](...given);
      };
      Object.defineProperty(Door.prototype, name, { value });
    }
  }
}

export const LaneObject = Door as unknown as new (state: DurableObjectState, env: Env) => DurableObject<Env> & Calls;
export type LaneObject = InstanceType<typeof LaneObject>;
