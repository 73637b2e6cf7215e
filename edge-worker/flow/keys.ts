// API keys of an installation: made, revoked, and told of to whoever has to check one.

import type { LaneTransaction } from '../store/lane-store.ts';
import { apiKeys } from '../store/people-schema.ts';
import { readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import type { LaneCore } from './core.ts';
import { StewardError } from './steward.ts';

export interface NewKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly hash: string;
  readonly perMinute: number;
  readonly expiresMs: number | null;
}

export type KeyRow = StoredRow<typeof apiKeys>;

/** Keys of one installation that are alive at a time. */
const keysMax = 100;

export function makeKey(core: LaneCore, { scopes, ...key }: NewKey, by: string): void {
  const alive = readRows(core.store.sql, apiKeys, 'WHERE revoked_ms IS NULL LIMIT ?', keysMax);
  if (alive.length === keysMax) {
    const message = `An installation has at most ${keysMax} keys.`;
    throw new StewardError('too-many-keys', message, 'Revoke keys that nobody uses.');
  }
  core.store.transaction((tx) => {
    const row = { ...key, scopes: JSON.stringify(scopes), by, madeMs: tx.atMs, revokedMs: null };
    writeRows(tx.sql, apiKeys, [row], 'fail');
    recordKey(tx, row);
    tellAudit(core, tx, by, 'key-made', key.id, { name: key.name, scopes: scopes.join(' ') });
  });
}

export function revokeKey(core: LaneCore, id: string, by: string): void {
  const row = keyOf(core, id);
  if (!row) throw new StewardError('unknown-key', 'There is no such key.', 'List the keys of the installation.');
  if (row.revokedMs !== null) return;
  core.store.transaction((tx) => {
    const revoked = { ...row, revokedMs: tx.atMs };
    writeRows(tx.sql, apiKeys, [revoked], 'replace');
    recordKey(tx, revoked);
    tellAudit(core, tx, by, 'key-revoked', id, { name: row.name });
  });
}

export function keyOf(core: LaneCore, id: string): KeyRow | null {
  return readRows(core.store.sql, apiKeys, 'WHERE id = ?', id)[0] ?? null;
}

function recordKey(tx: LaneTransaction, { hash: _hash, ...shown }: KeyRow): void {
  tx.record('apiKeys', shown);
}
