// Routes of installations: which systems can be connected, founding one, what it is and what it has in hand.
import { z } from 'zod';
import { type EntityName, entities } from '../../../shared/entities/_registry.ts';
import { setupWords } from '../../../shared/setup-words.ts';
import { wordsFor } from '../../../shared/words.ts';
import { connectors } from '../../connectors/_registry.ts';
import type { Connector } from '../../connectors/connector.ts';
import type { CallLoad, HealthWithCalls, Missing } from '../../flow/health.ts';
import { appOf } from '../../platform/apps.ts';
import { consentClientOf } from '../../platform/consent-clients.ts';
import { enlist, keepJoinCode } from '../../store/directory.ts';
import { connectionCopies, installations as installationRows } from '../../store/record-schema.ts';
import { select, sql } from '../../store/scoped-record.ts';
import { unknownInstallation } from '../at.ts';
import { routing } from '../connect.ts';
import { joinHash } from '../join-code.ts';
import { idFor } from '../once.ts';
import { type Bindings, ok, type Route, route } from '../route.ts';
import { connectionShape, instant, instantOf, params, shownConnection, titleOf, words } from '../shapes.ts';

const jsonSchema = z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of a form.' });
const system = z
  .object({
    name: z.string(),
    title: z.string(),
    roles: z.array(z.string()),
    kinds: z.array(z.string()).meta({ description: 'Entities it carries.' }),
    settings: jsonSchema,
    secrets: jsonSchema,
    ways: z.array(z.enum(['consent', 'inside', 'credentials'])).meta({
      description:
        '`consent`: an administrator says yes on a page of the system · `inside`: by our package there and a code · ' +
        '`credentials`: what its forms ask for.',
    }),
    connectUrl: z.string().nullable().meta({ description: 'Where consent begins; null where it is no way in.' }),
  })
  .meta({ id: 'System' });

const listSystems = route({
  operation: 'listSystems',
  method: 'get',
  path: '/systems',
  tag: 'Installation',
  summary: 'List the systems that can be connected',
  shape: z.object({ rows: z.array(system) }),
  handle: async ({ env }) =>
    ok({
      rows: Object.values(connectors).map((connector) => {
        const { name, title, roles, settings, secrets, maps } = connector;
        const connectUrl = canConsent(env, connector) ? `${env.PUBLIC_URL}/connect/${name}` : null;
        return {
          ...{ name, title, roles: [...roles], kinds: Object.keys(maps), ways: waysOf(env, connector), connectUrl },
          settings: z.toJSONSchema(settings, { unrepresentable: 'any', io: 'input' }),
          secrets: z.toJSONSchema(secrets, { unrepresentable: 'any', io: 'input' }),
        };
      }),
    }),
});

/** The system knows consent, and its vendor knows us. */
const canConsent = (env: Bindings, { name, consent }: Connector) =>
  consent !== undefined && consentClientOf(env, name) !== null;

function waysOf(env: Bindings, connector: Connector): ('consent' | 'inside' | 'credentials')[] {
  return [
    ...(canConsent(env, connector) ? (['consent'] as const) : []),
    ...(connector.pairing && appOf(env, connector.name) !== null ? (['inside'] as const) : []),
    'credentials',
  ];
}

const makeInstallation = route({
  operation: 'makeInstallation',
  method: 'post',
  path: '/installations',
  tag: 'Installation',
  summary: 'Found an installation',
  body: z.object({ name: z.string().min(1).max(120), jurisdiction: z.enum(['', 'eu']).default('') }),
  shape: z.object({ installation: z.string() }),
  status: 201,
  handle: async ({ body: { name, jurisdiction }, ports, env, once, open }) => {
    const installation = idFor(ports, 'ins', once);
    const place = { shard: env.SHARD, jurisdiction };
    // Enlisting and founding twice change nothing, so a request that was cut off may be repeated under its key.
    const isOurs = await enlist(env.DIRECTORY, { installation, ...place, createdMs: ports.nowMs() });
    if (!isOurs) throw unknownInstallation(installation);
    await open(installation, place).send({ verb: 'found', founding: { installation, name, ...place } });
    return { status: 201, body: { installation } };
  },
});

