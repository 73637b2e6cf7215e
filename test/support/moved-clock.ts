// The clock of the Worker moved ahead: what a hub finds that was away for an hour. It stands in the rig, around the
// built Worker; the Worker knows nothing of it.

/** Entry of the Worker when its clock is moved: the same doors. The platform's alarms keep the time of the machine. */
const entry = (aheadMs: number) => `
import worker, { LaneObject as Lane, LongJob, OverflowObject as Overflow } from './index.js';
export { LongJob };
export default worker;

const aheadMs = ${aheadMs};
const Machine = Date;
globalThis.Date = class extends Machine {
  constructor(...given) {
    super(...(given.length === 0 ? [Machine.now() + aheadMs] : given));
  }
  static now() {
    return Machine.now() + aheadMs;
  }
};
const moved = new Set();
const onMachineTime = (state) => {
  const storage = Object.getPrototypeOf(state.storage);
  if (!moved.has(storage)) {
    const { setAlarm } = storage;
    storage.setAlarm = function (atMs, ...more) {
      return setAlarm.call(this, atMs - aheadMs, ...more);
    };
    moved.add(storage);
  }
  return state;
};
export class LaneObject extends Lane {
  constructor(state, env) {
    super(onMachineTime(state), env);
  }
}
export class OverflowObject extends Overflow {
  constructor(state, env) {
    super(onMachineTime(state), env);
  }
}
`;

/** What the rig adds to the Worker. */
export const movedClock = (aheadMs: number) => [
  { type: 'ESModule' as const, path: 'moved-clock.js', contents: entry(aheadMs) },
];
