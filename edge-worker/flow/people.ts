// People whom a host page proved: their sessions in the lane. Each proof is taken once.
import type { HostRole } from '../../shared/host-roles.ts';
import type { Person, ProofRefusal, RecordClaim } from '../connectors/embed.ts';
import { Fault, type FaultCode } from '../faults.ts';
import { sessions } from '../store/people-schema.ts';
import { readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import type { LaneCore } from './core.ts';
import { StewardError } from './steward.ts';

export interface NewSession {
  readonly id: string;
  /** What proved them: the id of a token, the hash of a nonce. */
  readonly proof: string;
  readonly connection: string;
  readonly user: string;
  readonly name: string;
  readonly roles: readonly HostRole[];
}

export type SessionRow = StoredRow<typeof sessions>;

/** A working day after the proof the person has to be proven anew, however often the session was renewed. */
const sessionMs = 8 * 3_600_000;
/** Rows stay this long after their end: what proved somebody is far too old by then to be taken again. */
const keptMs = 24 * 3_600_000;

export function openSession(core: LaneCore, made: NewSession, by: string): { session: string; endsMs: number } {
  return core.store.transaction((tx) => {
    tx.sql.exec('DELETE FROM sessions WHERE ends_ms < ?', tx.atMs - keptMs);
    if (readRows(tx.sql, sessions, 'WHERE proof = ?', made.proof).length > 0) {
      throw new StewardError('proof-used', 'This proof was taken already.', 'Load the page anew.');
    }
    const row = { ...made, roles: JSON.stringify(made.roles), madeMs: tx.atMs, endsMs: tx.atMs + sessionMs };
    writeRows(tx.sql, sessions, [row], 'fail');
    const { connection, user, roles } = made;
    tellAudit(core, tx, by, 'session-opened', user, { connection, roles: roles.join(' ') });
    return { session: row.id, endsMs: row.endsMs };
  });
}

export type Proved =
  | { readonly ok: true; readonly connection: string; readonly person: Person }
  | { readonly ok: false; readonly refusal: ProofRefusal | 'not-connected' | FaultCode };

/**
 * Asks each connection of a system that proves its users by a record, until one knows it. The record can lie in one
 * account only.
 */
export async function proveUser(core: LaneCore, system: string, claim: RecordClaim): Promise<Proved> {
  let refused: Proved = { ok: false, refusal: 'not-connected' };
  for (const connection of core.wiring.connections.values()) {
    if (connection.connector.name !== system || connection.state !== 'active') continue;
    try {
      const proof = await core.session(connection).proveUser?.(claim);
      if (proof?.ok) return { ...proof, connection: connection.id };
      if (proof) refused = proof;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      refused = { ok: false, refusal: error.code };
    }
  }
  return refused;
}

/** Ending one that has ended, or never was, changes nothing. */
export function endSession(core: LaneCore, id: string, by: string): void {
  const row = sessionOf(core, id);
  if (!row || row.endsMs <= core.ports.nowMs()) return;
  core.store.transaction((tx) => {
    writeRows(tx.sql, sessions, [{ ...row, endsMs: tx.atMs }], 'replace');
    tellAudit(core, tx, by, 'session-ended', row.user, { connection: row.connection });
  });
}

export function sessionOf(core: LaneCore, id: string): SessionRow | null {
  return readRows(core.store.sql, sessions, 'WHERE id = ?', id)[0] ?? null;
}
