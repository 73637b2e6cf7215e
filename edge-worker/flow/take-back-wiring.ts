// How a lane that was put back is wired, as D1 has it: the head of its audit, mappings in force, connections, keys that
// were revoked, and what people have answered. Without its secrets a connection waits for an admin.
import type { EntityName } from '../../shared/entities/_registry.ts';
import { approvals, connectionRows, holds, mappingVersions } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import {
  apiKeyCopies,
  audit,
  connectionCopies,
  dispatches,
  exceptions,
  mappingCopies,
} from '../store/record-schema.ts';
import { deleteRows, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { ScopedRecord, select, sql } from '../store/scoped-record.ts';
import { stoppedControl } from './controls.ts';
import { connectionSlot, type LaneCore } from './core.ts';
import { disconnect } from './disconnect.ts';
import { raiseHold } from './holds.ts';
import type { TakingBack } from './take-back.ts';
import { takeWhatWasSaid } from './take-back-lost.ts';

type Connection = StoredRow<typeof connectionCopies>;
type Exception = StoredRow<typeof exceptions>;

const endedStates: ReadonlySet<string> = new Set(['ending', 'ended']);

export async function takeWiring(core: LaneCore, now: TakingBack, goOn: (next: TakingBack) => void): Promise<void> {
  const record = new ScopedRecord(core.ports.database, core.store.installation);
  const since = sql`WHERE run > ${now.sinceRun}`;
  const [heads, mappings, connections, keys, told, said, closed] = await record.batch([
    select(audit, sql`ORDER BY seq DESC LIMIT 1`),
    select(mappingCopies, since),
    select(connectionCopies, since),
    select(apiKeyCopies, since),
    sql<{ seq: number | null }>`SELECT max(seq) AS seq FROM ${dispatches}`,
    select(audit, sql`${since} AND action NOT IN ('session-opened', 'session-ended') ORDER BY seq`),
    select(exceptions, sql`${since} AND state = 'closed'`),
  ] as const);
  const [head] = heads;
  core.store.transaction((tx) => {
    if (head) core.store.setValue('audit head', `${head.seq} ${head.hash}`);
    const versions = mappings.map(({ version, content, publishedMs, by }) => ({ version, content, publishedMs, by }));
    writeRows(tx.sql, mappingVersions, versions, 'ignore');
    for (const { id, revokedMs } of keys)
      if (revokedMs !== null) tx.sql.exec('UPDATE api_keys SET revoked_ms = ? WHERE id = ?', revokedMs, id);
    takeEventNumbers(tx, told[0]?.seq ?? 0);
    takeAnswers(tx, said, closed);
    for (const one of connections) takeConnection(core, tx, one);
    takeWhatWasSaid(core, tx, { said, keys, sinceMs: now.sinceMs });
    goOn({ ...now, step: 'entities', after: '' });
  });
  core.rewire();
  core.audienceChanged();
  for (const { id, state } of connections)
    if (endedStates.has(state) && core.wiring.connections.has(id)) disconnect(core, id, 'Ended before', 'hub');
}

/** Later events have higher numbers than all that subscribers were told. */
function takeEventNumbers(tx: LaneTransaction, told: number): void {
  tx.sql.exec(
    `UPDATE announcements SET seq = seq + ?1 WHERE seq = (SELECT max(seq) FROM announcements) AND seq < ?1`,
    told,
  );
}

/** What a person said of exactly one content holds; whoever was asked by now is asked no more. */
function takeAnswers(
  tx: LaneTransaction,
  said: readonly StoredRow<typeof audit>[],
  closed: readonly Exception[],
): void {
  const known = new Map(closed.map((row) => [row.id, row] as const));
  const rows = said.flatMap(({ subject, action, by, detail, atMs }) => {
    if (action !== 'hold-approve' && action !== 'hold-reject') return [];
    const hold = known.get(subject);
    if (!hold?.entity || !hold.connection || hold.hash === null) return [];
    const { entity, connection, control, hash } = hold;
    const { reason = '' } = JSON.parse(detail) as { reason?: string };
    const outcome = action === 'hold-approve' ? 'approved' : 'rejected';
    return [{ entity, connection, control, hash, outcome, by, reason, atMs, amends: null }];
  });
  writeRows(tx.sql, approvals, rows, 'replace');
  const over = readRows(tx.sql, holds, '').filter(({ id }) => known.has(id));
  deleteRows(
    tx.sql,
    holds,
    over.map(({ id }) => [id]),
  );
}

function takeConnection(core: LaneCore, tx: LaneTransaction, copy: Connection): void {
  const { id, state, fault, settings } = copy;
  const [here] = readRows(tx.sql, connectionRows, 'WHERE id = ?', id);
  if (endedStates.has(state)) return;
  if (here) {
    tx.sql.exec('UPDATE connections SET state = ?, fault = ?, settings = ? WHERE id = ?', state, fault, settings, id);
    return;
  }
  const { installation: _installation, run: _run, ...shown } = copy;
  const unknown = { sealedSecrets: '', routing: null, keyVersion: 1, state: 'paused', fault: 'unauthorised' };
  writeRows(tx.sql, connectionRows, [{ ...shown, ...unknown }], 'fail');
  core.recordConnection(tx, id);
  raiseHold(tx, core.ports.makeId, {
    ...connectionSlot(id),
    kind: 'customer' satisfies EntityName,
    control: stoppedControl,
    owner: 'integration',
    code: 'reconnect',
    params: { connection: id, system: copy.system, message: 'Its credentials were lost when the lane was put back' },
    hash: 'unauthorised',
    dueMinutes: 60,
  });
}
