// Routes of downstream subscribers: who is told of what, and how they are doing. A key is shown once, when it is made.
import { z } from 'zod';
import type { ShownSubscription, SubscriptionChange } from '../../flow/subscribe.ts';
import { changed, type InstallationAt } from '../at.ts';
import { idFor } from '../once.ts';
import { checkPlace, newSigningKey } from '../outbound-places.ts';
import { type Asked, ok, type Route, route } from '../route.ts';
import { instant, instantOf } from '../shapes.ts';

const named = {
  name: z.string().min(1).max(120).meta({ description: 'Who is told, as exceptions will call it.' }),
  url: z.string().max(2_000).meta({ description: 'An https address that the Internet can reach.' }),
  types: z.array(z.string().max(80)).min(1).max(100).meta({ description: 'Names of events; `*` = all.' }),
};
const one = z.object({ subscription: z.string() });
const base = '/installations/{installation}/subscriptions';

const subscriptionShape = z
  .object({
    ...named,
    subscription: z.string(),
    state: z.enum(['active', 'paused', 'parked']).meta({
      description: '`paused`: a person stopped it. `parked`: it does not answer, and a person was asked.',
    }),
    failures: z.int().meta({ description: 'Failures in a row.' }),
    problem: z.string().nullable().meta({ description: 'What was wrong last; null while nothing is.' }),
    waiting: z.int().meta({ description: 'Events it has not heard yet.' }),
    nextAt: instant.nullable().meta({ description: 'When it is called next at the earliest; null = not by itself.' }),
    answeredAt: instant.nullable(),
    failedAt: instant.nullable(),
    oldKeyEndsAt: instant.nullable().meta({ description: 'Until when the key before signs too.' }),
    madeAt: instant,
  })
  .meta({ id: 'Subscription' });

function shown(row: ShownSubscription): z.input<typeof subscriptionShape> {
  const { id, name, url, types, state, failures, problem, waiting } = row;
  return {
    ...{ subscription: id, name, url, types: [...types], failures, problem, waiting },
    state: state as 'active',
    nextAt: instantOf(row.nextMs),
    answeredAt: instantOf(row.answeredMs),
    failedAt: instantOf(row.failedMs),
    oldKeyEndsAt: instantOf(row.oldKeyEndsMs),
    madeAt: instantOf(row.madeMs),
  };
}

const listSubscriptions = route({
  operation: 'listSubscriptions',
  method: 'get',
  path: base,
  tag: 'Events',
  summary: 'List the subscriptions and how each is doing',
  shape: z.object({ rows: z.array(subscriptionShape) }),
  handle: async ({ at }) => ok({ rows: (await rowsOf(at)).map(shown) }),
});

const keyed = changed.and(
  z.object({
    subscription: z.string(),
    key: z.string().meta({ description: 'Verifies what is told. Shown in this answer and never again.' }),
  }),
);

const makeSubscription = route({
  operation: 'makeSubscription',
  method: 'post',
  path: base,
  tag: 'Events',
  summary: 'Subscribe an address to events',
  description: 'It hears of what happens from now on, signed by the Standard Webhooks scheme.',
  body: z.strictObject({ ...named, types: named.types.default(['*']) }),
  shape: keyed,
  status: 201,
  handle: async (asked) => {
    const { body, ports, once } = asked;
    await checkPlace(asked, body.url, 'url');
    const id = idFor(ports, 'sub', once);
    const key = await newSigningKey(asked);
    const reply = await change(asked, { verb: 'make', subscription: { ...body, id }, key });
    return { status: 201, body: { ...reply.body, subscription: id, key } };
  },
});

const alterSubscription = route({
  operation: 'alterSubscription',
  method: 'patch',
  path: `${base}/{subscription}`,
  tag: 'Events',
  summary: 'Change the name, address or events of a subscription',
  description: 'A new address is tried at once.',
  params: one,
  body: z.strictObject(named).partial(),
  shape: changed,
  handle: async (asked) => {
    const { params, body: to } = asked;
    if (to.url !== undefined) await checkPlace(asked, to.url, 'url');
    return change(asked, { verb: 'alter', id: params.subscription, to });
  },
});

const rotateSubscription = route({
  operation: 'rotateSubscription',
  method: 'post',
  path: `${base}/{subscription}/rotate`,
  tag: 'Events',
  summary: 'Give a subscription a new key',
  description: 'The old one signs beside it for 24 hours, so that no call is lost while you change over.',
  params: one,
  shape: keyed,
  handle: async (asked) => {
    const { subscription } = asked.params;
    const key = await newSigningKey(asked);
    const { status, body } = await change(asked, { verb: 'rotate', id: subscription, key });
    return { status, body: { ...body, subscription, key } };
  },
});

const removeSubscription = route({
  operation: 'removeSubscription',
  method: 'delete',
  path: `${base}/{subscription}`,
  tag: 'Events',
  summary: 'Remove a subscription',
  description: 'What it has not heard yet it will not hear.',
  params: one,
  shape: changed,
  handle: (asked) => change(asked, { verb: 'remove', id: asked.params.subscription }),
});

const pauseSubscription = route({
  operation: 'pauseSubscription',
  method: 'post',
  path: `${base}/{subscription}/pause`,
  tag: 'Events',
  summary: 'Tell a subscription nothing until it is resumed',
  description: 'What happens meanwhile is kept for it.',
  params: one,
  shape: changed,
  handle: (asked) => change(asked, { verb: 'pause', id: asked.params.subscription }),
});

const resumeSubscription = route({
  operation: 'resumeSubscription',
  method: 'post',
  path: `${base}/{subscription}/resume`,
  tag: 'Events',
  summary: 'Call a paused or parked subscription again, at once',
  params: one,
  shape: changed,
  handle: (asked) => change(asked, { verb: 'resume', id: asked.params.subscription }),
});

export const subscriptions: readonly Route[] = [
  ...[listSubscriptions, makeSubscription, alterSubscription, rotateSubscription],
  ...[removeSubscription, pauseSubscription, resumeSubscription],
];

type AskedHere = Pick<Asked<typeof base, unknown, unknown, unknown>, 'at' | 'caller'>;

const rowsOf = (at: InstallationAt) => at.ask<readonly ShownSubscription[]>({ about: 'subscriptions' });

function change({ at, caller: { by } }: AskedHere, request: SubscriptionChange) {
  return at.change({ verb: 'subscription', change: request, by });
}
