// The route of the forecast: when what waits will have gone out, system by system.
import { z } from 'zod';
import type { Clearing, Forecast } from '../../flow/forecast.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf, titleOf } from '../shapes.ts';

const rate = z.int().min(0).nullable();
const clearing = z.object({
  waiting: z.int().min(0).meta({ description: 'Deliveries to look at, or what is on its way to a system.' }),
  state: z.enum(['clear', 'clearing', 'growing', 'stopped', 'not-known']).meta({
    description:
      '`growing`: more comes than goes. `stopped`: the connection stands still until somebody acts. `not-known`: it ' +
      'was not watched long enough, or nothing has gone out yet.',
  }),
  clearsAt: instant.nullable().meta({ description: 'When nothing waits any more, at the pace of now.' }),
  arrivesPerMinute: rate,
  donePerMinute: rate,
});

const shown = ({ clearsAtMs, ...rest }: Clearing) => ({ ...rest, clearsAt: instantOf(clearsAtMs) });

const readForecast = route({
  operation: 'readForecast',
  method: 'get',
  path: '/installations/{installation}/forecast',
  tag: 'Indicators',
  summary: 'Read when the backlog will be clear',
  description:
    'Worked out from how fast what waits has become less since there was most of it, over at most ten minutes, and ' +
    'from how long a system asked to be left alone. What waits for people is not part of it.',
  shape: z
    .object({
      at: instant,
      state: clearing.shape.state.meta({ description: 'The worst of all parts.' }),
      clearsAt: instant.nullable().meta({ description: 'When the last part is clear.' }),
      inbox: clearing.meta({ description: 'What was told and is not looked at yet.' }),
      systems: z.array(
        clearing.extend({
          connection: z.string(),
          system: z.string(),
          title: z.string(),
          restsUntil: instant.nullable().meta({ description: 'Until when it is left alone, as it asked or failed.' }),
        }),
      ),
    })
    .meta({ id: 'Forecast' }),
  handle: async ({ at }) => {
    const { atMs, state, clearsAtMs, inbox, systems } = await at.ask<Forecast>({ about: 'forecast' });
    return ok({
      ...{ at: instantOf(atMs), state, clearsAt: instantOf(clearsAtMs), inbox: shown(inbox) },
      systems: systems.map(({ restsUntilMs, ...one }) => ({
        ...shown(one),
        connection: one.connection,
        system: one.system,
        title: titleOf(one.system),
        restsUntil: instantOf(restsUntilMs),
      })),
    });
  },
});

export const forecast: readonly Route[] = [readForecast];
