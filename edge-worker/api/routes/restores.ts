// The operator's routes of going back in time: a lane is put back to an earlier moment; after D1 was put back, every
// lane sends again what it has sent since.
import { z } from 'zod';
import { lanesAfter } from '../../store/directory.ts';
import { LaneRefusal } from '../problems.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf } from '../shapes.ts';

/** Lanes that are asked in one call. */
const lanesMax = 50;

const sendAgain = route({
  operation: 'sendAgain',
  method: 'post',
  path: '/restores',
  tag: 'Installation',
  summary: 'Have rows sent to the record again after it was put back to an earlier time',
  description:
    'Every lane sends again what it has sent to D1 since a moment, for at most 31 days back. What is there already, ' +
    'or newer, stays. Call again with `after` until it is null; `progress` of an installation shows how far it is.',
  body: z.object({
    since: instant.meta({ description: 'The moment that D1 was put back to.' }),
    after: z.string().default('').meta({ description: 'The installation to go on after, as the last answer said.' }),
  }),
  shape: z.object({
    installations: z.array(z.string()),
    refused: z.array(z.object({ installation: z.string(), type: z.string(), next: z.string() })),
    after: z.string().nullable(),
  }),
  handle: async ({ body: { since, after }, caller: { by }, env, open }) => {
    const lanes = await lanesAfter(env.DIRECTORY, after, lanesMax);
    const refused: { installation: string; type: string; next: string }[] = [];
    for (const { installation, shard, jurisdiction } of lanes) {
      try {
        await open(installation, { shard, jurisdiction }).send({ verb: 'send-again', sinceMs: Date.parse(since), by });
      } catch (error) {
        // One that is being ended takes no more changes; the others go on.
        if (!(error instanceof LaneRefusal)) throw error;
        refused.push({ installation, type: error.type, next: error.next });
      }
    }
    const installations = lanes.map(({ installation }) => installation);
    return ok({ installations, refused, after: lanes.length < lanesMax ? null : (installations.at(-1) ?? null) });
  },
});

const putLaneBack = route({
  operation: 'putLaneBack',
  method: 'post',
  path: '/installations/{installation}/put-back',
  tag: 'Installation',
  summary: 'Put the lane of an installation back to an earlier moment',
  description:
    'For a lane whose own tables are wrong or broken. It starts anew as it was then, takes back from D1 what it knew ' +
    'since, and looks before it sends. Not to undo what people did: that is taken back too. `progress` shows how far ' +
    'it is in `takingBack`.',
  body: z.object({
    moment: instant.meta({ description: 'At most as long ago as D1 keeps all history, 14 days by default.' }),
    reason: z.string().trim().min(1).max(500).meta({ description: 'Kept in the audit.' }),
  }),
  shape: z.object({
    moment: instant,
    run: z.int().meta({ description: 'The last run of the lane before it went.' }),
  }),
  handle: async ({ at, body: { moment, reason }, caller: { by } }) => {
    const { atMs, run } = await at.goBack({ atMs: Date.parse(moment), reason, by });
    return ok({ moment: instantOf(atMs), run });
  },
});

export const restores: readonly Route[] = [sendAgain, putLaneBack];
