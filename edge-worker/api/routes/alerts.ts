// Routes of alerts: where an installation hears of them, of which, and when not. A key is shown once, when it is made.
import { z } from 'zod';
import { channels } from '../../channels/_registry.ts';
import type { Channel } from '../../channels/channel.ts';
import type { AlertChange, AlertVersion, ShownAlerts } from '../../flow/alert-settings.ts';
import type { SignedRound } from '../../flow/sign.ts';
import type { Tried } from '../../flow/steward.ts';
import { channelOf } from '../../platform/alert-calls.ts';
import { accountOf } from '../../platform/channel-accounts.ts';
import { callSubscriber } from '../../platform/outbound.ts';
import {
  channelShape,
  destinationShape,
  placeText,
  quiet,
  setting,
  settingOf,
  shownChannel,
  shownDestination,
  told,
} from '../alert-shapes.ts';
import { changed } from '../at.ts';
import { idFor } from '../once.ts';
import { checkPlace, newSigningKey } from '../outbound-places.ts';
import { cursorAfter, cursorOf, pageOf, paging } from '../paging.ts';
import { LaneRefusal, ProblemError } from '../problems.ts';
import { type Asked, ok, type Route, route } from '../route.ts';
import { instant, instantOf } from '../shapes.ts';

const base = '/installations/{installation}/alerts';
const one = z.object({ destination: z.string() });
const readAlerts = route({
  operation: 'readAlerts',
  method: 'get',
  path: base,
  tag: 'Alerts',
  summary: 'Read where alerts are told, how each destination is doing, and the quiet hours',
  shape: z
    .object({
      version: z.int().meta({ description: '0 before anything was set.' }),
      changedAt: instant.nullable(),
      changedBy: z.string().nullable(),
      quiet: quiet.nullable(),
      destinations: z.array(destinationShape),
      channels: z.array(channelShape),
    })
    .meta({ id: 'Alerts' }),
  handle: async ({ at, env, ports }) => {
    const {
      version,
      madeMs,
      by,
      quiet: hours,
      destinations,
      standings,
    } = await at.ask<ShownAlerts>({ about: 'alerts' });
    const nowMs = ports.nowMs();
    return ok({
      ...{ version, changedAt: instantOf(madeMs), changedBy: by, quiet: hours },
      destinations: destinations.map((row) =>
        shownDestination(
          row,
          standings.find(({ id }) => id === row.id),
          nowMs,
        ),
      ),
      channels: channels.map((channel) => shownChannel(channel, accountOf(env, channel) !== null)),
    });
  },
});

const listVersions = route({
  operation: 'listAlertVersions',
  method: 'get',
  path: `${base}/versions`,
  tag: 'Alerts',
  summary: 'List what the settings were, the newest first',
  query: paging,
  shape: pageOf(
    z
      .object({
        version: z.int(),
        changedAt: instant,
        changedBy: z.string(),
        quiet: quiet.nullable(),
        destinations: z.array(setting),
      })
      .meta({ id: 'AlertVersion' }),
  ),
  handle: async ({ at, query: { limit, after } }) => {
    const [before] = cursorOf(after, z.tuple([z.number()])) ?? [Number.MAX_SAFE_INTEGER];
    const rows = await at.ask<AlertVersion[]>({ about: 'alert-versions', before, limit: limit + 1 });
    const show = ({ version, madeMs, by, quiet: hours, destinations }: AlertVersion) => ({
      ...{ version, changedAt: instantOf(madeMs), changedBy: by, quiet: hours },
      destinations: destinations.map(settingOf),
    });
    return ok(cursorAfter(rows, limit, show, ({ version }) => [version]));
  },
});

const version = changed.and(z.object({ version: z.int() }));
const restoreVersion = route({
  operation: 'restoreAlertVersion',
  method: 'post',
  path: `${base}/versions/{version}/restore`,
  tag: 'Alerts',
  summary: 'Put the settings back to what they were',
  description:
    'It becomes the newest version. Addresses are in no version: a destination goes on where it is told now, one ' +
    'that was added since is turned off, and one that was removed has to be added anew.',
  params: z.object({ version: z.coerce.number().int().min(1) }),
  shape: version,
  handle: (asked) => change(asked, { verb: 'restore', version: asked.params.version }),
});

const keyed = version.and(
  z.object({
    destination: z.string(),
    key: z.string().meta({
      description:
        'Verifies what is told; empty where the channel signs nothing. Shown in this answer and never again.',
    }),
  }),
);

const setQuiet = route({
  operation: 'setQuietHours',
  method: 'put',
  path: `${base}/quiet-hours`,
  tag: 'Alerts',
  summary: 'Set the quiet hours, or none',
  body: z.strictObject({ quiet: quiet.nullable() }),
  shape: version,
  handle: (asked) => change(asked, { verb: 'quiet', quiet: checkedQuiet(asked.body.quiet) }),
});

function checkedQuiet(given: z.infer<typeof quiet> | null) {
  if (given && given.from === given.to)
    throw new ProblemError('invalid-fields', 'Quiet hours begin when they end.', {
      fields: [{ field: 'quiet.to', problem: 'must differ from the beginning' }],
    });
  return given;
}

