// Decides whether a save is news: everything is, except a save in which our own revision stamp was written.
import type { EntryPoints } from 'N/types';
import { type ChangeKind, noteChange } from './outbox.ts';
import { type KnownType, knownType } from './record-types.ts';

type Submit = EntryPoints.UserEvent.afterSubmitContext;
type Saved = { getValue(options: { fieldId: string }): unknown };

/** True when a row was written. */
export function captureSave({ type, newRecord, oldRecord }: Submit): boolean {
  const isDelete = String(type) === 'delete';
  const saved = isDelete ? (oldRecord ?? newRecord) : newRecord;
  const recordType = String(saved.type).toLowerCase();
  const known = knownType(recordType);
  if (known?.isCaptured !== true) return false;
  if (!isDelete && isOurWrite(known, newRecord, oldRecord ?? null)) return false;
  const kind: ChangeKind = isDelete ? 'deleted' : 'changed';
  noteChange(recordType, String(saved.id), kind);
  return true;
}

/** Never judged by user or context: a colleague's edit through the same door is news like any other. */
function isOurWrite(known: KnownType, after: Saved, before: Saved | null): boolean {
  const stamp = stampOf(known, after);
  // An inline edit shows only the fields it changed: an empty stamp there is one it left alone.
  return stamp !== '' && stamp !== stampOf(known, before);
}

function stampOf(known: KnownType, saved: Saved | null): string {
  const value = known.stampField === null ? null : saved?.getValue({ fieldId: known.stampField });
  return value === null || value === undefined ? '' : String(value);
}

/**
 * A copy, or an invoice made of an order, arrives with the stamp of what it was made of; without this its first save
 * would pass for ours. We stamp records after they are made, so nothing of ours is lost.
 */
export function clearCopiedStamp({ type, newRecord }: EntryPoints.UserEvent.beforeLoadContext): void {
  if (!['create', 'copy', 'transform'].includes(String(type))) return;
  const known = knownType(String(newRecord.type));
  if (known === null || known.stampField === null || stampOf(known, newRecord) === '') return;
  newRecord.setValue({ fieldId: known.stampField, value: '' });
}
