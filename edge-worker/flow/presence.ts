// Tells a host now and then that the hub is there, so that its pages can say so by themselves, and how long ago it was.
import type { LaneCore } from './core.ts';
import { problemOf } from './guard.ts';
import type { Connection } from './wiring.ts';

/** Pages call a connection silent after an hour; a few of these may fail before that. */
const everyMs = 900_000;

/** After its feeds were asked, so that only a connection that works is told to be one. */
export async function showPresence(core: LaneCore, connection: Connection): Promise<void> {
  if (!connection.connector.showsPresence || !core.callable(connection.id)) return;
  const name = `presence ${connection.id}`;
  const nowMs = core.ports.nowMs();
  if (nowMs - Number(core.store.value(name) ?? '0') < everyMs) return;
  // Also when it is refused: a page that stays silent is no reason to call again and again.
  core.store.setValue(name, String(nowMs));
  try {
    await core.session(connection).present?.({ installation: core.store.installation, atMs: nowMs });
  } catch (error) {
    core.ports.log('presence-refused', { connection: connection.id, message: problemOf(error) });
  }
}
