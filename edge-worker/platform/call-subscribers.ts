// A pointer off the queue -> calls to one subscriber, in order, until it fails, nothing is left, or the time is up.

import type { LaneObject } from './objects.ts';
import { callSubscriber, type Outside } from './outbound.ts';

/** A queue message: who is to be called. A pointer only; the lane sends another when it hears nothing. */
export interface SubscriberPointer {
  readonly v: 1;
  readonly installation: string;
  readonly jurisdiction: string;
  readonly subscription: string;
}

type LaneStub = Pick<DurableObjectStub<LaneObject>, 'takeRound' | 'settleRound'>;

/** No round is begun, and no call within one, after this long: a lane believes a taker lost after 90 s. */
const busyMs = 45_000;

/** May run twice for one pointer: the lane hands its events to one taker at a time. */
export async function callSubscribers(lane: LaneStub, subscription: string, outside: Outside): Promise<void> {
  const untilMs = outside.nowMs() + busyMs;
  while (outside.nowMs() < untilMs) {
    const round = await lane.takeRound(subscription);
    if (!round) return;
    const outcomes = [];
    for (const call of round.calls) {
      if (outcomes.length > 0 && outside.nowMs() >= untilMs) break;
      const outcome = await callSubscriber(outside, round.url, call);
      outcomes.push(outcome);
      // What follows waits, so that it hears everything in order.
      if (outcome.problem !== null) break;
    }
    if (!(await lane.settleRound(subscription, round.token, outcomes))) return;
  }
}
