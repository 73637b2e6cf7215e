// Routes of likely matches: which unclaimed records may be which of ours, why, and what a person says of it.
import { z } from 'zod';
import { type EntityName, entities } from '../../../shared/entities/_registry.ts';
import { titleOf } from '../../../shared/entities/entity.ts';
import { type MatchVerdict, matchWords } from '../../../shared/match-words.ts';
import { type Likely, likelyPlaceOf } from '../../flow/candidates.ts';
import type { Reason } from '../../flow/likeness.ts';
import { changed } from '../at.ts';
import { cursorAfter, cursorOf, pageOf, paging } from '../paging.ts';
import { ok, type Route, route } from '../route.ts';
import { kindName } from '../shapes.ts';

const one = z.object({ connection: z.string() });
const path = '/installations/{installation}/connections/{connection}/candidates';
const place = { recordType: z.string(), recordId: z.string() };
const score = z.int().min(0).max(100);

const candidate = z
  .object({
    ...place,
    record: z.string().nullable().meta({ description: 'What the record is called there.' }),
    entity: z.string(),
    name: z.string().nullable().meta({ description: 'What ours is called.' }),
    score: score.meta({ description: 'How much alike they are, of 100.' }),
    reasons: z.array(z.object({ code: z.string(), text: z.string() })).meta({
      description: 'What speaks for it, and what against it.',
    }),
  })
  .meta({ id: 'Candidate' });

const listCandidates = route({
  operation: 'listCandidates',
  method: 'get',
  path,
  tag: 'Installation',
  summary: 'List records that may be ours without agreeing on a key, the likeliest first',
  params: one,
  query: paging.extend({
    limit: z.coerce.number().int().min(1).max(1000).default(500).meta({ description: 'Rows a page.' }),
    kind: kindName,
  }),
  shape: pageOf(candidate).extend({
    agreeing: z.int().meta({ description: 'Records that agree with exactly one of ours, or were decided on.' }),
    undecided: z.int().meta({ description: 'Records that a person has to decide on.' }),
    unlike: z.int().meta({ description: 'Records that are like none of ours.' }),
  }),
  handle: async ({ at, params: { connection }, query: { kind, limit, after } }) => {
    const from = cursorOf(after, z.tuple([z.number(), z.string(), z.string()]));
    const asked = { about: 'likely', connection, kind, limit: limit + 1, after: from } as const;
    const { candidates, ...counts } = await at.ask<Likely>(asked);
    const show = ({ reasons, ...shown }: Likely['candidates'][number]) => {
      return { ...shown, reasons: reasons.map(shownIn(kind)) };
    };
    return ok({ ...counts, ...cursorAfter(candidates, limit, show, likelyPlaceOf) });
  },
});

function shownIn(kind: EntityName) {
  const { shape } = entities[kind].schema as z.ZodObject;
  return (code: Reason) => {
    const [verdict = '', field = ''] = code.split(' ');
    const schema = shape[field] as z.ZodType | undefined;
    const title = schema ? titleOf(schema) : field;
    const template = matchWords[verdict as MatchVerdict];
    const text = template.startsWith('{') ? title : title.toLowerCase();
    return { code, text: template.replace('{field}', text) };
  };
}

const answerCandidates = route({
  operation: 'answerCandidates',
  method: 'post',
  path,
  tag: 'Installation',
  summary: 'Say which record is which of ours, or that one is new',
  description:
    '`this`: one record is one of ours · `likely`: so is whatever is at least that likely, where neither side has ' +
    'anything as likely · `new`: a record is none of ours. What is linked stays as it is, in both.',
  params: one,
  body: z.object({
    kind: kindName,
    said: z.discriminatedUnion('is', [
      z.object({ is: z.literal('this'), ...place, entity: z.string() }),
      z.object({ is: z.literal('likely'), from: score }),
      z.object({ is: z.literal('new'), ...place }),
    ]),
  }),
  shape: changed,
  handle: ({ at, params: { connection }, body: { kind, said }, caller: { by } }) =>
    at.change({ verb: 'match', connection, kind, said, by }),
});

export const candidates: readonly Route[] = [listCandidates, answerCandidates];
