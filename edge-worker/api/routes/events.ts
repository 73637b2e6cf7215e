// Routes of events: the catalogue, what each subscriber was told, telling it again, and trying its address.
import { z } from 'zod';
import { outboundEvents } from '../../../shared/events/_registry.ts';
import type { SignedRound } from '../../flow/sign.ts';
import { callSubscriber } from '../../platform/outbound.ts';
import { dispatches } from '../../store/record-schema.ts';
import { having, pageOfRegister } from '../../store/register-pages.ts';
import type { StoredRow } from '../../store/rows.ts';
import { select, sql } from '../../store/scoped-record.ts';
import { bodyShape, exampleOf, jsonSchemaOf } from '../asyncapi.ts';
import { changed } from '../at.ts';
import { namesIn, namesShape } from '../names.ts';
import { cursorAfter, cursorOf, pageOf, paging } from '../paging.ts';
import { LaneRefusal, ProblemError } from '../problems.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf } from '../shapes.ts';

const one = z.object({ subscription: z.string() });
const base = '/installations/{installation}/subscriptions/{subscription}';

const listEvents = route({
  operation: 'listEvents',
  method: 'get',
  path: '/events',
  tag: 'Events',
  summary: 'List every event that can be subscribed to',
  description:
    'Each with the JSON Schema of the body as it is sent, and an example. `/v1/asyncapi.json` says the same.',
  shape: z.object({
    rows: z.array(
      z
        .object({
          type: z.string(),
          version: z.int(),
          title: z.string(),
          description: z.string(),
          schema: z.record(z.string(), z.unknown()),
          example: z.record(z.string(), z.unknown()),
        })
        .meta({ id: 'Event' }),
    ),
  }),
  handle: async () =>
    ok({
      rows: outboundEvents.map((event) => ({
        ...{ type: event.name, version: event.version, title: event.title, description: event.description },
        schema: jsonSchemaOf(bodyShape(event)),
        example: exampleOf(event),
      })),
    }),
});

const delivery = z
  .object({
    event: z.string().meta({ description: 'Its id, the webhook-id of every try.' }),
    type: z.string(),
    sequence: z.int(),
    subject: z.string().meta({ description: 'What it is about, by its id.' }),
    state: z.enum(['delivered', 'failing', 'refused']).meta({
      description:
        '`failing`: tried again. `refused`: put aside, because the subscriber takes others but not this one.',
    }),
    attempts: z.int(),
    status: z.int().nullable().meta({ description: 'HTTP status of the latest answer; null when there was none.' }),
    problem: z.string().nullable(),
    tookMs: z.int().meta({ description: 'How long the latest call took.' }),
    happenedAt: instant,
    at: instant.meta({ description: 'When it was tried last.' }),
  })
  .meta({ id: 'EventDelivery' });

function shown(row: StoredRow<typeof dispatches>): z.input<typeof delivery> {
  const { event, type, seq, subject, state, attempts, status, problem, tookMs, madeMs, atMs } = row;
  return {
    ...{ event, type, sequence: seq, subject, attempts, status, problem, tookMs },
    state: state as 'delivered',
    happenedAt: instantOf(madeMs),
    at: instantOf(atMs),
  };
}

const listDeliveries = route({
  operation: 'listDeliveries',
  method: 'get',
  path: `${base}/deliveries`,
  tag: 'Events',
  summary: 'List what a subscription was told, the newest first',
  description: 'Events that wait to be told are counted in `waiting` of the subscription.',
  params: one,
  query: paging.extend({
    state: z.enum(['delivered', 'failing', 'refused']).optional(),
    type: z.string().optional(),
    event: z.string().optional(),
    subject: z.string().optional(),
  }),
  shape: pageOf(delivery).extend({ names: namesShape }),
  handle: async ({ at, params: { subscription }, query: { limit, after, state, type, event, subject }, ports }) => {
    const place = cursorOf(after, z.tuple([z.number()]));
    const isBefore = sql`subscription = ${subscription} AND seq < ${place?.[0] ?? Number.MAX_SAFE_INTEGER}`;
    const narrowed = [
      ...having('dispatches', 'state', state),
      ...having('dispatches', 'type', type),
      ...having('dispatches', 'event', event),
      ...having('dispatches', 'subject', subject),
    ];
    const page = await pageOfRegister(at.record, at.archive, {
      register: 'dispatches',
      part: subscription,
      narrowed,
      limit,
      after: place,
      nowMs: ports.nowMs(),
      query: (isNarrowed) =>
        select(dispatches, sql`WHERE ${isBefore} AND ${isNarrowed} ORDER BY seq DESC LIMIT ${limit + 1}`),
    });
    const told = cursorAfter(page.rows, limit, shown, (row) => [row.seq], page.goesOn);
    const subjects = told.rows.map((row) => row.subject);
    return ok({ ...told, names: await namesIn(at.record, subjects) });
  },
});

const replayEvents = route({
  operation: 'replayEvents',
  method: 'post',
  path: `${base}/replay`,
  tag: 'Events',
  summary: 'Tell events once more: some by their ids, or everything since a moment',
  description:
    'Under the same ids as before. Since a moment: in order, before anything new. Events are kept for 30 days.',
  params: one,
  body: z
    .strictObject({
      events: z.array(z.string().max(80)).min(1).max(100).optional(),
      since: instant.optional(),
    })
    .refine(({ events, since }) => (events === undefined) !== (since === undefined), 'name either events or since'),
  shape: changed,
  handle: ({ at, params: { subscription: id }, body: { events, since }, caller: { by } }) => {
    const what = events ? { events: [...new Set(events)] } : { sinceMs: Date.parse(since ?? '') };
    return at.change({ verb: 'subscription', change: { verb: 'replay', id, what }, by });
  },
});

const testSubscription = route({
  operation: 'testSubscription',
  method: 'post',
  path: `${base}/test`,
  tag: 'Events',
  summary: 'Call the address of a subscription now, with an event of the type tieout.test',
  description: 'Signed like any other. It is tried once, also while the subscription is paused, and is in no list.',
  params: one,
  shape: z.object({
    delivered: z.boolean(),
    status: z.int().nullable().meta({ description: 'HTTP status of the answer; null when there was none.' }),
    problem: z.string().nullable(),
    tookMs: z.int(),
  }),
  handle: async ({ at, params: { subscription }, ports: { fetch, nowMs }, env }) => {
    const round = await at.ask<SignedRound | null>({ about: 'test-call', subscription });
    if (!round) {
      throw new LaneRefusal(
        'unknown-subscription',
        `There is no subscription ${subscription}.`,
        'List the subscriptions.',
      );
    }
    const [call] = round.calls;
    if (!call) throw new ProblemError('unexpected', 'There is nothing to be sent.');
    const outside = { fetch, nowMs, isDevelopment: env.DEVELOPMENT === 'yes' };
    const { problem, status, tookMs } = await callSubscriber(outside, round.url, call);
    return ok({ delivered: problem === null, status, problem, tookMs });
  },
});

export const events: readonly Route[] = [listEvents, listDeliveries, replayEvents, testSubscription];
