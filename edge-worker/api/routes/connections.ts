// Routes that steer a connection: connecting, first load, matches, flows, feeds, credentials, resuming.
import { z } from 'zod';
import { disconnectionWords } from '../../../shared/ending-words.ts';
import type { Disconnection } from '../../flow/disconnect.ts';
import { connectionCopies } from '../../store/record-schema.ts';
import { select, sql } from '../../store/scoped-record.ts';
import { changed } from '../at.ts';
import { connect, newConnection } from '../connect.ts';
import { idFor } from '../once.ts';
import { cursorAfter, cursorOf, pageOf, paging } from '../paging.ts';
import { LaneRefusal } from '../problems.ts';
import { ok, type Route, route } from '../route.ts';
import { connectionShape, kindName, shownConnection, titleOf, words } from '../shapes.ts';

const day = z.iso.date().nullable().default(null).meta({ description: 'Transactions dated before it are matched.' });
const values = z.record(z.string(), z.unknown());
const one = z.object({ connection: z.string() });
const base = '/installations/{installation}/connections/{connection}';

const listConnections = route({
  operation: 'listConnections',
  method: 'get',
  path: '/installations/{installation}/connections',
  tag: 'Installation',
  summary: 'List the connections of an installation',
  shape: z.object({ rows: z.array(connectionShape) }),
  handle: async ({ at }) => {
    const rows = await at.record.all(select(connectionCopies, sql`ORDER BY id`));
    return ok({ rows: rows.map(shownConnection) });
  },
});

const makeConnection = route({
  operation: 'makeConnection',
  method: 'post',
  path: '/installations/{installation}/connections',
  tag: 'Installation',
  summary: 'Connect a system',
  description: 'Claims the account, seals the secrets, and starts to ask its feeds.',
  body: newConnection,
  shape: z.object({
    connection: z.string(),
    hookUrl: z.string().nullable().meta({ description: 'Where its notices go; null where it sends none.' }),
    hookKey: z
      .string()
      .nullable()
      .meta({ description: 'What they are signed with; null where the system has its own.' }),
  }),
  status: 201,
  handle: async ({ at, body, caller, env, ports }) => ({
    status: 201,
    body: await connect({ at, env, by: caller.by, nowMs: ports.nowMs() }, body),
  }),
});

const checkConnection = route({
  operation: 'checkConnection',
  method: 'post',
  path: `${base}/check`,
  tag: 'Installation',
  summary: 'Ask a connected system now whether its credentials serve, and what they lack',
  params: one,
  shape: z.object({
    isWorking: z.boolean(),
    account: z.string().nullable().meta({ description: 'The account that answered.' }),
    missing: z.array(z.string()).meta({ description: 'Rights or parts that are missing there, in its own terms.' }),
    code: z.string().nullable().meta({ description: 'The fault, when it did not answer well.' }),
    words: z.string().meta({ description: 'The same in a sentence.' }),
  }),
  handle: async ({ at, params: { connection } }) => {
    const checked = await at.check(connection);
    if (!checked.ok) {
      const { code, message } = checked;
      if (code === 'unknown-connection') throw new LaneRefusal(code, message, 'Choose one of its connections.');
      return ok({ isWorking: false, account: null, missing: [], code, words: `It does not work: ${message}` });
    }
    const { account, missing } = checked;
    const words = missing.length === 0 ? 'It works, and nothing is missing.' : `It lacks: ${missing.join(', ')}.`;
    return ok({ isWorking: missing.length === 0, account, missing: [...missing], code: null, words });
  },
});