const readInstallation = route({
  operation: 'readInstallation',
  method: 'get',
  path: '/installations/{installation}',
  tag: 'Installation',
  summary: 'Read an installation and its connections',
  shape: z.object({
    installation: z.string(),
    name: z.string(),
    jurisdiction: z.string(),
    createdAt: instant,
    connections: z.array(connectionShape),
  }),
  handle: async ({ at }) => {
    const [found, connections] = await at.record.batch([
      select(installationRows, sql``),
      select(connectionCopies, sql`ORDER BY id`),
    ]);
    const row = found[0];
    if (!row) throw unknownInstallation(at.id);
    return ok({
      installation: at.id,
      name: row.name,
      jurisdiction: row.jurisdiction,
      createdAt: instantOf(row.createdMs),
      connections: connections.map(shownConnection),
    });
  },
});

/** Without letters and digits that people mix up; 32 signs divide 256, so each is equally likely. */
const signs = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const codeMs = 86_400_000;

const makeJoinCode = route({
  operation: 'makeJoinCode',
  method: 'post',
  path: '/installations/{installation}/join-code',
  tag: 'Installation',
  summary: 'Make a code by which another host joins this installation',
  description: 'Typed in where the other host is connected, it is taken once, within a day.',
  shape: z.object({ code: z.string(), endsAt: instant }),
  status: 201,
  handle: async ({ at, caller: { by }, ports, env }) => {
    const letters = Array.from(ports.randomBytes(12), (byte) => signs[byte % signs.length]).join('');
    const code = letters.replace(/(.{4})(?=.)/g, '$1-');
    const endsMs = ports.nowMs() + codeMs;
    await keepJoinCode(env.DIRECTORY, { hash: joinHash(code), installation: at.id, endsMs }, ports.nowMs());
    await at.send({ verb: 'note-join-code', by });
    return { status: 201, body: { code, endsAt: instantOf(endsMs) } };
  },
});

const count = z.int().min(0);
const missing = z
  .object({ code: z.string(), params, words })
  .meta({ id: 'Missing', description: 'A step that somebody has to take before work can flow.' });

const calls = z
  .object({
    calls: count,
    atOnce: count.meta({ description: 'The most under way together.' }),
    refused: count.meta({ description: 'Answered with "too many".' }),
    allowed: count.meta({ description: 'How many at once it takes now, after what it refused.' }),
    most: count.meta({ description: 'How many at once it takes by itself.' }),
    perSecond: z.number().nullable().meta({ description: 'What its maker allows.' }),
    throttledAt: instant.nullable(),
  })
  .meta({ id: 'CallLoad', description: 'Calls of the last hour, as far back as this lane was awake.' });