const makeDestination = route({
  operation: 'makeAlertDestination',
  method: 'post',
  path: `${base}/destinations`,
  tag: 'Alerts',
  summary: 'Add a destination of alerts',
  description: 'It hears of what rises from now on; of what began before, only the first destination does.',
  body: z.strictObject({
    ...told,
    owners: told.owners.default([]),
    least: told.least.default('warning'),
    channel: z.string().max(40).meta({ description: 'One of the channels that `GET …/alerts` lists.' }),
    place: placeText,
  }),
  shape: keyed,
  status: 201,
  handle: async (asked) => {
    const { place, channel: name, ...rest } = asked.body;
    const channel = await checkedChannel(asked, name, place);
    const id = idFor(asked.ports, 'dst', asked.once);
    const key = channel.isSigned ? await newSigningKey(asked) : '';
    const destination = { ...rest, id, channel: name, place: channel.show(place) };
    const { body } = await change(asked, { verb: 'make', destination, secrets: { place, key } });
    return { status: 201, body: { ...body, destination: id, key } };
  },
});

const alterDestination = route({
  operation: 'alterAlertDestination',
  method: 'patch',
  path: `${base}/destinations/{destination}`,
  tag: 'Alerts',
  summary: 'Change a destination, or turn it off and on',
  description: 'A new place is tried at once, and where calls are signed it comes with a new key.',
  params: one,
  body: z.strictObject({ ...told, place: placeText, isOn: z.boolean() }).partial(),
  shape: keyed,
  handle: async (asked) => {
    const { destination: id } = asked.params;
    const { place, ...to } = asked.body;
    if (place === undefined) {
      const { status, body } = await change(asked, { verb: 'alter', id, to, secrets: null });
      return { status, body: { ...body, destination: id, key: '' } };
    }
    const { destinations } = await asked.at.ask<ShownAlerts>({ about: 'alerts' });
    const there = destinations.find((row) => row.id === id);
    if (!there) throw unknownDestination(id);
    const channel = await checkedChannel(asked, there.channel, place);
    const key = channel.isSigned ? await newSigningKey(asked) : '';
    const shownAs = { ...to, place: channel.show(place) };
    const { status, body } = await change(asked, { verb: 'alter', id, to: shownAs, secrets: { place, key } });
    return { status, body: { ...body, destination: id, key } };
  },
});

const removeDestination = route({
  operation: 'removeAlertDestination',
  method: 'delete',
  path: `${base}/destinations/{destination}`,
  tag: 'Alerts',
  summary: 'Remove a destination',
  description: 'What it was not told yet it will not be told.',
  params: one,
  shape: version,
  handle: (asked) => change(asked, { verb: 'remove', id: asked.params.destination }),
});

const testDestination = route({
  operation: 'testAlertDestination',
  method: 'post',
  path: `${base}/destinations/{destination}/test`,
  tag: 'Alerts',
  summary: 'Send a test alert to a destination now',
  description: 'Tried once, in quiet hours too, and also while the destination is off.',
  params: one,
  shape: z.object({
    delivered: z.boolean(),
    status: z.int().nullable(),
    problem: z.string().nullable(),
    said: z.string().nullable().meta({ description: 'What the other side said of a refusal.' }),
  }),
  handle: async ({ at, params: { destination }, ports: { fetch, nowMs }, env }) => {
    const found = await at.ask<Tried<SignedRound | null>>({ about: 'test-alert', destination });
    if (!found.ok) throw new LaneRefusal(found.code, found.message, found.next);
    const [call] = found.value?.calls ?? [];
    if (!found.value || !call) throw notReady();
    const outside = { fetch, nowMs, isDevelopment: env.DEVELOPMENT === 'yes' };
    const { problem, status, said = null } = await callSubscriber(outside, found.value.url, call);
    return ok({ delivered: problem === null, status, problem, said });
  },
});

export const alerts: readonly Route[] = [
  ...[readAlerts, listVersions, restoreVersion, setQuiet],
  ...[makeDestination, alterDestination, removeDestination, testDestination],
];

type AskedHere = Pick<Asked<typeof base, unknown, unknown, unknown>, 'at' | 'caller' | 'ports' | 'env' | 'once'>;

async function change({ at, caller: { by } }: Pick<AskedHere, 'at' | 'caller'>, request: AlertChange) {
  const { status, body } = await at.change({ verb: 'alerts', change: request, by });
  return { status, body: { ...body, version: Number(body['version']) } };
}

async function checkedChannel(asked: AskedHere, name: string, place: string): Promise<Channel> {
  const channel = channelOf(name);
  if (!channel) {
    const fields = [{ field: 'channel', problem: `is none of ${channels.map((known) => known.name).join(', ')}` }];
    throw new ProblemError('invalid-fields', 'There is no such channel.', { fields });
  }
  if (accountOf(asked.env, channel) === null) throw notReady();
  const { success } = channel.place.schema.safeParse(place);
  if (!success) {
    const fields = [
      { field: 'place', problem: `is not what this channel asks for: ${channel.place.title.toLowerCase()}` },
    ];
    throw new ProblemError('invalid-fields', 'Nothing can be sent there.', { fields });
  }
  if (channel.isAddress) await checkPlace(asked, place, 'place');
  return channel;
}

function notReady(): LaneRefusal {
  const message = 'This hub has no account that could carry it, or what it holds of one is not right.';
  return new LaneRefusal(
    'channel-not-ready',
    message,
    'Ask whoever runs the hub to set CHANNELS or to mend it, or use another channel.',
  );
}

function unknownDestination(id: string): LaneRefusal {
  return new LaneRefusal('unknown-destination', `There is no destination ${id}.`, 'List the destinations.');
}
