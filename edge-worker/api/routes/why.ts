// The route that answers "why is this so".
import { z } from 'zod';
import { entities } from '../../../shared/entities/_registry.ts';
import { explainWords } from '../../../shared/explain-words.ts';
import { fieldTitleIn } from '../../../shared/field-titles.ts';
import { wordsFor } from '../../../shared/words.ts';
import { connectors } from '../../connectors/_registry.ts';
import { kindOf } from '../../flow/identity.ts';
import { hiddenFrom } from '../confidential.ts';
import { type Explained, explain, fieldsOf, type Origin } from '../explain.ts';
import { namesIn, namesShape } from '../names.ts';
import { ProblemError } from '../problems.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf, kindName, titleOf, words, wordsOf } from '../shapes.ts';

const value = z.unknown().meta({ description: 'As the entity has it; null for nothing.' });
const origin = z
  .object({
    by: z.enum(['record', 'entity', 'hub', 'nobody']).meta({
      description: 'A record of a system, another entity of ours, the hub from the other fields, or nobody so far.',
    }),
    connection: z.string().nullable(),
    recordType: z.string().nullable(),
    recordId: z.string().nullable(),
    recordVersion: z.string().nullable().meta({ description: 'As that system counts the versions of its record.' }),
    readAt: instant.nullable().meta({ description: 'When the read that saw it began.' }),
    event: z
      .object({
        is: z.enum(['delivery', 'feed', 'save', 'hub']).meta({
          description: 'A call of the system, a page of its feed, a save of our own, or a look the hub took by itself.',
        }),
        id: z.string().nullable(),
        at: instant,
      })
      .nullable()
      .meta({ description: 'What asked for the read.' }),
    entity: z.string().nullable(),
    kind: kindName.nullable(),
    words,
  })
  .meta({ id: 'ValueOrigin' });

const explained = z
  .object({
    ...{ entity: z.string(), kind: kindName, field: z.string() },
    title: z.string().meta({ description: 'How people call the field.' }),
    value,
    names: namesShape,
    owner: z.string().meta({ description: 'The role whose system may change it.' }),
    version: z.int().meta({ description: 'The version of the entity that brought it.' }),
    since: instant,
    origin,
    mapping: z
      .object({
        version: z.int(),
        publishedBy: z.string(),
        publishedAt: instant,
        row: z.object({ at: z.string(), codec: z.string(), lookup: z.string().nullable() }).nullable(),
      })
      .nullable()
      .meta({ description: 'What was in force then, and the row that read the value.' }),
    replaced: z.object({ value, version: z.int(), origin }).nullable(),
    decisions: z
      .array(
        z.object({
          ...{ exception: z.string(), control: z.string(), connection: z.string().nullable(), words },
          answer: z.string().nullable(),
          by: z.string().nullable(),
          reason: z.string().nullable(),
          ...{ raisedAt: instant, at: instant.nullable() },
        }),
      )
      .meta({ description: 'What people decided about content with this value in it, the oldest first.' }),
    given: z
      .array(
        z.object({
          ...{ connection: z.string(), recordId: z.string().nullable(), outcome: z.string() },
          title: z.string().meta({ description: 'What people call the system.' }),
          ...{ command: z.string(), requestId: z.string().nullable(), mappingVersion: z.int(), at: instant },
        }),
      )
      .meta({ description: 'When each system was first given it.' }),
  })
  .meta({ id: 'Explanation' });

