// Any other system, also one that nobody can call: it tells the hub its records, fetches its work, and reports what
// came of it. PROTOCOL.md is what its programmer reads.
import { z } from 'zod';
import { type EntityName, entities, entityNames } from '../../../shared/entities/_registry.ts';
import { confidentialIn, titleOf } from '../../../shared/entities/entity.ts';
import {
  type ConnectOptions,
  compareText,
  defineConnector,
  type Notice,
  type SchemaField,
  type Session,
} from '../connector.ts';
import { type ToldNews, toldFeed } from '../mailbox.ts';
import { maps, mapsOf } from './map.ts';
import { visits } from './visits.ts';

const settings = z.object({
  name: z.string().min(1).max(60).meta({ title: 'What people call the system' }),
  kinds: z
    .array(z.enum(entityNames as [EntityName, ...EntityName[]]))
    .min(1)
    .meta({ title: 'Kinds of records it has' }),
  recordUrl: z
    .string()
    .regex(/^https?:\/\/.*\{id\}/)
    .nullable()
    .default(null)
    .meta({ title: 'Address of a record’s page, with {type} and {id}' }),
});
const secrets = z.object({});

/** Work that was fetched may take effect this long after its lease has ended. */
const settleMs = 300_000;
const pageRows = 500;
/** Its bell is written down with what was told, so that asking without it finds nothing new. */
const feedMs = 900_000;

export const canonical = defineConnector({
  name: 'canonical',
  title: 'Other system',
  roles: ['crm', 'psa', 'erp', 'billing'],
  settings,
  secrets,
  limits: {
    concurrentMax: 4,
    concurrentReserve: 1,
    requestsPerSecondMax: 1_000,
    readBatchMax: 500,
    writeBatchMax: 100,
    findBatchMax: 100,
    statusBatchMax: 200,
    timeoutMs: 60_000,
  },
  maps,
  variation: ({ kinds }) => ({ maps: mapsOf(kinds) }),
  repeatSafety: 'external-id',
  settleMs,
  rounding: 'half-up',
  feeds: [{ name: toldFeed, everyMs: feedMs, activeMs: feedMs, startAt: () => '0' }],
  compareVersions: compareText,
  recordUrl: ({ recordUrl }, { recordType, recordId }) =>
    recordUrl?.replaceAll('{type}', encodeURIComponent(recordType)).replaceAll('{id}', encodeURIComponent(recordId)) ??
    null,
  visits,
  connect,
});

function connect({ account, mailbox }: ConnectOptions<z.infer<typeof settings>, z.infer<typeof secrets>>): Session {
  return {
    read: (refs) => mailbox.read(refs),
    find: (keys) => mailbox.find(keys),

    // May be offered again: the system knows the key of a create, and an update says all there is to be held.
    write: (writes) => mailbox.offer(writes),
    withdraw: (withdrawals) => mailbox.withdraw(withdrawals),

    async changes(feed, cursor) {
      const isNews = feed === toldFeed;
      const rows = await (isNews
        ? mailbox.news(Number(cursor ?? '0'), pageRows)
        : mailbox.page(feed, cursor ?? '', pageRows));
      const last = rows.at(-1);
      const next = last && (isNews ? String(last.seq) : last.recordId);
      return { notices: rows.map(noticeOf), cursor: next ?? cursor ?? '', hasMore: rows.length === pageRows };
    },

    describe: async (recordType) => fieldsOf(recordType),

    async showStatus(statuses) {
      await mailbox.show(statuses);
      return statuses.map(() => ({ outcome: 'applied' }));
    },

    // It proves itself with every visit; there is nothing of its that could be asked.
    check: async () => ({ account, missing: [] }),
  };
}

function noticeOf({ recordType, recordId, isGone, toldMs, seq }: ToldNews): Notice {
  return { recordType, recordId, kind: isGone ? 'deleted' : 'changed', occurredAtMs: toldMs, version: String(seq) };
}

function fieldsOf(recordType: string): SchemaField[] {
  const kind = entityNames.find((name) => name === recordType);
  const map = kind && maps[kind];
  if (!kind || !map) return [];
  const shape = Object.entries(entities[kind].schema.shape as Record<string, z.ZodType>);
  const confidential = confidentialIn(entities[kind]);
  return shape.map(([path, schema]) => ({
    ...{ path, label: titleOf(schema), isWritable: !confidential.has(path), lengthMax: null },
    ...typeOf(schema),
    isRequired: (map.required as readonly string[]).includes(path),
  }));
}

function typeOf(schema: z.ZodType): Pick<SchemaField, 'type' | 'choices'> {
  const inner: unknown = schema instanceof z.ZodNullable ? schema.unwrap() : schema;
  if (schema.meta()?.['refersTo'] !== undefined) return { type: 'reference', choices: null };
  if (inner instanceof z.ZodBoolean) return { type: 'boolean', choices: null };
  if (inner instanceof z.ZodArray) return { type: 'list', choices: null };
  if (inner instanceof z.ZodObject) return { type: 'money', choices: null };
  if (inner instanceof z.ZodEnum)
    return { type: 'choice', choices: inner.options.map((value) => ({ value: String(value), label: String(value) })) };
  return { type: inner instanceof z.ZodISODate ? 'date' : 'text', choices: null };
}
