// Records that changed since last time, by their own change stamp: the first load, and the repair of lost notices.
import { z } from 'zod';
import { parseInstant } from '../../../shared/dates.ts';
import { Fault } from '../../faults.ts';
import type { ChangePage, Notice } from '../connector.ts';
import type { SalesforceRest } from '../kits/salesforce-rest.ts';
import type { Dialect } from './dialect.ts';
import { pollingFrom, pollTable } from './polling.ts';
import type { CarriedType } from './record-types.ts';

const stampColumn = 'SystemModstamp';
/** Rows in the recycle bin, found by the stamp that their deletion moved. */
const tombstoneScope = 'with-deleted';
/** This feed is asked so seldom that it always goes back over the overlap. */
const sweepEveryMs = 0;

/** `isFirst`: still on the first load, which has no use for what lies in the recycle bin. */
const feedCursor = z.object({ poll: z.string().nullable(), isFirst: z.boolean() });
type FeedCursor = z.infer<typeof feedCursor>;

export function recordFeedFrom(atMs: number): string {
  return JSON.stringify({ poll: pollingFrom(atMs), isFirst: false } satisfies FeedCursor);
}

export async function recordFeed(
  rest: SalesforceRest,
  dialect: Dialect,
  type: CarriedType,
  cursor: string | null,
  nowMs: number,
): Promise<ChangePage> {
  const position: FeedCursor = cursor === null ? { poll: null, isFirst: true } : readCursor(feedCursor, cursor);
  const table = {
    name: dialect.theirs(type.name),
    columns: ['Id', stampColumn, 'IsDeleted'],
    stampColumn,
    scope: position.isFirst ? 'live' : tombstoneScope,
    sweepEveryMs,
  } as const;
  const polled = await pollTable(rest, table, position.poll, nowMs);
  const notices = polled.rows.map(({ id, stamp, row }): Notice => {
    const kind = row['IsDeleted'] === true ? 'deleted' : 'changed';
    const version = String(row[stampColumn]);
    return { recordType: type.name, recordId: id, kind, occurredAtMs: parseInstant(stamp), version };
  });
  const next: FeedCursor = { poll: polled.cursor, isFirst: position.isFirst && polled.hasMore };
  return { notices, cursor: JSON.stringify(next), hasMore: polled.hasMore };
}

/** A position of ours that cannot be read is a defect, and starting again silently would hide it. */
export function readCursor<Schema extends z.ZodType>(schema: Schema, cursor: string): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(cursor));
  } catch (cause) {
    throw new Fault('unreadable', 'The feed position cannot be read', { cause });
  }
}
