// How soon people are answered by a record of a million timeline rows: why a value is what it is, and what became of a
// record. The rows of some real invoices are multiplied in the files of D1 and of the lane while no hub runs.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { spawnHub } from '../support/hub-process.ts';
import { Operator } from '../support/operator.ts';
import { freePort } from '../support/serve.ts';
import { startChild } from './child.ts';
import { atMost, type Figure, percentile, told } from './figures.ts';
import { inBatches, postAll } from './notices.ts';
import { drained, openFirm, type Rig, settleIn } from './rig.ts';
import type { SystemVerbs } from './systems.ts';

const invoices = 200;
const timelineRows = 1_000_000;
/** Copies that one statement makes. */
const copiesAtOnce = 50;
const asked = 500;
const fields = ['total', 'memo', 'customer', 'status', 'lines'];

/** An entity, and the record in the ledger that it was born of. */
interface Filed {
  readonly entity: string;
  readonly recordId: string;
}

export async function record({ folder, isQuick, say }: Rig): Promise<Figure[]> {
  const state = folder('record');
  const systems = startChild<SystemVerbs>('systems.ts');
  try {
    const port = await freePort();
    const first = await spawnHub({ port, state });
    const firm = await openFirm(first, systems);
    await settleIn(systems, firm);
    const ids = await systems.call('seedInvoices', firm.firm, invoices);
    await postAll(firm, inBatches(ids), 2);
    await drained({ systems }, firm);
    await systems.call('touchInvoices', firm.firm, ids, 'Corrected');
    await postAll(firm, inBatches(ids), 2);
    await drained({ systems }, firm);
    await first.kill();

    const { filed, copies, rows } = fill(state, isQuick ? timelineRows / 10 : timelineRows);
    say(
      `  ${rows.toLocaleString('en')} timeline rows of ${(filed.length * (copies + 1)).toLocaleString('en')} invoices`,
    );
    const hub = await spawnHub({ port, state });
    try {
      const operator = new Operator(hub.url, hub.operatorKey);
      const [why, status] = await askAll(operator, firm.installation, filed, copies);
      return [
        told('record: rows in the timeline', rows, 'rows'),
        atMost('  why a value is what it is, p95', percentile(why, 0.95), 'ms', 200),
        told('  p50', percentile(why, 0.5), 'ms'),
        atMost('  status of a record, p95', percentile(status, 0.95), 'ms', 50),
        told('  p50 of that', percentile(status, 0.5), 'ms'),
      ];
    } finally {
      await hub.kill();
    }
  } finally {
    await systems.stop();
  }
}

/** Questions about invoices all over the record, one after the other, no two alike. */
async function askAll(operator: Operator, installation: string, filed: readonly Filed[], copies: number) {
  const [why, status]: [number[], number[]] = [[], []];
  const timed = async (times: number[], path: string) => {
    const startedMs = performance.now();
    await operator.call('GET', `/installations/${installation}${path}`);
    times.push(performance.now() - startedMs);
  };
  for (let index = 0; index < asked; index++) {
    const one = filed[(index * 7) % filed.length] as Filed;
    // Spread over all copies, and a tenth of them among the originals.
    const copy = index % 10 === 0 ? 0 : 1 + ((index * 7919) % copies);
    await timed(why, `/entities/${copyOf(one.entity, copy)}/why?field=${fields[index % fields.length]}`);
    await timed(status, `/records/erp/invoice/${copy === 0 ? one.recordId : `${one.recordId}-${copy}`}`);
  }
  return [why, status] as const;
}

const copyOf = (entity: string, copy: number) =>
  copy === 0 ? entity : `${entity.slice(0, 4)}${String(copy).padStart(6, '0')}${entity.slice(10)}`;

function fill(state: string, wanted: number) {
  const record = opened(state, 'd1/miniflare-D1DatabaseObject', 'timeline');
  const [{ n = 0 } = {}] = all<{ n: number }>(record, "SELECT count(*) AS n FROM timeline WHERE entity LIKE 'inv_%'");
  const copies = Math.ceil(wanted / n);
  for (const table of ['timeline', 'entity_versions', 'links', 'receipts', 'statuses']) multiply(record, table, copies);
  const lane = opened(state, 'do/tieout-hub-LaneObject', 'entities');
  const filed = all<Filed>(
    lane,
    "SELECT entity, record_id AS recordId FROM links WHERE connection = 'erp' AND kind = 'invoice' ORDER BY entity",
  );
  for (const table of ['entities', 'links']) multiply(lane, table, copies);
  const [{ rows = 0 } = {}] = all<{ rows: number }>(record, 'SELECT count(*) AS rows FROM timeline');
  record.close();
  lane.close();
  return { filed, copies, rows };
}

/** The only file of a folder that has the table. */
function opened(state: string, folder: string, table: string): DatabaseSync {
  for (const name of readdirSync(join(state, folder)).filter((one) => /^[0-9a-f]{64}\.sqlite$/.test(one))) {
    const database = new DatabaseSync(join(state, folder, name));
    if (all(database, `SELECT 1 FROM sqlite_master WHERE name = '${table}'`).length > 0) return database;
    database.close();
  }
  throw new Error(`no file in ${folder} has a table ${table}`);
}

const all = <Found>(database: DatabaseSync, query: string) => database.prepare(query).all() as Found[];

/** Every row of an invoice once more per copy: under an id, a record and commands of the copy's own. */
function multiply(database: DatabaseSync, table: string, copies: number): void {
  const named: Readonly<Record<string, string>> = {
    id: copiedId('id'),
    entity: copiedId('entity'),
    record_id: "record_id || '-' || n",
    command: "replace(command, 'cmd_', 'cmd_' || n || '_')",
    entries: `replace(entries, '"cmd_', '"cmd_' || n || '_')`,
  };
  const columns = all<{ name: string }>(database, `SELECT name FROM pragma_table_info('${table}')`).map(
    (row) => row.name,
  );
  const owner = columns.includes('entity') ? 'entity' : 'id';
  const values = columns.map((column) => named[column] ?? `"${column}"`).join(', ');
  database.exec(`PRAGMA synchronous = OFF; CREATE TEMP TABLE original AS
    SELECT * FROM "${table}" WHERE ${owner} LIKE 'inv_%'`);
  const statement = database.prepare(
    `WITH RECURSIVE copy (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM copy WHERE n < ?2)
     INSERT INTO "${table}" (${columns.map((column) => `"${column}"`).join(', ')})
     SELECT ${values} FROM copy, original`,
  );
  for (let first = 1; first <= copies; first += copiesAtOnce)
    statement.run(first, Math.min(first + copiesAtOnce - 1, copies));
  database.exec('DROP TABLE original');
}

const copiedId = (column: string) => `substr(${column}, 1, 4) || printf('%06d', n) || substr(${column}, 11)`;
