// Opening a session: what keeps it from being opened sends nothing, and says so.
import { expect, it } from 'vitest';
import { Governor } from '../../edge-worker/platform/governor.ts';
import { openSession } from '../../edge-worker/platform/sessions.ts';
import { Vault } from '../../edge-worker/platform/vault.ts';
import { LaneRig, RigSystem } from '../support/lane-rig.ts';

it('A write met by secrets that cannot be unsealed was surely not sent, and waits for them', async () => {
  const rig = new LaneRig({ erp: { system: new RigSystem(), roles: ['erp'] } });
  const { wiring, store } = rig.lane.core;
  const connection = wiring.connections.get('erp');
  if (!connection) throw new Error('The rig connects what it is given');
  const keys = JSON.stringify({ current: 'k1', keys: { k1: btoa('k'.repeat(32)) } });
  const session = openSession(connection, store, {
    mailbox: rig.lane.core.mailbox('erp'),
    vault: new Vault(keys, 'ins_1', (count) => new Uint8Array(count)),
    governor: new Governor(
      () => rig.nowMs,
      async () => undefined,
    ),
    appOf: () => null,
    paths: wiring.pathsOf('erp'),
    book: { count: () => undefined },
    fetch: () => Promise.reject(new Error('Nothing may be fetched')),
    nowMs: () => rig.nowMs,
  });
  await expect(session.write([])).rejects.toMatchObject({ name: 'Fault', code: 'unreachable' });
});
