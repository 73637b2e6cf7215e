// Exceptions as the API shows them: in words, with what may be done about them and whose turn it is.
import { z } from 'zod';
import { type Action, actionNames, actions } from '../../shared/actions.ts';
import { actionsOf } from '../flow/choices.ts';
import type { exceptions as exceptionRows } from '../store/record-schema.ts';
import type { StoredRow } from '../store/rows.ts';
import { sql } from '../store/scoped-record.ts';
import { type Caller, ownersOf } from './caller.ts';
import { instant, instantOf, params, parsed, words, wordsOf } from './shapes.ts';

export const actionShape = z
  .object({ action: z.enum(actionNames), title: z.string(), text: z.string(), needsReason: z.boolean() })
  .meta({ id: 'Action' });

/** What somebody may answer to a control's holds: nothing while it is not their turn. */
export function actionsFor(caller: Caller, { control, owner }: { readonly control: string; readonly owner: string }) {
  const owners = ownersOf(caller);
  const offered: readonly Action[] = owners === null || owners.includes(owner) ? actionsOf(control) : [];
  return offered.map((action) => ({ action, ...actions[action] }));
}

export const exceptionShape = z
  .object({
    id: z.string(),
    cause: z.string().meta({ description: 'What it has in common with others; see the list of causes.' }),
    state: z.enum(['open', 'closed']),
    label: z.string().nullable().meta({ description: 'What people call the record.' }),
    entity: z.string().nullable(),
    kind: z.string().nullable(),
    connection: z.string().nullable(),
    system: z.string().nullable(),
    recordType: z.string().nullable(),
    control: z.string(),
    owner: z.string().meta({ description: 'Whose turn it is.' }),
    assignee: z.string().nullable(),
    code: z.string(),
    params,
    words,
    actions: z.array(actionShape).meta({ description: 'What you may answer; empty when it is not your turn.' }),
    hash: z.string().nullable().meta({ description: 'Of the content an approval would hold for.' }),
    madeAt: instant,
    dueAt: instant,
    snoozedUntil: instant.nullable(),
    closedAt: instant.nullable(),
    closedBy: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Exception' });

export interface Labels {
  readonly system: string | null;
  readonly canonical: string | null;
}
export type ExceptionRow = StoredRow<typeof exceptionRows> & Labels;

/** What it has in common with others; those from before causes were kept have it in their columns. */
export function causeOf({ cause, control, code, connection }: StoredRow<typeof exceptionRows>): string {
  return cause ?? [control, code, connection].join('.');
}

export function shownException(row: ExceptionRow, caller: Caller): z.input<typeof exceptionShape> {
  const { id, entity, kind, connection, system, recordType, control, owner, code, hash, closedBy, reason } = row;
  return {
    ...{ id, entity, kind, connection, system, recordType, control, owner, code, hash, closedBy, reason },
    cause: causeOf(row),
    state: row.state === 'open' ? 'open' : 'closed',
    label: labelOf(row.canonical),
    assignee: row.assignee,
    params: parsed<Record<string, string>>(row.params) ?? {},
    words: wordsOf(code, row.params, system ?? connection, kind),
    actions: row.state === 'open' ? actionsFor(caller, row) : [],
    madeAt: instantOf(row.madeMs),
    dueAt: instantOf(row.dueMs),
    snoozedUntil: instantOf(row.snoozedMs),
    closedAt: instantOf(row.closedMs),
  };
}

/** Of the columns of an entity's version, what `labelOf` looks at. */
export const labelParts = sql`json_object('name', canonical ->> 'name', 'number', canonical ->> 'number',
  'hours', canonical ->> 'hours', 'day', coalesce(canonical ->> 'workedOn', canonical ->> 'spentOn'),
  'note', canonical ->> 'note')`;

/** A name where there is one; else a number; else the day and what was written beside it. */
export function labelOf(canonical: string | null): string | null {
  const { name, number, day, hours, note } = parsed<Record<string, string | null>>(canonical) ?? {};
  const work = [day, hours && `${hours} h`, note].filter(Boolean).join(', ');
  return name || number || work || null;
}

export const answerName = z.enum(actionNames);
export const reasonText = z.string().max(500).default('').meta({ description: 'Some actions need one.' });