const explainValue = route({
  operation: 'explainValue',
  method: 'get',
  path: '/installations/{installation}/entities/{entity}/why',
  tag: 'Records',
  summary: 'Explain a value',
  description:
    'Why a field is what it is, or was at an earlier moment: which event, whose record in which version, under which ' +
    'mapping, what people decided, what it replaced, who was given it. For what is behind the value it replaced, ask ' +
    'again with a moment before `since`.',
  params: z.object({ entity: z.string() }),
  query: z.object({
    field: z.string().meta({ description: 'A field of the entity, e.g. `purchaseOrder`.' }),
    at: instant.optional().meta({ description: 'The moment asked about; now when left out.' }),
  }),
  shape: explained,
  handle: async ({ at, params: { entity }, query: { field, at: moment }, caller }) => {
    const kind = kindOf(entity);
    if (kind && !fieldsOf(kind).includes(field)) {
      const next = `Choose one of: ${fieldsOf(kind).join(', ')}.`;
      const fields = [{ field: 'field', problem: `no field of a ${kind}` }];
      throw new ProblemError('invalid-query', `A ${kind} has no field ${field.slice(0, 60)}.`, { next, fields });
    }
    if (hiddenFrom(caller, kind).has(field)) {
      const next = 'Ask somebody of finance, or an integration admin.';
      throw new ProblemError('not-allowed', `${field} is confidential, and not shown to you.`, { next });
    }
    const atMs = moment === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(moment);
    const found = kind && (await explain(await at.history(entity), connectors, { entity, kind, field, atMs }));
    if (!found) throw new ProblemError('not-found', 'There is no such entity.');
    if ('bornMs' in found) {
      const next = `Ask about a moment from ${instantOf(found.bornMs)} on.`;
      throw new ProblemError('not-found', 'The entity was not known at that moment.', { next });
    }
    const { mapping, row, decisions, given, replaced, ...rest } = found;
    return ok({
      ...{ entity, kind, field, title: fieldTitleIn(kind, field) },
      ...{ value: rest.value, owner: rest.owner, version: rest.version, since: instantOf(rest.sinceMs) },
      names: await namesIn(at.record, [rest.value, rest.origin, replaced]),
      origin: shownOrigin(rest.origin, found),
      mapping: mapping && {
        version: mapping.version,
        publishedBy: mapping.by,
        publishedAt: instantOf(mapping.publishedMs),
        row: row && { at: row.at, codec: row.codec.name, lookup: row.lookup?.name ?? null },
      },
      replaced: replaced && { ...replaced, origin: shownOrigin(replaced.origin, found) },
      decisions: decisions.map((hold) => ({
        ...{ exception: hold.id, control: hold.control, connection: hold.connection },
        words: wordsOf(hold.code, hold.params, systemOf(found, hold.connection), kind),
        ...{ answer: hold.answer, by: hold.closedBy, reason: hold.reason },
        ...{ raisedAt: instantOf(hold.madeMs), at: instantOf(hold.closedMs) },
      })),
      given: given.map(({ connection, recordId, outcome, command, requestId, mappingVersion, atMs: savedMs }) => ({
        ...{ connection, recordId, outcome, command, requestId, mappingVersion, at: instantOf(savedMs) },
        title: titleOf(systemOf(found, connection) ?? connection),
      })),
    });
  },
});

const none = {
  ...{ connection: null, recordType: null, recordId: null, recordVersion: null, readAt: null, event: null },
  ...{ entity: null, kind: null },
};

function shownOrigin(from: Origin, found: Explained): z.input<typeof origin> {
  const code = `from-${from.by}`;
  if (from.by === 'entity') {
    const kind = kindOf(from.entity);
    const giver = kind ? entities[kind].title.toLowerCase() : '';
    return { ...none, by: from.by, entity: from.entity, kind, words: wordsFor(code, { giver }, explainWords) };
  }
  if (from.by !== 'record') return { ...none, by: from.by, words: wordsFor(code, null, explainWords) };
  const { connection, readMs, source } = from;
  const system = titleOf(systemOf(found, connection) ?? connection);
  return {
    ...none,
    by: from.by,
    connection,
    readAt: instantOf(readMs),
    recordType: source?.recordType ?? null,
    recordId: source?.recordId ?? null,
    recordVersion: source?.version ?? null,
    event: source && { is: sortOf(source.event), id: source.event, at: instantOf(source.eventMs) },
    words: wordsFor(code, { system, recordId: source?.recordId ?? '' }, explainWords),
  };
}

function sortOf(event: string | null): 'delivery' | 'feed' | 'save' | 'hub' {
  if (event === null) return 'hub';
  if (event.startsWith('cmd_')) return 'save';
  return /^(feed|load):/.test(event) ? 'feed' : 'delivery';
}

function systemOf({ connections }: Explained, connection: string | null): string | null {
  return connections.find(({ id }) => id === connection)?.system ?? null;
}

export const why: readonly Route[] = [explainValue];
