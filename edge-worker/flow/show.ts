// Status -> record pages: due marks of one host are shown in calls that are full, or once the oldest has waited for
// company.
import type { StatusToShow } from '../connectors/connector.ts';
import { holds, statusDue } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows, writeRows } from '../store/rows.ts';
import type { LaneCore } from './core.ts';
import { problemOf } from './guard.ts';
import { closeHold, raiseHold } from './holds.ts';
import { kindOf } from './identity.ts';
import { dueMarks, type StatusMark, statusesToShow } from './page-marks.ts';
import { faultFrom, isOfARecord } from './relay.ts';
import { StatusView } from './status.ts';
import type { Connection } from './wiring.ts';

/** A call that is not full waits this long for more rows. */
const fillMs = 750;
/** Marks are looked for by going through the table, so several calls' worth is taken at a time. */
const callsAhead = 5;
/** A page that does not take its status this often is somebody's work. */
const triesMax = 5;
const firstWaitMs = 5_000;
/** Calls spent on finding out which page makes a call fail. */
const searchCallsMax = 24;

/** Shows what is due on a host's pages until nothing is left, or the host must rest. */
export async function showDue(core: LaneCore, host: Connection): Promise<void> {
  const { statusBatchMax } = host.connector.limits;
  if (statusBatchMax === 0 || !core.session(host).showStatus) return;
  while (!core.isPaused(host.id)) {
    const nowMs = core.ports.nowMs();
    const marks = dueMarks(core.store, host.id, nowMs, statusBatchMax * callsAhead);
    const oldest = marks[0];
    if (!oldest) return;
    const youngMs = oldest.dueMs + fillMs - nowMs;
    if (marks.length < statusBatchMax && youngMs > 0) await core.ports.sleep(youngMs);
    else if (!(await showMarks(core, host, marks))) return;
  }
}

/** Call by call; what would leave a call half empty is left for the next look, unless it is all there is. */
async function showMarks(core: LaneCore, host: Connection, marks: readonly StatusMark[]): Promise<boolean> {
  const { statusBatchMax } = host.connector.limits;
  for (let rest = marks; rest.length > 0; ) {
    // The host may have been stopped while the call before was under way.
    if (!core.callable(host.id)) return false;
    if (rest !== marks && rest.length < statusBatchMax) return true;
    const next = rest.slice(0, statusBatchMax);
    // Made for each call: the one before took its time, and a page must not be told what was true before it.
    const entities = next.map((mark) => mark.entity);
    const view = new StatusView(core.store.sql, core.wiring, entities);
    const { shown, answered } = statusesToShow(view, host.id, next, core.ports.nowMs(), statusBatchMax);
    const refused = await showCall(core, host, shown, { callsLeft: searchCallsMax });
    if (refused === null) return false;
    const problemWith = (mark: StatusMark) => refused.get(pageKey(view.pageOf(mark.entity, host.id)));
    const isRefused = (mark: StatusMark) => problemWith(mark) !== undefined;
    const called = next.slice(0, answered);
    const good = called.filter((mark) => !isRefused(mark));
    forget(core, good);
    closeShown(core, host, good);
    postpone(core, host, called.filter(isRefused), problemWith);
    rest = rest.slice(answered);
  }
  return true;
}

type Page = Pick<StatusToShow, 'recordType' | 'recordId'>;

const pageKey = (page: Page | null) => `${page?.recordType}|${page?.recordId}`;

/** Pages that do not take their status, with what was said of them; null when the host must rest. */
async function showCall(
  core: LaneCore,
  host: Connection,
  shown: readonly StatusToShow[],
  search: { callsLeft: number },
): Promise<Map<string, string> | null> {
  if (shown.length === 0) return new Map();
  search.callsLeft--;
  try {
    const results = (await core.session(host).showStatus?.(shown)) ?? [];
    core.succeeded(host.id);
    return new Map(
      shown.flatMap((one, index) => {
        const result = results[index];
        return result?.outcome === 'refused' ? [[pageKey(one), result.message] as const] : [];
      }),
    );
  } catch (error) {
    if (!isOfARecord(error)) {
      core.failed(host, faultFrom(error));
      return null;
    }
    const pages = [...new Set(shown.map(pageKey))];
    if (pages.length === 1 || search.callsLeft <= 0) return new Map(pages.map((page) => [page, problemOf(error)]));
    // One page makes the call fail: the others are shown without it, by halves.
    const half = new Set(pages.slice(0, Math.ceil(pages.length / 2)));
    const first = await showCall(
      core,
      host,
      shown.filter((one) => half.has(pageKey(one))),
      search,
    );
    const second =
      first &&
      (await showCall(
        core,
        host,
        shown.filter((one) => !half.has(pageKey(one))),
        search,
      ));
    return first && second && new Map([...first, ...second]);
  }
}

/** Shown again later, a few times; then it is somebody's work, and no more is tried until the page changes. */
function postpone(
  core: LaneCore,
  host: Connection,
  marks: readonly StatusMark[],
  problemWith: (mark: StatusMark) => string | undefined,
): void {
  if (marks.length === 0) return;
  core.store.transaction((tx) => {
    const again: StatusMark[] = [];
    for (const mark of marks) {
      const tries = mark.tries + 1;
      if (tries >= triesMax) holdMark(core, tx, host, mark, problemWith(mark) ?? '');
      else again.push({ ...mark, tries, dueMs: tx.atMs + firstWaitMs * 2 ** tries });
    }
    forget(core, marks);
    // One that was marked anew meanwhile is due already.
    writeRows(tx.sql, statusDue, again, 'ignore');
    for (const mark of again) tx.mark(host.id, mark.dueMs);
  });
}

function holdMark(core: LaneCore, tx: LaneTransaction, host: Connection, { entity }: StatusMark, problem: string) {
  core.ports.log('status-refused', { connection: host.id, entity, message: problem });
  const page = new StatusView(tx.sql, core.wiring, [entity]).pageOf(entity, host.id);
  raiseHold(tx, core.ports.makeId, {
    ...slotOf(entity, host),
    kind: kindOf(entity) ?? 'customer',
    control: 'status-refused',
    owner: 'integration',
    code: 'status-refused',
    params: { connection: host.id, recordId: page?.recordId ?? '', problem },
    hash: '',
    dueMinutes: 480,
  });
}

const slotOf = (entity: string, host: Connection) => ({ entity, connection: host.id, recordType: '', part: 'status' });

/** Pages that were refused once and take their status now. */
function closeShown(core: LaneCore, host: Connection, marks: readonly StatusMark[]): void {
  const where = "WHERE part = 'status' AND connection = ? AND entity IN (SELECT value FROM json_each(?))";
  const entities = JSON.stringify(marks.map((mark) => mark.entity));
  const open = readRows(core.store.sql, holds, where, host.id, entities);
  if (open.length === 0) return;
  core.store.transaction((tx) => {
    for (const row of open) closeHold(tx, row, 'shown', null);
  });
}

/** A mark made anew meanwhile carries another run and stays. */
function forget(core: LaneCore, marks: readonly StatusMark[]): void {
  core.store.storage.transactionSync(() => {
    core.store.sql.exec(
      `DELETE FROM status_due WHERE (entity, connection, run) IN
         (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))`,
      JSON.stringify(marks.map((mark) => [mark.entity, mark.connection, mark.run])),
    );
  });
}