const startLoad = route({
  operation: 'startLoad',
  method: 'post',
  path: `${base}/load`,
  tag: 'Installation',
  summary: 'Start a first load',
  description:
    'Reads everything the connection holds of some kinds, as a job. Reads only. One that is under way already is not ' +
    'begun twice: its job is the answer.',
  params: one,
  body: z.object({ kinds: z.array(kindName).min(1) }),
  shape: changed.and(z.object({ job: z.string() })),
  handle: async ({ at, params: { connection }, body: { kinds }, caller: { by }, ports, once }) => {
    const made = { step: 'load', job: idFor(ports, 'job', once), connection, kinds } as const;
    const { status, body } = await at.change({ verb: 'job', change: made, by });
    return { status, body: { ...body, job: String(body['job']) } };
  },
});

const match = z
  .object({
    kind: z.string(),
    recordType: z.string(),
    recordId: z.string(),
    candidates: z.array(z.string()).meta({ description: 'Entities it may be.' }),
    rivals: z.array(z.string()).meta({ description: 'Other records there that may be the same.' }),
  })
  .meta({ id: 'Match' });

const listMatches = route({
  operation: 'listMatches',
  method: 'get',
  path: `${base}/matches`,
  tag: 'Installation',
  summary: 'List records that no entity claims yet, with their candidates',
  params: one,
  query: paging.extend({ kind: kindName }),
  shape: pageOf(match),
  handle: async ({ at, params: { connection }, query: { kind, limit, after } }) => {
    const place = cursorOf(after, z.tuple([z.string(), z.string()])) ?? ['', ''];
    const asked = { about: 'matches', connection, kind, limit: limit + 1, after: place } as const;
    const rows = await at.ask<z.input<typeof match>[]>(asked);
    return ok(
      cursorAfter(
        rows,
        limit,
        (row) => row,
        ({ recordType, recordId }) => [recordType, recordId],
      ),
    );
  },
});

const acceptMatches = route({
  operation: 'acceptMatches',
  method: 'post',
  path: `${base}/accept`,
  tag: 'Installation',
  summary: 'Accept the first-day match of one kind',
  description: 'What matches is linked, the flow opens, and what has no record there yet is planned.',
  params: one,
  body: z.object({ kind: kindName, cutoverOn: day }),
  shape: changed,
  handle: ({ at, params: { connection }, body, caller: { by } }) =>
    at.change({ verb: 'accept-matches', connection, ...body, by }),
});

const setFlow = route({
  operation: 'setFlow',
  method: 'put',
  path: `${base}/flows/{kind}`,
  tag: 'Installation',
  summary: 'Set one flow: matching, open or observe-only',
  params: one.extend({ kind: kindName }),
  body: z.object({ state: z.enum(['matching', 'open', 'observe']), cutoverOn: day }),
  shape: changed,
  handle: ({ at, params: { connection, kind }, body: flow, caller: { by } }) =>
    at.change({ verb: 'set-flow', connection, kind, flow, by }),
});

const askFeeds = route({
  operation: 'askFeeds',
  method: 'post',
  path: `${base}/ask`,
  tag: 'Installation',
  summary: 'Sync now: ask the feeds of a connection at once',
  params: one,
  query: z.object({
    feeds: z.string().optional().meta({ description: 'Some of them, with commas between; all if left out.' }),
  }),
  shape: changed,
  handle: ({ at, params: { connection }, query: { feeds } }) =>
    at.change({ verb: 'ask-feeds', connection, feeds: feeds?.split(',') ?? null }),
});

const renewCredentials = route({
  operation: 'renewCredentials',
  method: 'put',
  path: `${base}/credentials`,
  tag: 'Installation',
  summary: 'Give a connection new credentials or settings',
  description: 'What is left out stays as it is. A connection that had stopped runs again, unless a person paused it.',
  params: one,
  body: z
    .object({ secrets: values.nullable().default(null), settings: values.nullable().default(null) })
    .refine(({ secrets, settings }) => secrets !== null || settings !== null, 'name secrets or settings'),
  shape: changed,
  handle: ({ at, params: { connection }, body, caller: { by } }) =>
    at.change({ verb: 'reconnect', credentials: { connection, ...body }, by }),
});

