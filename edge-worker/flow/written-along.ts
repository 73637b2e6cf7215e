// Status rows that a call wrote along with its records: pages that are right already are not written a second time.
import type { ShownStatus } from '../../shared/wire/status.ts';
import { statusDue } from '../store/lane-schema.ts';
import { deleteRows } from '../store/rows.ts';
import type { PlanContext } from './plan.ts';
import type { Batch, BatchOutcome } from './relay.ts';
import { showSoon, type UpToDate } from './show-soon.ts';
import { StatusView, sayTheSame } from './status.ts';

/** What the pages of one host were given, as it was when the call began. */
export interface WrittenAlong {
  readonly host: string;
  readonly statuses: ReadonlyMap<string, readonly ShownStatus[]>;
}

export function writtenAlong({ connection, commands: rows }: Batch, outcome: BatchOutcome): WrittenAlong | null {
  if (outcome.kind === 'failed' || outcome.along === null) return null;
  const { results, along } = outcome;
  const applied = rows.flatMap((row, index) =>
    results[index]?.outcome === 'applied' ? [[row.entity, along[index] ?? []] as const] : [],
  );
  return { host: connection.id, statuses: new Map(applied) };
}

/** Marks the pages of what was settled, but for those that the call itself wrote and that are still right. */
export function showSettled(context: PlanContext, shown: ReadonlySet<string>, along: WrittenAlong | null): void {
  const { tx, wiring } = context;
  const upToDate = along && pagesStillRight(context, along);
  if (upToDate)
    deleteRows(
      tx.sql,
      statusDue,
      upToDate.entities.map((entity) => [entity, upToDate.host]),
    );
  showSoon(tx, wiring, shown, 0, upToDate);
}

function pagesStillRight({ tx, wiring }: PlanContext, { host, statuses }: WrittenAlong): UpToDate {
  const view = new StatusView(tx.sql, wiring, [...statuses.keys()]);
  const entities = [...statuses].flatMap(([entity, written]) =>
    sayTheSame(written, view.statusesFor(entity, host, tx.atMs)) ? [entity] : [],
  );
  return { host, entities };
}
