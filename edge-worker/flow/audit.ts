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