const readHealth = route({
  operation: 'readHealth',
  method: 'get',
  path: '/installations/{installation}/health',
  tag: 'Installation',
  summary: 'Read how each connection is and what is still missing',
  shape: z.object({
    connections: z.array(
      z.object({
        connection: z.string(),
        system: z.string(),
        title: z.string(),
        roles: z.array(z.string()),
        account: z.string(),
        environment: z.string(),
        state: z.enum(['active', 'paused', 'resting', 'ending']),
        fault: z.string().nullable().meta({ description: 'Null where a person has paused it.' }),
        routing,
        restsUntil: instant.nullable(),
        kinds: z.array(z.object({ kind: z.string(), state: z.string(), cutoverOn: z.string().nullable() })),
        loading: count.meta({ description: 'Record types that a first load is reading.' }),
        lag: z.object({
          unread: count.meta({ description: 'Its notices that are not decided yet.' }),
          unsent: count.meta({
            description: 'Records it has not been given yet; what waits for people is not among them.',
          }),
          since: instant.nullable().meta({ description: 'Of the oldest of both.' }),
        }),
        calls: calls.nullable(),
        sessionEndsAt: instant.nullable().meta({ description: 'The login there, which is renewed by itself.' }),
        credentialsEndAt: instant
          .nullable()
          .meta({ description: 'Null where they do not end, or nobody has told us.' }),
        missing: z.array(missing),
      }),
    ),
    holds: z.array(z.object({ owner: z.string(), open: count, overdue: count })),
    missing: z.array(missing),
  }),
  handle: async ({ at }) => {
    const health = await at.ask<HealthWithCalls>({ about: 'health' });
    return ok({
      connections: health.connections.map(({ restsUntilMs, sessionEndsMs, credentialsEndMs, kinds, ...one }) => ({
        ...one,
        lag: { unread: one.lag.unread, unsent: one.lag.unsent, since: instantOf(one.lag.sinceMs) },
        calls: shownCalls(health.calls[one.connection] ?? null),
        sessionEndsAt: instantOf(sessionEndsMs),
        credentialsEndAt: instantOf(credentialsEndMs),
        title: titleOf(one.system),
        roles: [...one.roles],
        kinds: [...kinds],
        restsUntil: instantOf(restsUntilMs),
        missing: one.missing.map((step) => shownStep(step, one.system)),
      })),
      holds: health.holds.map(({ owner, n, overdue }) => ({ owner, open: n, overdue })),
      missing: health.missing.map((step) => shownStep(step, '')),
    });
  },
});

function shownCalls(load: CallLoad | null): z.input<typeof calls> | null {
  if (load === null) return null;
  const { throttledMs, ...counts } = load;
  return { ...counts, throttledAt: instantOf(throttledMs) };
}

function shownStep({ code, params: named }: Missing, system: string): z.input<typeof missing> {
  const said = { ...named, ...asCalled(named), system: titleOf(system) };
  return { code, params: { ...named }, words: wordsFor(code, said, setupWords) };
}

/** Roles and kinds as people call them. */
function asCalled({ role, kinds }: Missing['params']): Readonly<Record<string, string>> {
  const titles = kinds?.split(', ').map((kind) => entities[kind as EntityName].title.toLowerCase());
  return { ...(role !== undefined && { role: role.toUpperCase() }), ...(titles && { kinds: titles.join(', ') }) };
}

const progress = z
  .looseObject({
    waiting: count.meta({ description: 'Deliveries written down and not yet decided.' }),
    commands: z.array(z.object({ connection: z.string(), state: z.string(), n: count })),
    holds: z.array(z.object({ control: z.string(), owner: z.string(), n: count })),
    entities: z.array(z.object({ kind: z.string(), n: count })),
    connections: z.array(z.object({ id: z.string(), state: z.string(), pausedUntilMs: z.number() })),
    overflowed: count.nullable().meta({ description: 'Deliveries in the overflow; null when it cannot say.' }),
    takingBack: z
      .object({
        step: z.enum(['wiring', 'entities', 'holds']),
        entities: count.meta({ description: 'Records that were taken back so far.' }),
        since: instant,
      })
      .nullable()
      .meta({ description: 'How far a lane that was put back has come; null once it is as it was.' }),
  })
  .meta({ id: 'Progress', description: 'Counts of what a lane has in hand; more may be added.' });

const readProgress = route({
  operation: 'readProgress',
  method: 'get',
  path: '/installations/{installation}/progress',
  tag: 'Installation',
  summary: 'Count what is in hand right now',
  shape: progress,
  handle: async ({ at }) => ok(await at.ask<z.input<typeof progress>>({ about: 'progress' })),
});

export const installations: readonly Route[] = [
  listSystems,
  makeInstallation,
  readInstallation,
  makeJoinCode,
  readHealth,
  readProgress,
];
