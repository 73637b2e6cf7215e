// A new key for the notices of a connection: the next version is handed out and both are taken; then the old one is
// ended. Keys are derived from their version: nothing but its number is kept.
import type { LaneTransaction } from '../store/lane-store.ts';
import type { audit } from '../store/record-schema.ts';
import type { StoredRow } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import type { LaneCore } from './core.ts';
import { connectionOf, StewardError } from './steward.ts';

export interface HookKeyChange {
  readonly step: 'next' | 'end';
  readonly connection: string;
}

export interface HookKey {
  /** The version in force; the one after it is taken too. */
  readonly version: number;
  /** When the next one was handed out; null while nobody has it. */
  readonly nextMs: number | null;
}

const firstVersion = 1;
const nextName = (connection: string) => `next key ${connection}`;

export function hookKeyOf(core: LaneCore, connection: string): HookKey | null {
  const wired = core.wiring.connections.get(connection);
  if (!wired) return null;
  const next = core.store.value(nextName(connection));
  return { version: wired.keyVersion, nextMs: next === null ? null : Number(next) };
}

/** With which key it is to sign when it is connected, or connected again. */
export const keyVersionOf = (core: LaneCore, connection: string): number =>
  core.wiring.connections.get(connection)?.keyVersion ?? firstVersion;

/** Asked for again before the old one was ended, the same new key is handed out once more. */
export function changeHookKey(
  core: LaneCore,
  { step, connection }: HookKeyChange,
  by: string,
): Readonly<Record<string, number>> {
  const { keyVersion, connector } = connectionOf(core, connection);
  if (!connector.visits && connector.receiver?.keys !== 'issued') {
    const message = `${connector.title} signs nothing with a key of the hub.`;
    throw new StewardError('no-hook-key', message, 'There is nothing to renew here; look at its credentials.');
  }
  const version = keyVersion + 1;
  if (step === 'next') {
    core.store.transaction((tx) => {
      core.store.setValue(nextName(connection), String(tx.atMs));
      tellAudit(core, tx, by, 'hook-key-made', connection, { version: String(version) });
    });
    return { version };
  }
  if (core.store.value(nextName(connection)) === null)
    throw new StewardError('no-new-key', 'No new key was made: the old one is the only one.', 'Make a new key first.');
  core.store.transaction((tx) => end(core, tx, connection, version, by));
  core.rewire();
  return { version };
}

function end(core: LaneCore, tx: LaneTransaction, connection: string, version: number, by: string): void {
  tx.sql.exec('UPDATE connections SET key_version = ? WHERE id = ?', version, connection);
  core.store.dropValue(nextName(connection));
  tellAudit(core, tx, by, 'hook-key-ended', connection, { version: String(version - 1) });
}

/** Into a lane that was put back: which version is in force now, and whether the next one was handed out. */
export function takeHookKeys(core: LaneCore, tx: LaneTransaction, said: readonly StoredRow<typeof audit>[]): void {
  for (const { action, subject, detail, atMs } of said) {
    if (action === 'hook-key-made') core.store.setValue(nextName(subject), String(atMs));
    if (action !== 'hook-key-ended') continue;
    const ended = Number((JSON.parse(detail) as { version: string }).version);
    tx.sql.exec('UPDATE connections SET key_version = ? WHERE id = ?', ended + 1, subject);
    core.store.dropValue(nextName(subject));
  }
}
