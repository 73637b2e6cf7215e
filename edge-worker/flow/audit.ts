// Who did what: one row for everything a person changes, each chained to the one before it by its hash.
import { canonicalJson, hashOf } from '../../shared/canonical-json.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import type { LaneCore } from './core.ts';

/** One audit row, chained to the one before it. */
export function tellAudit(
  core: Pick<LaneCore, 'store'>,
  tx: LaneTransaction,
  by: string,
  action: string,
  subject: string,
  detail: Readonly<Record<string, string>>,
): void {
  const [seqText = '0', previous = ''] = (core.store.value('audit head') ?? '0 ').split(' ');
  const row = { seq: Number(seqText) + 1, by, action, subject, detail: canonicalJson(detail), atMs: tx.atMs, previous };
  const hash = hashOf(row);
  tx.record('audit', { ...row, hash });
  core.store.setValue('audit head', `${row.seq} ${hash}`);
}

export interface AuditHead {
  readonly installation: string;
  readonly seq: number;
  readonly hash: string;
  readonly atMs: number;
}

/** The newest row of the chain, as it is now. */
export function auditHead(core: LaneCore): AuditHead {
  const [seq = '0', hash = ''] = (core.store.value('audit head') ?? '0 ').split(' ');
  return { installation: core.store.installation, seq: Number(seq), hash, atMs: core.ports.nowMs() };
}

const signedName = 'audit signed';
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Whether today's head is still to be signed. */
export function isHeadUnsigned(core: LaneCore): boolean {
  return core.store.value('audit head') !== null && core.store.value(signedName) !== dayOf(core.ports.nowMs());
}

/** Signing the same day twice keeps the first. */
export function keepSignedHead(core: LaneCore, { seq, hash, atMs }: AuditHead, signature: string): void {
  core.store.transaction((tx) => {
    tx.record('auditHeads', { day: dayOf(atMs), seq, hash, atMs, signature });
    core.store.setValue(signedName, dayOf(atMs));
  });
}
