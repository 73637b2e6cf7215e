// Counts what the bill counts: rows written in the lane and in D1, statements sent to D1. Shown with the lane's
// progress.
import type { LaneStorage } from '../store/rows.ts';

export interface Meter {
  laneRows: number;
  recordRows: number;
  recordStatements: number;
  alarms: number;
}

export function newMeter(): Meter {
  return { laneRows: 0, recordRows: 0, recordStatements: 0, alarms: 0 };
}

/** The same storage, each statement run to its end and its rows counted. */
export function meteredStorage(storage: DurableObjectStorage, meter: Meter): LaneStorage {
  return {
    sql: {
      exec(query, ...bindings) {
        const cursor = storage.sql.exec(query, ...(bindings as SqlStorageValue[]));
        const rows = cursor.toArray();
        meter.laneRows += cursor.rowsWritten;
        return { toArray: () => rows };
      },
    },
    transactionSync: (run) => storage.transactionSync(run),
  };
}
