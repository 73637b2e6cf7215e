// Routes of changes to the mappings on their way: written, tried out, submitted, approved by somebody else, published.
import { z } from 'zod';
import { mappingContent } from '../../flow/mapping.ts';
import { mappingDiff } from '../../flow/mapping-diff.ts';
import type { ProposalStep } from '../../flow/proposals.ts';
import { changed } from '../at.ts';
import {
  draftIn,
  draftOf,
  draftShape,
  draftsShape,
  previewShape,
  rehearsalShape,
  shownDraft,
  shownSelfApproval,
} from '../draft-shapes.ts';
import { ProblemError } from '../problems.ts';
import { ok, type Route, route } from '../route.ts';
import { versionIn } from './mappings.ts';

const all = '/installations/{installation}/mapping-drafts';
const one = `${all}/{draft}` as const;
const done = changed.and(z.object({ draft: z.string(), revision: z.int().optional(), version: z.int().optional() }));
const revision = z
  .int()
  .min(1)
  .meta({ description: 'The one that was read; another answers 409, and nothing is lost.' });

const listDrafts = route({
  operation: 'listDrafts',
  method: 'get',
  path: all,
  tag: 'Mappings',
  summary: 'List drafts of the mappings, the newest first',
  shape: draftsShape,
  handle: async ({ at }) => {
    const { drafts, selfApproval } = await draftIn(at);
    const rows = drafts.map((draft) => shownDraft(draft, selfApproval));
    return ok({ rows, selfApproval: shownSelfApproval(selfApproval) });
  },
});

const readDraft = route({
  operation: 'readDraft',
  method: 'get',
  path: one,
  tag: 'Mappings',
  summary: 'Read a draft: its content, what it changes in words, its rehearsal',
  params: z.object({ draft: z.string() }),
  shape: draftShape,
  handle: async ({ at, params: { draft } }) => {
    const { draft: row, selfApproval } = await draftOf(at, draft);
    const content = mappingContent.parse(JSON.parse(row.content));
    const changes = mappingDiff(await versionIn(at, row.base), content);
    const rehearsal = row.rehearsal === null ? null : JSON.parse(row.rehearsal);
    return ok({ ...shownDraft(row, selfApproval), content, changes: [...changes], rehearsal });
  },
});

/** A step of a draft is one change of the lane, made by whoever asks. */
function step<Body extends z.ZodObject>(
  operation: 'submitDraft' | 'returnDraft' | 'approveDraft' | 'dropDraft',
  name: string,
  [summary, description]: readonly [string, string],
  body: Body,
  stepOf: (draft: string, given: z.infer<Body>) => ProposalStep,
): Route {
  return route({
    ...({ operation, method: 'post', summary, description, body } as const),
    path: `${one}${name}`,
    tag: 'Mappings',
    params: z.object({ draft: z.string() }),
    shape: done,
    handle: async ({ at, params, body: given, caller: { by } }) => {
      const proposal = stepOf(params.draft, given as z.infer<Body>);
      const { status, body: told } = await at.change({ verb: 'propose', step: proposal, by });
      return { status, body: { ...told, draft: params.draft } };
    },
  });
}

const beginDraft = route({
  operation: 'beginDraft',
  method: 'post',
  path: all,
  tag: 'Mappings',
  summary: 'Begin a draft over the version in force, or over an earlier one',
  body: z.object({ title: z.string().trim().min(1).max(120), from: z.int().nullable().default(null) }),
  shape: done,
  handle: async ({ at, body: { title, from }, caller: { by }, ports }) => {
    const id = ports.makeId('dra');
    const { status, body } = await at.change({ verb: 'propose', step: { step: 'begin', id, title, from }, by });
    return { status, body: { ...body, draft: id } };
  },
});

