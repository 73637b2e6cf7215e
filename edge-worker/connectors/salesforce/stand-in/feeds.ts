// The two change feeds of a record type: ids that were written, and ids that were deleted, within a span of time.
import { type Answer, Refused } from './refusals.ts';
import type { TypeShape } from './shape.ts';
import { days, formatDateTime, parseDateTime } from './times.ts';
import { typeNamed, type Visit } from './visit.ts';

const updatedDaysMax = 30;
const deletedDaysMax = 15;
const idsMax = 600_000;

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

const minute = (ms: number): number => Math.floor(ms / 60_000) * 60_000;

/** Seconds are cut off both ends. */
function windowOf(visit: Visit, daysMax: number): Window {
  const [from, to] = ['start', 'end'].map((name) => parseDateTime(visit.call.query.get(name) ?? ''));
  if (from === null || from === undefined || to === null || to === undefined) {
    throw new Refused('MISSING_ARGUMENT', 'start and end are required, as dates with a time and a zone', null);
  }
  const window = { fromMs: minute(from), toMs: minute(to) };
  if (window.toMs - window.fromMs < 60_000) {
    throw refusedDate('endDate must be at least one minute greater than startDate');
  }
  if (window.fromMs < visit.org.nowMs() - days(daysMax)) {
    throw refusedDate(`startDate cannot be more than ${daysMax} days ago`);
  }
  return window;
}

const refusedDate = (message: string): Refused => new Refused('INVALID_REPLICATION_DATE', message, null);

/** What the answer vouches for ends at the latest now. */
const covered = (visit: Visit, window: Window): string =>
  formatDateTime(Math.min(window.toMs, minute(visit.org.nowMs())));

function replicated(visit: Visit, name: string): TypeShape {
  const type = typeNamed(visit, name);
  if (!type.isEvent) return type;
  throw new Refused('INVALID_TYPE', `${type.name} is not replicable`, null);
}

export function updatedIds(visit: Visit, typeName: string): Answer {
  const type = replicated(visit, typeName);
  const window = windowOf(visit, updatedDaysMax);
  const { byStamp } = visit.org.books.table(type);
  const ids: string[] = [];
  byStamp.walk(byStamp.bound(window.fromMs, ''), byStamp.bound(window.toMs, ''), false, (row) => {
    if (!row.isDeleted && visit.isSearchable(row)) ids.push(row.id);
    return ids.length <= idsMax;
  });
  if (ids.length > idsMax) {
    throw new Refused('EXCEEDED_ID_LIMIT', `more than ${idsMax} ids in this span of time`, null);
  }
  return { status: 200, json: { ids, latestDateCovered: covered(visit, window) } };
}

export function deletedIds(visit: Visit, typeName: string): Answer {
  const type = replicated(visit, typeName);
  const window = windowOf(visit, deletedDaysMax);
  const deleted = visit.org.books
    .table(type)
    .deletions.filter((row) => row.deletedMs >= window.fromMs && row.deletedMs < window.toMs);
  return {
    status: 200,
    json: {
      deletedRecords: deleted.map((row) => ({ id: row.id, deletedDate: formatDateTime(row.deletedMs) })),
      earliestDateAvailable: formatDateTime(minute(visit.org.nowMs() - days(deletedDaysMax))),
      latestDateCovered: covered(visit, window),
    },
  };
}
