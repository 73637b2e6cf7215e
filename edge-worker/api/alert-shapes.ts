// Alerts as the API shows them: channels, destinations and how each is doing, quiet hours.
import { z } from 'zod';
import { severities } from '../../shared/alert.ts';
import { quietHours } from '../../shared/quiet-hours.ts';
import type { Channel } from '../channels/channel.ts';
import { alertOwners, type ShownAlerts } from '../flow/alert-settings.ts';
import { failuresMax } from '../flow/calling.ts';
import { instant, instantOf } from './shapes.ts';

const severity = z.enum(severities);

export const told = {
  name: z.string().min(1).max(120).meta({ description: 'Who is told, as exceptions will call it.' }),
  owners: z.array(z.enum(alertOwners)).max(5).meta({ description: 'Whose alerts it hears; empty = everybody’s.' }),
  least: severity.meta({ description: 'Nothing milder.' }),
};
export const placeText = z
  .string()
  .min(1)
  .max(2_000)
  .meta({ description: 'An e-mail address, or the https address to call. Never shown again in full if it is secret.' });

export const quiet = z
  .strictObject({
    ...quietHours.shape,
    breaksThrough: severity.nullable().meta({ description: 'What is at least so severe is told all the same.' }),
  })
  .meta({ id: 'QuietHours', description: 'What rises then is told when they are over, unless it is over before.' });

export const channelShape = z
  .object({
    channel: z.string(),
    title: z.string(),
    place: z.object({ title: z.string(), hint: z.string() }),
    isSigned: z.boolean().meta({ description: 'Calls carry a signature; the key is shown once.' }),
    isReady: z.boolean().meta({ description: 'False where whoever runs the hub has not set it up.' }),
  })
  .meta({ id: 'AlertChannel' });

export const setting = z.object({
  ...told,
  destination: z.string(),
  channel: z.string(),
  place: z.string().meta({ description: 'What may be shown of it.' }),
  isOn: z.boolean(),
});

export const destinationShape = setting
  .extend({
    state: z.enum(['on', 'off', 'failing', 'parked']).meta({
      description: '`parked`: it does not take anything, and an integration admin was asked. Nothing is dropped.',
    }),
    failures: z.int().meta({ description: 'Failures in a row.' }),
    problem: z.string().nullable(),
    said: z.string().nullable().meta({ description: 'What the other side said of it.' }),
    waiting: z.int().meta({ description: 'Told when quiet hours are over, or when it answers again.' }),
    answeredAt: instant.nullable(),
    failedAt: instant.nullable(),
    nextAt: instant.nullable().meta({ description: 'When it is tried again, while it fails.' }),
  })
  .meta({ id: 'AlertDestination' });

export function shownChannel({ name, title, place, isSigned }: Channel, isReady: boolean) {
  return { channel: name, title, place: { title: place.title, hint: place.hint }, isSigned, isReady };
}

type Row = ShownAlerts['destinations'][number];
export const settingOf = ({ id, owners, ...row }: Row) => ({
  ...row,
  destination: id,
  owners: owners as z.infer<typeof setting>['owners'],
});

export function shownDestination(row: Row, standing: ShownAlerts['standings'][number] | undefined, nowMs: number) {
  const { failures = 0, problem = null, said = null, waiting = 0, nextMs = 0 } = standing ?? {};
  const state = !row.isOn ? 'off' : failures === 0 ? 'on' : failures < failuresMax ? 'failing' : 'parked';
  return {
    ...settingOf(row),
    ...({ state, failures, problem, said, waiting } as const),
    answeredAt: instantOf(standing?.answeredMs ?? null),
    failedAt: instantOf(standing?.failedMs ?? null),
    nextAt: failures > 0 ? instantOf(Math.max(nextMs, nowMs)) : null,
  };
}
