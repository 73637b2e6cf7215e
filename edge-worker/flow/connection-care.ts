// How people look after a connection that is there: pause it, let it run again, say which records it serves.
import { type EntityName, entities, entityNames } from '../../shared/entities/_registry.ts';
import { titleOf } from '../../shared/entities/entity.ts';
import { tellAudit } from './audit.ts';
import { stoppedControl } from './controls.ts';
import { connectionSlot, type LaneCore } from './core.ts';
import { raiseHold } from './holds.ts';
import { connectionOf, StewardError } from './steward.ts';
import type { Routing } from './wiring.ts';

/** A pause that nobody ends is asked about after a day. */
const pauseDueMinutes = 1_440;

/** Nothing is read from it and nothing is sent to it; what comes for it waits. */
export function pauseConnection(core: LaneCore, id: string, reason: string, by: string): void {
  const { state, connector } = connectionOf(core, id);
  if (state === 'paused')
    throw new StewardError('connection-stopped', `The connection ${id} is stopped already.`, 'Let it run again.');
  core.store.transaction((tx) => {
    tx.sql.exec("UPDATE connections SET state = 'paused', fault = NULL WHERE id = ?", id);
    core.recordConnection(tx, id);
    raiseHold(tx, core.ports.makeId, {
      ...connectionSlot(id),
      kind: 'customer',
      control: stoppedControl,
      owner: 'integration',
      code: 'connection-paused',
      params: { connection: id, system: connector.title, by, reason },
      hash: 'paused',
      dueMinutes: pauseDueMinutes,
    });
    tellAudit(core, tx, by, 'connection-paused', id, { reason });
  });
  core.rewire();
}

export function resumeConnection(core: LaneCore, id: string, by: string): void {
  connectionOf(core, id);
  core.store.transaction((tx) => {
    core.resumeIn(tx, id, by);
    tellAudit(core, tx, by, 'connection-resumed', id, {});
  });
  core.resumed(id);
}

/** A field that routing may go by, and the entities that have it. */
export interface RoutingField {
  readonly field: string;
  readonly title: string;
}

/** What firms are divided by. A record without the field is routed by what it refers to. */
const dividing: ReadonlySet<string> = new Set(['legalEntity', 'deliveryRegion', 'practice', 'country', 'currency']);

export function routingFields(): readonly RoutingField[] {
  const found = new Map<string, string>();
  for (const kind of entityNames) {
    for (const [field, schema] of Object.entries(entities[kind].schema.shape)) {
      if (dividing.has(field) && !found.has(field)) found.set(field, titleOf(schema));
    }
  }
  return [...found].map(([field, title]) => ({ field, title })).sort((a, b) => a.title.localeCompare(b.title));
}

/** Records that lie elsewhere already stay there and are held, so that none is made a second time. */
export function setRouting(core: LaneCore, id: string, routing: Routing | null, by: string): void {
  const { connector } = connectionOf(core, id);
  const fields = routingFields();
  if (routing && !fields.some(({ field }) => field === routing.field)) {
    const names = fields.map(({ field }) => field).join(', ');
    throw new StewardError('unknown-field', `Records cannot be routed by ${routing.field}.`, `Choose from: ${names}.`);
  }
  core.store.transaction((tx) => {
    tx.sql.exec('UPDATE connections SET routing = ? WHERE id = ?', routing && JSON.stringify(routing), id);
    for (const kind of Object.keys(connector.maps) as EntityName[]) core.store.setValue(`replan ${kind}`, '');
    const detail = { field: routing?.field ?? '', values: routing?.values.join(', ') ?? '' };
    tellAudit(core, tx, by, 'routing-set', id, detail);
  });
  core.rewire();
}
