// Routes of the end of an installation: stopping it, taking that back, and the proofs of what was erased.
import { z } from 'zod';
import { hashOf } from '../../../shared/canonical-json.ts';
import {
  askEnding,
  type Ending,
  endingOf,
  listEndings as endingsIn,
  isWhole,
  moveEnding,
  takeBackEnding as takeBack,
} from '../../store/endings.ts';
import { ProblemError } from '../problems.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf, parsed } from '../shapes.ts';

const dayMs = 86_400_000;
/** As long as an ending can be taken back. */
const keptDays = 30;

const shape = z
  .object({
    state: z
      .enum(['running', 'waiting', 'erasing', 'settling', 'done'])
      .meta({ description: '`waiting` = stopped, and can be taken back until `endsAt`; from `erasing` on it cannot.' }),
    askedAt: instant.nullable(),
    askedBy: z.enum(['admin', 'operator']).nullable(),
    endsAt: instant.nullable().meta({ description: 'When everything is erased.' }),
  })
  .meta({ id: 'Ending' });

function shown(ending: Ending | null): z.input<typeof shape> {
  if (!ending) return { state: 'running', askedAt: null, askedBy: null, endsAt: null };
  const { step, askedMs, askedBy, endsMs } = ending;
  return {
    state: step as 'waiting',
    askedAt: instantOf(askedMs),
    askedBy: askedBy as 'admin',
    endsAt: instantOf(endsMs),
  };
}

const readEnding = route({
  operation: 'readEnding',
  method: 'get',
  path: '/installations/{installation}/ending',
  tag: 'Installation',
  summary: 'Read whether an installation is ending, and until when that can be taken back',
  shape,
  handle: async ({ at, env }) => ok(shown(await endingOf(env.DIRECTORY, at.id))),
});

const endInstallation = route({
  operation: 'endInstallation',
  method: 'post',
  path: '/installations/{installation}/ending',
  tag: 'Installation',
  summary: 'End an installation',
  description:
    'It stops at once: nothing is read, taken in or written any more. For 30 days people can still come, look, ' +
    'export and take this back; then everything of it is erased, and only a proof without content is left.',
  body: z.object({
    reason: z.string().trim().min(1).max(500).meta({ description: 'Kept in its audit, and erased with it.' }),
    days: z.int().min(0).max(keptDays).optional().meta({ description: 'For the operator, where a law asks for less.' }),
  }),
  shape,
  handle: async ({ at, env, body: { reason, days }, caller, ports }) => {
    const isOperator = caller.kind === 'operator';
    if (days !== undefined && !isOperator)
      throw new ProblemError('not-allowed', 'Only the operator ends an installation sooner than in 30 days.');
    const askedMs = ports.nowMs();
    const { shard, jurisdiction } = at.place;
    const endsMs = askedMs + (days ?? keptDays) * dayMs;
    // Hashed with the name of the installation: whoever knows both can tell that it was they, and nobody else can.
    const who = { askedBy: isOperator ? 'operator' : 'admin', askedByHash: hashOf([at.id, caller.by]) };
    const asked = { installation: at.id, shard, jurisdiction, askedMs, endsMs, ...who };
    // First in the directory: from there the sweep goes on, should this be cut off before the lane has heard of it.
    await askEnding(env.DIRECTORY, asked);
    if (days !== undefined) await moveEnding(env.DIRECTORY, at.id, endsMs);
    const ending = await endingOf(env.DIRECTORY, at.id);
    if (ending?.step === 'waiting') await at.end({ endsMs: ending.endsMs, reason, by: caller.by });
    return ok(shown(ending));
  },
});

const takeBackEnding = route({
  operation: 'takeBackEnding',
  method: 'delete',
  path: '/installations/{installation}/ending',
  tag: 'Installation',
  summary: 'Take the ending of an installation back',
  description:
    'It runs again with everything it had, and reads once what its systems hold, for what it did not hear of.',
  shape,
  handle: async ({ at, env, caller }) => {
    if (!(await takeBack(env.DIRECTORY, at.id)))
      throw new ProblemError('being-erased', 'This installation is being erased: that cannot be taken back.');
    await at.takeBack(caller.by);
    return ok(shown(null));
  },
});

const proof = shape
  .extend({
    installation: z.string(),
    askedByHash: z.string().meta({ description: 'Of the installation and the name in its audit.' }),
    erasedAt: instant.nullable(),
    counts: z
      .record(z.string(), z.int())
      .nullable()
      .meta({ description: 'Rows of the lane and of the record, waiting deliveries and archived texts, as found.' }),
    auditHead: z
      .object({ installation: z.string(), seq: z.int(), hash: z.string(), atMs: z.int(), signature: z.string() })
      .nullable()
      .meta({ description: 'The end of its audit, signed: an export that ends with it is whole.' }),
    hash: z.string().nullable(),
    isWhole: z.boolean().meta({ description: 'Whether the proof is as it was written.' }),
  })
  .meta({ id: 'ErasureProof' });

const listEndings = route({
  operation: 'listEndings',
  method: 'get',
  path: '/endings',
  tag: 'Installation',
  summary: 'List installations that are ending, and the proofs of those that were erased',
  shape: z.object({ rows: z.array(proof) }),
  handle: async ({ env }) => {
    const rows = (await endingsIn(env.DIRECTORY)).map((ending) => ({
      ...shown(ending),
      installation: ending.installation,
      askedByHash: ending.askedByHash,
      erasedAt: instantOf(ending.erasedMs),
      counts: parsed<Record<string, number>>(ending.counts),
      auditHead: parsed<z.input<typeof proof>['auditHead']>(ending.auditHead),
      hash: ending.hash,
      isWhole: isWhole(ending),
    }));
    return ok({ rows });
  },
});

export const ending: readonly Route[] = [readEnding, endInstallation, takeBackEnding, listEndings];
