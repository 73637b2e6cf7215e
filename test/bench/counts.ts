// What a record costs: rows written in the lane and in D1, statements, calls to each system. Counts do not depend on
// the machine.
import { atMost, type Figure, median, told } from './figures.ts';
import { inBatches, postAll } from './notices.ts';
import { type Counters, callsBetween, countersOf, drained, type Firm, postTime, type Rig } from './rig.ts';

/** As many as the goals for calls are given for. */
const recordsPerRun = 1_000;
const editsPerRecord = 10;
/** Per record. */
const burstWritesMax = 1.2;
const batchesAbreast = 4;

interface Cost {
  readonly lane: number;
  readonly record: number;
  readonly statements: number;
}

export async function counts(rig: Rig): Promise<Figure[]> {
  const { edited } = rig.samples;
  const taken: Awaited<ReturnType<typeof countOnce>>[] = [];
  for (let run = 0; run < rig.samples.runs; run++) taken.push(await countOnce(rig));
  const of = (pick: (one: (typeof taken)[number]) => number) => median(taken.map(pick));
  return [
    ...rowFigures('invoice to the CRM, created', of, (one) => one.create, 'create'),
    ...rowFigures('invoice to the CRM, updated', of, (one) => one.update, 'update'),
    ...rowFigures('approved time to the ERP, created', of, (one) => one.time, 'create'),
    atMost(
      'calls to the ERP per 1,000 approved time entries',
      of((one) => one.erpCalls),
      'calls',
      12,
    ),
    atMost(
      'calls to the CRM per 1,000 status rows',
      of((one) => one.statusCalls),
      'calls',
      6,
    ),
    atMost(
      `record writes for ${(edited * editsPerRecord).toLocaleString('en')} edits of ${edited} records`,
      of((one) => one.burstWrites),
      'writes',
      edited * burstWritesMax,
    ),
  ];
}

type Taken = Awaited<ReturnType<typeof countOnce>>;

function rowFigures(
  what: string,
  of: (pick: (one: Taken) => number) => number,
  pick: (one: Taken) => Cost,
  kind: 'create' | 'update',
): Figure[] {
  const lane = of((one) => pick(one).lane);
  const record = of((one) => pick(one).record);
  const statements = atMost(
    '  D1 statements',
    of((one) => pick(one).statements),
    'per record',
    0.1,
  );
  const rows = told(`${what}: lane rows`, lane, 'per record');
  if (kind === 'update') return [rows, atMost('  D1 rows', record, 'per record', 6), statements];
  const together = atMost('  lane and D1 together', lane + record, 'per record', 22);
  return [rows, atMost('  D1 rows', record, 'per record', 11), together, statements];
}

/** Time by itself: the longer it takes, the more often the rhythm of the feeds falls into what is counted. */
async function countOnce(rig: Rig) {
  const time = await countTime(rig);
  return { ...time, ...(await countInvoices(rig)) };
}

async function countInvoices(rig: Rig) {
  const { systems, firm, samples } = rig;
  const ids = await systems.call('seedInvoices', firm.firm, recordsPerRun);
  const send = (sent: readonly string[]) => postAll(firm, inBatches(sent), batchesAbreast);
  const statusRows = await systems.call('statusCount', firm.firm);
  const [beforeCreate, afterCreate] = await around(rig, firm, () => send(ids));
  const shown = (await systems.call('statusCount', firm.firm)) - statusRows;
  const corrected = ids.slice(0, samples.updated);
  await systems.call('touchInvoices', firm.firm, corrected, 'Corrected');
  const [beforeUpdate, afterUpdate] = await around(rig, firm, () => send(corrected));
  const isStatus = (route: string) => route.includes('tieout__Sync_Status__c');
  return {
    create: costOf(beforeCreate, afterCreate, ids.length),
    update: costOf(beforeUpdate, afterUpdate, corrected.length),
    statusCalls: (callsBetween(beforeCreate, afterCreate, 'crm', isStatus) * 1000) / shown,
    burstWrites: await burst(rig, ids.slice(0, samples.edited)),
  };
}

async function countTime(rig: Rig) {
  const { neighbour } = rig;
  const [before, after] = await around(rig, neighbour, () => postTime(rig, neighbour, recordsPerRun));
  return {
    time: costOf(before, after, recordsPerRun),
    erpCalls: (callsBetween(before, after, 'erp', () => true) * 1000) / recordsPerRun,
  };
}

async function around(rig: Rig, firm: Firm, work: () => Promise<unknown>): Promise<readonly [Counters, Counters]> {
  const before = await countersOf(rig, firm);
  await work();
  await drained(rig, firm);
  return [before, await countersOf(rig, firm)];
}

function costOf({ progress: before }: Counters, { progress: after }: Counters, records: number): Cost {
  return {
    lane: (after.laneRows - before.laneRows) / records,
    record: (after.recordRows - before.recordRows) / records,
    statements: (after.recordStatements - before.recordStatements) / records,
  };
}

/** Ten corrections of each record in a row, told by the package itself. Counted where they arrive. */
async function burst(rig: Rig, ids: readonly string[]): Promise<number> {
  const { systems, firm } = rig;
  const saves = () => systems.call('invoiceSaves', firm.firm);
  const before = await saves();
  await systems.call('editInvoices', firm.firm, ids, editsPerRecord);
  await drained(rig, firm);
  const { lost } = await systems.call('auditInvoices', firm.firm, ids);
  if (lost > 0) throw new Error(`${lost} of ${ids.length} records are not as they were left`);
  return (await saves()) - before;
}
