// Drafts, rehearsals and previews as the API shows them.
import { z } from 'zod';
import { mappingContent } from '../flow/mapping.ts';
import { authorsOf, type DraftRow } from '../flow/proposals.ts';
import type { SelfApproval } from '../flow/self-approval.ts';
import type { InstallationAt } from './at.ts';
import { ProblemError } from './problems.ts';
import { instant, instantOf, params } from './shapes.ts';

const summary = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['draft', 'submitted', 'published', 'dropped']),
  revision: z.int(),
  base: z.int().meta({ description: 'The version in force when it was begun.' }),
  by: z.string(),
  madeAt: instant,
  changedBy: z.string(),
  changedAt: instant,
  submittedBy: z.string().nullable(),
  note: z.string().nullable(),
  answeredBy: z.string().nullable(),
  reason: z.string().nullable().meta({ description: 'Why it was given back.' }),
  version: z.int().nullable().meta({ description: 'The version that it became.' }),
  isRehearsed: z.boolean().meta({ description: 'As it is now.' }),
  authors: z.array(z.string()).meta({ description: 'Whoever wrote or submitted it.' }),
  mayAuthorsApprove: z.boolean().meta({ description: 'If not, an approver who is none of them approves it.' }),
});

const selfApprovalShape = z
  .object({ isAllowed: z.boolean(), setBy: z.string().nullable(), setAt: instant.nullable() })
  .meta({ id: 'SelfApproval', description: 'Whether whoever wrote a draft may approve it too, and who said so.' });

export const draftsShape = z.object({
  rows: z.array(summary.meta({ id: 'Draft' })),
  selfApproval: selfApprovalShape,
});

export const changeShape = z
  .object({
    connection: z.string().nullable(),
    kind: z.string().nullable(),
    what: z.string().meta({ description: 'A field, a path of the system, or an entry of a table.' }),
    text: z.string().meta({ description: 'What it is now and was before, in words.' }),
  })
  .meta({ id: 'MappingChange' });

const changedField = z.object({
  entity: z.string(),
  recordId: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
});

export const rehearsalShape = z
  .object({
    atMs: z.int(),
    base: z.int(),
    records: z.int().meta({ description: 'So many were looked at.' }),
    changed: z.int().meta({ description: 'So many would change somewhere.' }),
    groups: z
      .array(
        z
          .object({
            connection: z.string(),
            kind: z.string(),
            field: z.string(),
            at: z.string(),
            count: z.int(),
            money: params.meta({ description: 'Currency -> what the amounts would change by, in minor units.' }),
            rows: z.array(changedField).readonly().meta({ description: 'The first of them.' }),
          })
          .readonly(),
      )
      .readonly(),
    problems: z
      .array(
        z
          .object({
            connection: z.string(),
            kind: z.string(),
            code: z.string(),
            params,
            count: z.int(),
            entities: z.array(z.string()).readonly(),
          })
          .readonly(),
      )
      .readonly()
      .meta({ description: 'What could be carried until now and could not any more.' }),
  })
  .meta({ id: 'Rehearsal' });

export const draftShape = summary
  .extend({
    content: mappingContent,
    changes: z.array(changeShape).meta({ description: 'Against the version it was begun over.' }),
    rehearsal: rehearsalShape.nullable(),
  })
  .meta({ id: 'DraftInFull' });

export const previewShape = z
  .object({
    source: z.record(z.string(), z.unknown()).meta({ description: 'As its system says it.' }),
    records: z.record(z.string(), z.record(z.string(), z.unknown())).meta({ description: 'What we make of it.' }),
    targets: z
      .array(
        z.object({
          entity: z.string(),
          kind: z.string(),
          connection: z.string(),
          recordId: z.string().nullable(),
          fields: z
            .array(
              z.object({
                field: z.string(),
                at: z.string(),
                theirs: z.unknown(),
                ours: z.unknown(),
                before: z.unknown(),
              }),
            )
            .readonly(),
          problems: z.array(z.object({ field: z.string(), code: z.string() })).readonly(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Preview' });

export function draftIn(at: InstallationAt) {
  return at.ask<{ readonly drafts: readonly DraftRow[]; readonly selfApproval: SelfApproval }>({ about: 'drafts' });
}

interface Found {
  readonly draft: DraftRow;
  readonly selfApproval: SelfApproval;
}

export async function draftOf(at: InstallationAt, id: string): Promise<Found> {
  type Asked = Omit<Found, 'draft'> & { readonly draft: DraftRow | null };
  const { draft, selfApproval } = await at.ask<Asked>({ about: 'draft', draft: id });
  if (!draft) throw new ProblemError('not-found', 'There is no such draft.');
  return { draft, selfApproval };
}

export function shownSelfApproval({ isAllowed, set }: SelfApproval): z.input<typeof selfApprovalShape> {
  return { isAllowed, setBy: set?.by ?? null, setAt: instantOf(set?.atMs ?? null) };
}

export function shownDraft(row: DraftRow, { isAllowed }: SelfApproval): z.input<typeof summary> {
  const { content: _content, writers: _writers, rehearsal, madeMs, changedMs, state, ...plain } = row;
  return {
    ...plain,
    state: state as z.input<typeof summary>['state'],
    madeAt: instantOf(madeMs),
    changedAt: instantOf(changedMs),
    isRehearsed: rehearsal !== null,
    authors: [...authorsOf(row)],
    mayAuthorsApprove: isAllowed,
  };
}
