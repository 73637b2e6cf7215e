// What a newer version of a connector brings to a lane that was connected by an older one: feeds that start now, and
// kinds that wait for their first day like any others.
import { canonicalJson } from '../../shared/canonical-json.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { Connector } from '../connectors/connector.ts';
import { flows } from '../store/lane-schema.ts';
import { readRows, writeRows } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import type { LaneCore } from './core.ts';
import { typesOf, watchSchemas } from './drift.ts';
import { loadLists, startFeeds } from './feeds.ts';

const versionsKey = 'connector versions';

/** Whoever upgrades the hub has not decided that a kind may be written to systems that never had it from us. */
export function adoptNewer(core: LaneCore): void {
  if (core.wiring.connections.size === 0) return;
  const offered = canonicalJson(
    Object.fromEntries([...core.wiring.connections.values()].map(({ id, connector }) => [id, offerOf(connector)])),
  );
  if (core.store.value(versionsKey) === offered) return;
  const known = new Set(readRows(core.store.sql, flows, '').map((row) => `${row.connection} ${row.kind}`));
  core.store.transaction((tx) => {
    for (const { id, connector } of core.wiring.connections.values()) {
      const { kinds } = offerOf(connector);
      startFeeds(tx, id, connector.feeds);
      watchSchemas(tx, id, connector);
      const added = kinds.filter((kind) => !known.has(`${id} ${kind}`));
      if (added.length === 0) continue;
      const rows = added.map((kind) => ({ connection: id, kind, state: 'matching', cutoverOn: null }));
      writeRows(tx.sql, flows, rows, 'ignore');
      loadLists(tx, id, connector, added);
      tellAudit(core, tx, 'hub', 'kinds-offered', id, { kinds: added.join(',') });
    }
    core.store.setValue(versionsKey, offered);
  });
  core.rewire();
}

function offerOf({ feeds, maps }: Pick<Connector, 'feeds' | 'maps'>) {
  return { feeds: feeds.map(({ name }) => name), kinds: Object.keys(maps) as EntityName[], types: typesOf({ maps }) };
}
