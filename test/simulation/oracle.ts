// The oracle: once nothing is due any more, did the hub keep every promise? J1-J11, J13 and J14; that crashes change
// nothing (J12) is told by two runs of one seed.

import { driftControl } from '../../edge-worker/flow/controls.ts';
import type { Values } from './desk.ts';
import { plainDecimal } from './fields.ts';
import { type Outcome, outcomeOf } from './fingerprint.ts';
import { rateCard } from './firm.ts';
import type { Batch } from './network.ts';
import { type Books, checkBooks } from './oracle-books.ts';
import { checkLane, LaneBooks } from './oracle-lane.ts';
import { checkReversals } from './oracle-reversals.ts';
import type { Simulation } from './run.ts';
import { checkSubscriber } from './subscriber.ts';
import { type Seat, seats } from './systems.ts';

const echoMs = 10 * 60_000;

/** J6, seen as it happens: what leaves the hub is a command that was granted, and nothing held or rejected. */
export function watchWrites(simulation: Simulation): void {
  const { host, networks, stewards } = simulation;
  const { sql } = host.storage;
  const check = ({ seat, type, records }: Batch) => {
    const isMatching = host.lane.core.wiring.flow(seat, 'customer').state === 'matching';
    if (type === 'client' && isMatching && records.some(({ id }) => id === null))
      host.breaches.push(`J6: ${seat} is sent a new client before its first match was accepted`);
    const stamps = JSON.stringify(records.map((record) => record.stamp));
    const isStopped = sql.exec(sentWhileStopped, driftControl, seat, type, stamps).toArray().length > 0;
    if (isStopped) host.breaches.push(`J6: ${seat} is sent a ${type}, whose fields have changed and nobody has agreed`);
    const rows = sql
      .exec(
        `SELECT id, entity, connection, state, content AS hash FROM commands
         WHERE id IN (SELECT value FROM json_each(?))`,
        stamps,
      )
      .toArray() as unknown as (Content & { readonly id: string; readonly state: string })[];
    for (const row of rows) {
      if (row.state === 'held' || row.state === 'waiting')
        host.breaches.push(`J6: ${seat} is sent a ${type} that is ${row.state}`);
      if (isAnswered(stewards.rejected, row)) host.breaches.push(`J6: ${seat} is sent a ${type} that was rejected`);
    }
    for (const { stamp, values } of records) {
      const row = rows.find(({ id }) => id === stamp);
      if (row && type === 'hours' && seat === 'erp' && isOddlyPriced(values) && !isAnswered(stewards.approved, row))
        host.breaches.push(`J6: ${seat} is sent a ${type} at a price that nobody let pass`);
    }
    if (rows.length < records.length)
      host.breaches.push(`J6: ${seat} is sent ${records.length - rows.length} ${type} that no command asks for`);
  };
  for (const seat of seats) networks[seat].onSend = check;
}

/** Calls that began after their type was stopped. */
const sentWhileStopped = `SELECT 1 FROM holds h JOIN attempts a ON a.connection = h.connection
  WHERE h.control = ? AND h.connection = ? AND h.record_type = ? AND a.started_ms > h.made_ms
    AND EXISTS (SELECT 1 FROM json_each(a.commands) c WHERE c.value IN (SELECT value FROM json_each(?)))`;

interface Content {
  readonly entity: string;
  readonly connection: string;
  readonly hash: string;
}

/** Whether somebody has given this answer to exactly this content. */
function isAnswered(answers: ReadonlySet<string>, { entity, connection, hash }: Content): boolean {
  return [...answers].some((key) => key.startsWith(`${entity}|${connection}|`) && key.endsWith(`|${hash}`));
}

function isOddlyPriced({ billable, price }: Values): boolean {
  if (billable !== true || price == null) return false;
  return !rateCard.some((line) => plainDecimal(line.price) === plainDecimal(String(price)));
}

export async function judge(
  simulation: Simulation,
): Promise<{ readonly breaches: string[]; readonly outcome: Outcome }> {
  const breaches = look(simulation);
  breaches.push(...(await checkEcho(simulation)));
  breaches.push(...(await checkReplay(simulation)));
  const { host, desk, firm, stewards } = simulation;
  const outcome = outcomeOf(new LaneBooks(host, desk, stewards.openHolds()), firm, desk.open);
  return { breaches: [...host.breaches, ...breaches], outcome };
}

function look({ host, desk, firm, stewards, subscriber }: Simulation): string[] {
  const lane = new LaneBooks(host, desk, stewards.openHolds());
  const entityAt = (seat: Seat, type: string, identity: string) => {
    const kinds: Readonly<Record<string, string>> = {
      client: 'customer',
      engagement: 'project',
      agreement: 'contract',
      person: 'resource',
      hours: 'time',
      cost: 'expense',
      milestone: 'milestone',
      change: 'change-order',
      bill: 'invoice',
      receipt: 'payment',
    };
    const name = `${kinds[type]} ${identity}`;
    return [...lane.entities.keys()].filter((id) => lane.nameOf(id) === name && seat !== undefined);
  };
  const rejected = new Set(
    lane
      .lane<{ entity: string; connection: string }>(
        "SELECT DISTINCT entity, connection FROM approvals WHERE outcome = 'rejected'",
      )
      .map((row) => `${row.entity} ${row.connection}`),
  );
  const isKept: Books['isKept'] = (seat, type, identity) =>
    entityAt(seat, type, identity).some(
      (id) =>
        rejected.has(`${id} ${seat}`) || lane.holds.some((hold) => hold.entity === id && hold.connection === seat),
    );
  return [
    ...checkBooks({ desk, firm, isKept }),
    ...checkLane(lane),
    ...checkReversals(lane, firm, isKept),
    ...checkSubscriber(host, subscriber),
  ];
}

/** J5: left alone, the hub writes nothing. */
async function checkEcho(simulation: Simulation): Promise<string[]> {
  const before = writesOf(simulation);
  await simulation.world.run(simulation.world.ms + echoMs);
  const after = writesOf(simulation);
  return after > before ? [`J5: ${after - before} writes while nobody did anything`] : [];
}

/** J8: every notice told again, under new names, changes nothing. */
async function checkReplay(simulation: Simulation): Promise<string[]> {
  const { host, acknowledged, desk, stewards } = simulation;
  const writes = writesOf(simulation);
  const before = versionsOf(simulation);
  acknowledged.slice(0).forEach((entry, index) => {
    host.lane.accept(entry.connection, `again ${index} ${entry.delivery}`, entry.notices, entry.rings);
  });
  const due = await simulation.rest();
  const found = due === null ? [] : [`J8: no rest after the replay: ${due.join(', ')}`];
  if (writesOf(simulation) > writes)
    found.push(`J8: the replay of ${acknowledged.length} deliveries made ${writesOf(simulation) - writes} writes`);
  const after = versionsOf(new Object({ host, desk, stewards }) as Simulation);
  if (after !== before) found.push('J8: the replay made new versions');
  return found;
}

function writesOf({ networks }: Simulation): number {
  return seats.reduce((sum, seat) => sum + networks[seat].writes, 0);
}

function versionsOf({ host }: Simulation): string {
  return JSON.stringify(host.storage.sql.exec('SELECT id, version FROM entities ORDER BY id').toArray());
}
