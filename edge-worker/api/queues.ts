// What comes off the queues: pages of lanes to wake, subscribers to call, and pointers that failed every try.
import type { Context } from '../context.ts';
import { type LanePlace, type SweepPage, sweepPage, unwoken } from '../flow/sweep.ts';
import { callSubscribers, type SubscriberPointer } from '../platform/call-subscribers.ts';
import type { Env } from '../platform/env.ts';
import { goOnEnding } from '../platform/erasure.ts';
import { laneStub } from '../platform/lanes.ts';
import { log } from '../platform/log.ts';

interface Door {
  /** How the queue's name ends. */
  readonly of: RegExp;
  readonly take: (message: Message, env: Env, ports: Context) => Promise<void>;
  /** What the log says of a message that could not be taken; it comes again. */
  readonly failed: string;
}

const doors: readonly Door[] = [
  {
    of: /-sweep$/,
    failed: 'sweep-page-failed',
    take: async (message, env, { nowMs }) => {
      const page = message.body as SweepPage;
      await sweepPage(page, ({ installation, jurisdiction }) => laneStub(env, installation, jurisdiction).sweep());
      for (const installation of page.endings ?? []) {
        // One that fails is gone on with by the next sweep, and does not stand before the others.
        try {
          if (await goOnEnding(env, nowMs, installation)) log('installation-erased', { installation });
        } catch (error) {
          const message = error instanceof Error ? error.message : 'unknown';
          log('ending-failed', { installation, message });
        }
      }
    },
  },
  {
    of: /-sweep-dead$/,
    failed: 'sweep-page-failed',
    // The next sweep brings its lanes again; the operator learns which of them is the guilty one.
    take: async (message, env) => {
      const page = message.body as SweepPage;
      log('sweep-page-dead', { lanes: page.installations.length });
      const wake = ({ installation, jurisdiction }: LanePlace) => laneStub(env, installation, jurisdiction).sweep();
      for (const one of await unwoken(page, wake)) log('lane-not-woken', one);
    },
  },
  {
    of: /-events$/,
    failed: 'subscriber-call-failed',
    take: (message, env, { fetch, nowMs }) => {
      const { installation, jurisdiction, subscription } = message.body as SubscriberPointer;
      const outside = { fetch, nowMs, isDevelopment: env.DEVELOPMENT === 'yes' };
      return callSubscribers(laneStub(env, installation, jurisdiction), subscription, outside);
    },
  },
  {
    of: /-events-dead$/,
    failed: 'subscriber-call-failed',
    take: async (message, env) => {
      const { installation, jurisdiction, subscription } = message.body as SubscriberPointer;
      log('subscriber-call-dead', { installation, subscription });
      await laneStub(env, installation, jurisdiction).unreachedSubscriber(subscription);
    },
  },
];

/** Messages of one batch side by side: a batch is small enough for the calls that may wait at a time. */
export async function takeBatch(batch: MessageBatch, env: Env, ports: Context): Promise<void> {
  const door = doors.find(({ of }) => of.test(batch.queue));
  if (!door) throw new Error(`Nobody takes the messages of ${batch.queue}`);
  await Promise.all(
    batch.messages.map(async (message) => {
      try {
        await door.take(message, env, ports);
        message.ack();
      } catch (error) {
        log(door.failed, { message: error instanceof Error ? error.message : 'unknown' });
        message.retry();
      }
    }),
  );
}
