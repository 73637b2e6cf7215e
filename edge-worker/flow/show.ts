// Status -> record pages: due marks of one host are shown in calls that are full, or once the oldest has waited for company.
import type { LaneCore } from './core.ts';
import { faultFrom } from './relay.ts';
import { dueMarks, type StatusMark, StatusView, statusesToShow } from './status.ts';
import type { Connection } from './wiring.ts';

/** A call that is not full waits this long for more rows. */
const fillMs = 750;
/** Marks are looked for by going through the table, so several calls' worth is taken at a time. */
const callsAhead = 5;

/** Shows what is due on a host's pages until nothing is left, or the host must rest. */
export async function showDue(core: LaneCore, host: Connection): Promise<void> {
  const { statusBatchMax } = host.connector.limits;
  if (statusBatchMax === 0 || !core.session(host).showStatus) return;
  while (!core.isPaused(host.id)) {
    const nowMs = core.ports.nowMs();
    const marks = dueMarks(core.store.sql, host.id, nowMs, statusBatchMax * callsAhead);
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
    if (rest !== marks && rest.length < statusBatchMax) return true;
    const next = rest.slice(0, statusBatchMax);
    // Made for each call: the one before took its time, and a page must not be told what was true before it.
    const entities = next.map((mark) => mark.entity);
    const view = new StatusView(core.store.sql, core.wiring, entities);
    const { shown, answered } = statusesToShow(view, host.id, next, core.ports.nowMs(), statusBatchMax);
    try {
      if (shown.length > 0) await core.session(host).showStatus?.(shown);
      core.succeeded(host.id);
    } catch (error) {
      core.failed(host, faultFrom(error));
      return false;
    }
    forget(core, next.slice(0, answered));
    rest = rest.slice(answered);
  }
  return true;
}

/** A mark made anew meanwhile carries another run and stays. */
function forget(core: LaneCore, marks: readonly StatusMark[]): void {
  core.store.storage.transactionSync(() => {
    core.store.sql.exec(
      'DELETE FROM status_due WHERE (entity, connection, run) IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))',
      JSON.stringify(marks.map((mark) => [mark.entity, mark.connection, mark.run])),
    );
  });
}