const rotateCredentials = route({
  operation: 'rotateCredentials',
  method: 'post',
  path: `${base}/credentials/rotation`,
  tag: 'Installation',
  summary: 'Make new credentials now, and have the old ones ended',
  description: 'For systems that are connected by consent. Done by itself in good time; asked for after a leak.',
  params: one,
  shape: z.object({
    isRenewed: z.boolean().meta({ description: 'False where the system has none that the hub could make.' }),
    code: z.string().nullable().meta({ description: 'The fault, when it could not be done.' }),
    words: z.string().meta({ description: 'The same in a sentence.' }),
  }),
  handle: async ({ at, params: { connection }, caller: { by } }) => {
    const renewal = await at.renewCredentials(connection, by);
    if (!renewal.ok) {
      const { code, message } = renewal;
      if (code === 'unknown-connection') throw new LaneRefusal(code, message, 'Choose one of its connections.');
      return ok({ isRenewed: false, code, words: `The old credentials serve on: ${message}` });
    }
    const { isRenewed } = renewal;
    const words = isRenewed ? 'New credentials are in use; the old ones are ended.' : 'There are none to be made.';
    return ok({ isRenewed, code: null, words });
  },
});

const ofWork = z.int().min(0);
const disconnection = z
  .object({
    state: z.string().meta({ description: '`ending` while what was open is ended, then `ended`.' }),
    commands: ofWork.meta({ description: 'Writes that have not begun: they are given up.' }),
    unknown: ofWork.meta({ description: 'Writes of unknown outcome: looked for should the account be back.' }),
    holds: ofWork.meta({ description: 'Exceptions about it: they are closed.' }),
    links: ofWork.meta({ description: 'Linked records: they stay as they are, and stay known.' }),
    pages: ofWork.meta({ description: 'Record pages there that are told nothing any more.' }),
    people: ofWork.meta({ description: 'People who came from its pages: they are signed out.' }),
  })
  .meta({ id: 'Disconnection' });

const readDisconnection = route({
  operation: 'readDisconnection',
  method: 'get',
  path: `${base}/disconnection`,
  tag: 'Installation',
  summary: 'Read what ends when a connection is taken away, or how far that is',
  params: one,
  shape: disconnection.extend({
    connection: z.string(),
    isAccountFree: z.boolean().meta({ description: 'Whether the account may be connected anywhere again.' }),
    words: z.array(words).meta({ description: 'The same in sentences, with what is left to do.' }),
  }),
  handle: async ({ at, params: { connection } }) => {
    const found = await at.ask<Disconnection | null>({ about: 'disconnection', connection });
    if (!found) {
      const message = `This installation has no connection ${connection.slice(0, 40)}.`;
      throw new LaneRefusal('unknown-connection', message, 'Choose one of its connections.');
    }
    const { system, ...counts } = found;
    const title = titleOf(system);
    return ok({ ...counts, words: disconnectionWords({ ...counts, system: title }) });
  },
});

const disconnect = route({
  operation: 'disconnect',
  method: 'post',
  path: `${base}/disconnection`,
  tag: 'Installation',
  summary: 'Take a connection away',
  description:
    'From this moment on nothing is read or written there, its credentials are forgotten, and its account is free ' +
    'once what was under way has come to its end. Nothing is deleted there, and the history stays here.',
  params: one,
  body: z.object({ reason: z.string().trim().min(1).max(500).meta({ description: 'Kept in the audit.' }) }),
  shape: changed,
  handle: ({ at, params: { connection }, body: { reason }, caller: { by } }) =>
    at.change({ verb: 'disconnect', connection, reason, by }),
});

export const connections: readonly Route[] = [
  ...[listConnections, makeConnection, checkConnection, startLoad, listMatches, acceptMatches],
  ...[setFlow, askFeeds, renewCredentials, rotateCredentials],
  ...[readDisconnection, disconnect],
];
