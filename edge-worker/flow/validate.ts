// "Would this pass?", answered at once: the record is read as it is now, laid over with what is only thought of, and
// tried out in every system. Nothing is kept and nothing is sent.
import type { ShownReason } from '../../shared/wire/status.ts';
import type { Snapshot, WireRecord } from '../connectors/connector.ts';
import { Fault, type FaultCode } from '../faults.ts';
import type { LaneCore } from './core.ts';
import { tryOut } from './trial.ts';

export interface Thought {
  readonly connection: string;
  readonly recordType: string;
  /** Null: a record that is not saved yet; then `values` are all there is. */
  readonly recordId: string | null;
  /** In the system's own names and spelling, over what the record holds. */
  readonly values: WireRecord;
}

export type Validated =
  | { readonly ok: true; readonly reasons: readonly ShownReason[] }
  | {
      readonly ok: false;
      readonly code: FaultCode | 'unknown-connection' | 'unknown-type' | 'unknown-record';
      readonly message: string;
    };

/** No record of a system has this id, so nothing that is known is taken for it. */
const unsavedId = 'unsaved';

export async function validate(core: LaneCore, thought: Thought): Promise<Validated> {
  const { connection: id, recordType, recordId, values } = thought;
  const connection = core.wiring.connections.get(id);
  if (!connection) return refused('unknown-connection', `There is no connection ${id}.`);
  if (core.wiring.mapsOf(id, recordType).length === 0) {
    return refused('unknown-type', `${connection.connector.title} is not asked for ${recordType}.`);
  }
  const readMs = core.ports.nowMs();
  let snapshot: Snapshot | null = { recordType, recordId: unsavedId, version: '', wire: {} };
  if (recordId !== null) {
    try {
      const [found] = await core.session(connection).read([{ recordType, recordId }]);
      snapshot = found?.found === 'here' ? found.snapshot : null;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return refused(error.code, error.message);
    }
  }
  if (!snapshot) return refused('unknown-record', `${connection.connector.title} does not show such a record.`);
  const wire = { ...snapshot.wire, ...values };
  const reasons = tryOut(core, {
    connection: id,
    snapshot: { ...snapshot, wire },
    readMs,
    eventMs: readMs,
    event: null,
  });
  return { ok: true, reasons };
}

function refused(code: Extract<Validated, { ok: false }>['code'], message: string): Validated {
  return { ok: false, code, message };
}
