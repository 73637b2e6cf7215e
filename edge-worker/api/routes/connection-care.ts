// Routes that look after a connection: pausing it, letting it run again, which records it serves, where its notices go.
import { z } from 'zod';
import { connectors } from '../../connectors/_registry.ts';
import { routingFields } from '../../flow/connection-care.ts';
import type { HookKey } from '../../flow/hook-keys.ts';
import { connectionCopies } from '../../store/record-schema.ts';
import { select, sql } from '../../store/scoped-record.ts';
import { changed, type InstallationAt } from '../at.ts';
import { hookOf, routing } from '../connect.ts';
import { forgetKeyVersion } from '../hook-keys.ts';
import { LaneRefusal } from '../problems.ts';
import { type Bindings, ok, type Route, route } from '../route.ts';
import { instant, instantOf } from '../shapes.ts';

const one = z.object({ connection: z.string() });
const base = '/installations/{installation}/connections/{connection}';

const pauseConnection = route({
  operation: 'pauseConnection',
  method: 'post',
  path: `${base}/pause`,
  tag: 'Installation',
  summary: 'Pause a connection until somebody lets it run again',
  description: 'Nothing is read from it or sent to it. What comes meanwhile waits, and goes on afterwards.',
  params: one,
  body: z.object({ reason: z.string().trim().min(1).max(1_000).meta({ description: 'Why, for whoever asks.' }) }),
  shape: changed,
  handle: ({ at, params: { connection }, body: { reason }, caller: { by } }) =>
    at.change({ verb: 'pause', connection, reason, by }),
});

const resumeConnection = route({
  operation: 'resumeConnection',
  method: 'post',
  path: `${base}/resume`,
  tag: 'Installation',
  summary: 'Let a stopped connection run again',
  params: one,
  shape: changed,
  handle: ({ at, params: { connection }, caller: { by } }) => at.change({ verb: 'resume', connection, by }),
});

const setRouting = route({
  operation: 'setRouting',
  method: 'put',
  path: `${base}/routing`,
  tag: 'Installation',
  summary: 'Say which records a connection serves, where several share a role',
  description:
    'Null: those that no other connection of its role serves. ' +
    'A record that lies elsewhere already stays there and is held.',
  params: one,
  body: z.object({ routing }),
  shape: changed,
  handle: ({ at, params: { connection }, body, caller: { by } }) =>
    at.change({ verb: 'route', connection, routing: body.routing, by }),
});

const listRoutingFields = route({
  operation: 'listRoutingFields',
  method: 'get',
  path: '/routing-fields',
  tag: 'Installation',
  summary: 'List the fields that records can be routed by',
  shape: z.object({ rows: z.array(z.object({ field: z.string(), title: z.string() }).meta({ id: 'RoutingField' })) }),
  handle: async () => ok({ rows: [...routingFields()] }),
});

const readHook = route({
  operation: 'readHook',
  method: 'get',
  path: `${base}/hook`,
  tag: 'Installation',
  summary: 'Read where the notices of a connection go',
  description: 'The key they are signed with is shown when the system is connected, and when a new one is made.',
  params: one,
  shape: z.object({
    hookUrl: z.string().nullable().meta({ description: 'Null where its system sends none.' }),
    isKeyed: z.boolean().meta({ description: 'Whether they are signed with a key that the hub makes.' }),
    newKeySince: instant.nullable().meta({ description: 'Since when a new key is taken beside the old one.' }),
  }),
  handle: async ({ at, env, params: { connection } }) => {
    const key = await at.ask<HookKey | null>({ about: 'hook-key', connection });
    const { hookUrl, hookKey } = await hookAt(at, env, connection, key?.version ?? 1);
    return ok({ hookUrl, isKeyed: hookKey !== null, newKeySince: instantOf(key?.nextMs ?? null) });
  },
});

async function hookAt(at: InstallationAt, env: Bindings, connection: string, version: number) {
  const row = await at.record.first(select(connectionCopies, sql`WHERE id = ${connection}`));
  const connector = row && connectors[row.system];
  if (!row || !connector)
    throw new LaneRefusal('unknown-connection', `There is no connection ${connection}.`, 'List the connections.');
  const { account, environment } = row;
  return hookOf(env, connector, { installation: at.id, connection, ...at.place, account, environment }, version);
}

const renewHookKey = route({
  operation: 'renewHookKey',
  method: 'post',
  path: `${base}/hook/key`,
  tag: 'Installation',
  summary: 'Make a new key for the notices of a connection',
  description:
    'The old one is taken beside it until it is ended: enter the new one where the system signs, then end the old ' +
    'one. Asked for again before that, it is the same new key.',
  params: one,
  shape: changed.and(z.object({ hookUrl: z.string(), hookKey: z.string() })),
  handle: async ({ at, env, params: { connection }, caller: { by } }) => {
    const { status, body } = await at.change({ verb: 'hook-key', change: { step: 'next', connection }, by });
    const { hookUrl, hookKey } = await hookAt(at, env, connection, Number(body['version']));
    return { status, body: { ...body, hookUrl: hookUrl ?? '', hookKey: hookKey ?? '' } };
  },
});

const endHookKey = route({
  operation: 'endHookKey',
  method: 'post',
  path: `${base}/hook/key/end`,
  tag: 'Installation',
  summary: 'End the old key of a connection whose new one is in place',
  description: 'Within a minute whatever is signed with it is refused. What a system did meanwhile its feeds tell.',
  params: one,
  shape: changed,
  handle: async ({ at, params: { connection }, caller: { by } }) => {
    const reply = await at.change({ verb: 'hook-key', change: { step: 'end', connection }, by });
    forgetKeyVersion({ installation: at.id, connection, jurisdiction: at.place.jurisdiction });
    return reply;
  },
});

export const connectionCare: readonly Route[] = [
  pauseConnection,
  resumeConnection,
  setRouting,
  listRoutingFields,
  readHook,
  renewHookKey,
  endHookKey,
];