const editDraft = route({
  operation: 'editDraft',
  method: 'put',
  path: one,
  tag: 'Mappings',
  summary: 'Save a draft',
  description:
    'Each row that changes is checked against both schemas and against what real records hold; what cannot be kept ' +
    'is refused with its place and its reason. A rehearsal belongs to the revision it was made on, and ends with it.',
  params: z.object({ draft: z.string() }),
  body: z.object({ revision, content: mappingContent }),
  shape: done,
  handle: async ({ at, params: { draft }, body, caller: { by } }) => {
    const fields = await at.checkDraft(draft, body.content);
    if (fields.length > 0) {
      const detail = `${fields.length === 1 ? 'One row' : `${fields.length} rows`} cannot be kept as they are.`;
      throw new ProblemError('invalid-fields', detail, { next: 'Correct what is marked, and save again.', fields });
    }
    const { status, body: told } = await at.change({ verb: 'propose', step: { step: 'edit', draft, ...body }, by });
    return { status, body: { ...told, draft } };
  },
});

const submitDraft = step(
  'submitDraft',
  '/submit',
  ['Hand a rehearsed draft to an approver', 'Its content stays as it is until it is approved or returned.'],
  z.object({ revision, note: z.string().max(1_000).default('') }),
  (draft, given) => ({ step: 'submit', draft, ...given }),
);

const returnDraft = step(
  'returnDraft',
  '/return',
  ['Give a submitted draft back to be changed', 'Its authors read the reason.'],
  z.object({ reason: z.string().trim().min(1).max(1_000) }),
  (draft, { reason }) => ({ step: 'return', draft, reason }),
);

const approveDraft = step(
  'approveDraft',
  '/approve',
  [
    'Approve a draft, which publishes it',
    'By somebody who neither wrote nor submitted it. Where it holds more than it may, the version before comes back.',
  ],
  z.object({
    revision,
    errorsMax: z.int().min(0).max(100_000).default(20).meta({ description: 'So many records it may hold.' }),
    minutes: z.int().min(1).max(10_080).default(1_440).meta({ description: 'For how long it is watched.' }),
  }),
  (draft, { revision: at, ...budget }) => ({ step: 'approve', draft, revision: at, budget }),
);

const dropDraft = step(
  'dropDraft',
  '/drop',
  ['Give a draft up', 'It stays to be looked up for 90 days.'],
  z.object({}),
  (draft) => ({ step: 'drop', draft }),
);

const rehearseDraft = route({
  operation: 'rehearseDraft',
  method: 'post',
  path: `${one}/rehearse`,
  tag: 'Mappings',
  summary: 'Run a draft over recent records, in the shadow of the version in force',
  description:
    'Nothing is written anywhere: the systems are only read. Says what would change, row by row, to the cent.',
  params: z.object({ draft: z.string() }),
  body: z.object({
    revision,
    days: z.int().min(1).max(90).default(31),
    limit: z.int().min(1).max(5_000).default(1_000).meta({ description: 'The newest so many records.' }),
  }),
  shape: rehearsalShape,
  handle: async ({ at, params: { draft }, body, caller: { by }, ports }) => {
    const sinceMs = ports.nowMs() - body.days * 86_400_000;
    return ok(await at.rehearse({ draft, revision: body.revision, sinceMs, limit: body.limit }, by));
  },
});

const previewDraft = route({
  operation: 'previewDraft',
  method: 'post',
  path: `${one}/preview`,
  tag: 'Mappings',
  summary: 'See one real record under a draft',
  description: 'What its system says, what we make of it, what every other system would be given, and what it is now.',
  params: z.object({ draft: z.string() }),
  body: z.object({ connection: z.string(), recordType: z.string(), recordId: z.string() }),
  shape: previewShape,
  handle: async ({ at, params: { draft }, body }) => ok(await at.preview({ draft, ...body })),
});

const setSelfApproval = route({
  operation: 'setSelfApproval',
  method: 'put',
  path: '/installations/{installation}/self-approval',
  tag: 'Mappings',
  summary: 'Say whether whoever wrote a draft may approve it too',
  description: 'For an installation with a single approver. It is in the audit, as each approval is with its writer.',
  body: z.strictObject({ isAllowed: z.boolean() }),
  shape: changed,
  handle: ({ at, body: { isAllowed }, caller: { by } }) =>
    at.change({ verb: 'propose', step: { step: 'allow-self-approval', isAllowed }, by }),
});

export const drafts: readonly Route[] = [
  setSelfApproval,
  listDrafts,
  beginDraft,
  readDraft,
  editDraft,
  rehearseDraft,
  previewDraft,
  submitDraft,
  returnDraft,
  approveDraft,
  dropDraft,
];
