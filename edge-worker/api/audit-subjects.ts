// What rows of the audit are about, under what people call it: asked for all rows of a page at once.
import { z } from 'zod';
import { type Action, actions } from '../../shared/actions.ts';
import { entities } from '../../shared/entities/_registry.ts';
import { kindOf } from '../flow/identity.ts';
import { audit as auditRows, connectionCopies, entityVersions, exceptions } from '../store/record-schema.ts';
import type { StoredRow } from '../store/rows.ts';
import { type Fragment, type ScopedRecord, sql } from '../store/scoped-record.ts';
import { labelOf, labelParts } from './exception-shapes.ts';
import { namedNow } from './names.ts';
import { parsed, titleOf, wordsOf } from './shapes.ts';

const titles = {
  record: 'Record',
  exception: 'Exception',
  connection: 'Connection',
  mapping: 'Mapping',
  draft: 'Mapping draft',
  job: 'Job',
  key: 'API key',
  subscription: 'Subscriber',
  destination: 'Alert destination',
  alerts: 'Alerts',
  session: 'Session',
  installation: 'Installation',
} as const;
type Thing = keyof typeof titles;

export const subjectShape = z
  .object({
    is: z.enum(Object.keys(titles) as [Thing, ...Thing[]]),
    title: z.string().meta({ description: 'How people call such things.' }),
    label: z.string().nullable().meta({ description: 'How people call this one; null where it has no name.' }),
  })
  .meta({ description: 'What `subject` is.' });
type Subject = z.infer<typeof subjectShape>;
type About = Pick<StoredRow<typeof auditRows>, 'action' | 'subject'>;

const byPrefix: Readonly<Record<string, Thing>> = {
  exc: 'exception',
  job: 'job',
  key: 'key',
  sub: 'subscription',
  dst: 'destination',
  dra: 'draft',
  ins: 'installation',
};

function thingOf({ action, subject }: About): Thing {
  if (kindOf(subject) !== null) return 'record';
  const prefix = /^([a-z]{3})_[0-9A-Z]{26}$/.exec(subject)?.[1] ?? '';
  if (byPrefix[prefix]) return byPrefix[prefix];
  if (action.startsWith('installation-')) return 'installation';
  if (action.startsWith('session-')) return 'session';
  if (action.startsWith('alerts-')) return 'alerts';
  return action.startsWith('mapping-') ? 'mapping' : 'connection';
}

/** How drafts, jobs, keys and subscribers among these were called when they were begun. */
export function begunAmong(subjects: readonly string[]): Fragment<Begun> {
  // By number: asked for its columns as well, the index of subjects is passed over for the key, which reads all rows.
  return sql`SELECT subject AS id, action, detail FROM ${auditRows} WHERE seq IN (
      SELECT seq FROM ${auditRows} WHERE subject IN (SELECT value FROM json_each(${JSON.stringify(subjects)})))
    AND action IN ('draft-begun', 'job-started', 'key-made', 'subscription-made')`;
}

export async function subjectsOf(record: ScopedRecord, rows: readonly About[]): Promise<(row: About) => Subject> {
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  const among = sql`IN (SELECT value FROM json_each(${JSON.stringify(subjects)}))`;
  const [records, holds, connections, begun] = await record.batch([
    namedNow(subjects),
    sql<Held>`SELECT exceptions.id AS id, code, params, kind, system, (SELECT ${labelParts} FROM ${entityVersions}
        WHERE entity = exceptions.entity ORDER BY version DESC LIMIT 1) AS canonical
      FROM ${exceptions} LEFT JOIN ${connectionCopies} ON connections.id = exceptions.connection
      WHERE exceptions.id ${among}`,
    sql<Connected>`SELECT id, system FROM ${connectionCopies} WHERE id ${among}`,
    begunAmong(subjects),
  ]);
  const labels = new Map<string, string | null>([
    ...records.map(({ entity, canonical }) => [entity, labelOf(canonical)] as const),
    ...holds.map((held) => [held.id, heldAs(held)] as const),
    ...connections.map(({ id, system }) => [id, `${titleOf(system)} (${id})`] as const),
    ...begun.map((row) => [row.id, begunAs(row)] as const),
  ]);
  return (row) => {
    const is = thingOf(row);
    const kind = kindOf(row.subject);
    const title = kind === null ? titles[is] : entities[kind].title;
    if (is === 'mapping' || is === 'alerts') return { is, title, label: `Version ${row.subject}` };
    const ownName = is === 'connection' ? row.subject : null;
    return { is, title, label: labels.get(row.subject) ?? ownName };
  };
}

interface Held {
  readonly id: string;
  readonly code: string;
  readonly params: string;
  readonly kind: string | null;
  readonly system: string | null;
  readonly canonical: string | null;
}
interface Connected {
  readonly id: string;
  readonly system: string;
}
interface Begun {
  readonly id: string;
  readonly action: string;
  readonly detail: string;
}

function heldAs({ code, params, kind, system, canonical }: Held): string {
  const { title } = wordsOf(code, params, system, kind);
  const label = labelOf(canonical);
  return label === null ? title : `${label}: ${title.charAt(0).toLowerCase()}${title.slice(1)}`;
}

const jobTitles: Readonly<Record<string, string>> = {
  load: 'First load',
  replay: 'Replay',
  apply: 'Mapping applied to existing records',
  undo: 'Undo',
};

function begunAs({ action, detail }: Begun): string | null {
  const { title, name, kind = '', answer } = parsed<Record<string, string>>(detail) ?? {};
  if (action !== 'job-started') return title ?? name ?? null;
  return kind === 'answer' ? (actions[answer as Action]?.title ?? null) : (jobTitles[kind] ?? null);
}
