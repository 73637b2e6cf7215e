// Routes that look after a connection: pausing it, letting it run again, which records it serves, where its notices go.
import { z } from 'zod';
import { connectors } from '../../connectors/_registry.ts';
import { routingFields } from '../../flow/connection-care.ts';
import { connectionCopies } from '../../store/record-schema.ts';
import { select, sql } from '../../store/scoped-record.ts';
import { changed } from '../at.ts';
import { hookOf, routing } from '../connect.ts';
import { LaneRefusal } from '../problems.ts';
import { ok, type Route, route } from '../route.ts';

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
  description: 'The key they are signed with is shown once, when the system is connected.',
  params: one,
  shape: z.object({ hookUrl: z.string().nullable().meta({ description: 'Null where its system sends none.' }) }),
  handle: async ({ at, env, params: { connection } }) => {
    const row = await at.record.first(select(connectionCopies, sql`WHERE id = ${connection}`));
    const connector = row && connectors[row.system];
    if (!row || !connector)
      throw new LaneRefusal('unknown-connection', `There is no connection ${connection}.`, 'List the connections.');
    const { account, environment } = row;
    const place = { installation: at.id, connection, ...at.place, account, environment };
    return ok({ hookUrl: (await hookOf(env, connector, place)).hookUrl });
  },
});

export const connectionCare: readonly Route[] = [
  pauseConnection,
  resumeConnection,
  setRouting,
  listRoutingFields,
  readHook,
];
