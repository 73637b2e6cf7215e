// `npm run cuts -- --points 10000`: each invoice of the ledger is created in CRM and PSA by a call that takes effect
// and is cut before its answer; then the books of all three are compared.
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { connectors } from '../../edge-worker/connectors/_registry.ts';
import { ConnectionCut, type Row, type StandIn } from '../../edge-worker/connectors/stand-in.ts';
import { ledgerTables } from '../support/firm.ts';
import { LaneRig, type RigSeat, rigStartMs } from '../support/lane-rig.ts';
import { chanceOf, connectOptions } from '../support/options.ts';
import { approveTime, hire, jobOf, logTime, sell, win, workspaceOf } from '../support/people.ts';
import { standIns } from '../support/stand-ins.ts';
import { healthy, type Plant } from './plants.ts';

const roleOf = { crm: 'salesforce', psa: 'kantata', erp: 'netsuite' } as const;
type Seat = keyof typeof roleOf;
const project = 'Harbour & Pine ERP rollout';
const role = 'Senior Consultant';
/** Invoices written at a time. */
const roundMax = 200;
const stepMs = 1_000;
/** Longer than a cut-off write may still commit anywhere, and a search lag. */
const roundsOfPatience = 1_200;

/** Requests that create an invoice, where the hub makes one. */
const creates: Readonly<Partial<Record<Seat, RegExp>>> = {
  crm: /^PATCH \S*\/composite\/sobjects\/tieout__Invoice__c\//,
  psa: /^POST \S*\/api\/v1\/invoices$/,
};

/** What befalls a create that has taken effect. */
const fates = ['answer-cut', 'object-struck', 'look-cut', 'search-lags', 'committed-late'] as const;
type Fate = (typeof fates)[number];

export interface Tally {
  /** Invoices in the ledger. */
  readonly points: number;
  /** Creates that took effect and were cut before the answer, by system and by what befell them. */
  readonly cuts: Readonly<Record<string, number>>;
  readonly restarts: number;
  /** Invoices that a system holds twice. */
  readonly second: number;
  /** Invoices of a system that the lane links to nothing. */
  readonly orphans: number;
  /** Invoices of the ledger that a system lacks, or commands whose outcome is still open. */
  readonly unresolved: number;
}

class Firm {
  #rig: LaneRig | null = null;
  readonly standIns: Readonly<Record<Seat, StandIn>>;
  readonly cuts: Record<string, number> = {};
  restarts = 0;
  isRough = false;
  readonly #plant: Plant;
  readonly #chance: () => number;
  #mustRestart = false;
  readonly #blind = new Set<Seat>();

  constructor(seed: number, plant: Plant) {
    this.#plant = plant;
    this.#chance = chanceOf(seed);
    const seat = (name: Seat) => {
      const make = standIns[roleOf[name]];
      if (!make) throw new Error(`no stand-in of ${roleOf[name]}`);
      return make({
        baseUrl: `https://${name}.test`,
        nowMs: this.#nowMs,
        chance: this.#chance,
        sleep: async () => undefined,
        send: async () => new Response(null, { status: 503 }),
      });
    };
    this.standIns = { crm: seat('crm'), psa: seat('psa'), erp: seat('erp') };
    this.#rig = new LaneRig({ crm: this.#seatOf('crm'), psa: this.#seatOf('psa'), erp: this.#seatOf('erp') });
  }

  get rig(): LaneRig {
    if (!this.#rig) throw new Error('the lane is not there yet');
    return this.#rig;
  }

  /** The systems are older than the lane, and keep its time. */
  readonly #nowMs = (): number => this.#rig?.nowMs ?? rigStartMs;

  #seatOf(name: Seat): RigSeat {
    const standIn = this.standIns[name];
    const real = connectors[roleOf[name]];
    const connector = real && (this.#plant.connector?.(real) ?? real);
    if (!connector) throw new Error(`no connector of ${roleOf[name]}`);
    const settings = {
      ...standIn.connection.settings,
      ...(name === 'erp' && ledgerTables(standIn)),
    };
    const options = connectOptions(standIn, this.#nowMs, (request) => this.#travel(name, request));
    const session = () => {
      const opened = connector.connect({ ...options, settings });
      return this.#plant.session?.(opened, name) ?? opened;
    };
    return { system: { session }, roles: [name], connector, settings };
  }

  /** The way to a system: what creates an invoice there always takes effect, and its answer never arrives. */
  async #travel(name: Seat, request: Request): Promise<Response> {
    const standIn = this.standIns[name];
    const route = `${request.method} ${new URL(request.url).pathname}`;
    if (this.#blind.has(name) && request.method === 'GET') {
      this.#blind.delete(name);
      throw new ConnectionCut('the look was cut');
    }
    if (!this.isRough || !creates[name]?.test(route)) return standIn.fetch(request);
    const fate = fates[Math.floor(this.#chance() * fates.length)] as Fate;
    this.cuts[`${name} ${fate}`] = (this.cuts[`${name} ${fate}`] ?? 0) + 1;
    if (fate === 'search-lags') standIn.arm({ how: 'late-search', route: creates[name].source, delayMs: 30_000 });
    if (fate === 'committed-late') {
      standIn.arm({ how: 'late-commit', route: creates[name].source, delayMs: 1_000 + this.#chance() * 150_000 });
      return standIn.fetch(request);
    }
    await standIn.fetch(request);
    if (fate === 'object-struck') this.#mustRestart = true;
    if (fate === 'look-cut') this.#blind.add(name);
    throw new ConnectionCut('the answer was cut');
  }

  /** Until nothing is under way any more. */
  async rest(): Promise<void> {
    const open = "SELECT 1 FROM commands WHERE state IN ('due', 'uncertain', 'waiting') LIMIT 1";
    for (let round = 0; round < roundsOfPatience; round++) {
      await this.rig.pass(stepMs);
      if (this.#mustRestart) {
        this.#mustRestart = false;
        this.restarts++;
        await this.rig.restart();
      }
      if (this.rig.lane.isIdle && this.rig.rows(open).length === 0) return;
    }
  }
}

export interface CutOptions {
  readonly points: number;
  readonly seed: number;
  readonly plant?: Plant;
  readonly say?: (line: string) => void;
}

export async function runCuts({ points, seed, plant = healthy, say }: CutOptions): Promise<Tally> {
  const firm = new Firm(seed, plant);
  const { rig, standIns: systems } = firm;
  const legalEntity = 'Northwind Consulting GmbH';
  const { user, employee } = hire(systems, 'Ines Carvalho', 'ines@northwind.example', role, legalEntity);
  const { opportunity, account } = sell(systems, {
    ...{ account: 'Harbour & Pine', name: project, legalEntity, country: 'DE', purchaseOrder: 'PO-1' },
    // An hour for each invoice is sold, so that none is held for going over the budget.
    rates: [[role, 185, points]],
  });
  await rig.notice('erp', 'employee', employee);
  await rig.notice('psa', 'users', user);
  await firm.rest();
  win(systems, opportunity);
  await rig.notice('crm', 'Account', account);
  await rig.notice('crm', 'Opportunity', opportunity);
  await firm.rest();
  const workspace = workspaceOf(systems, project);
  const job = jobOf(systems, project);
  if (workspace === null || job === null) throw new Error('the project was not provisioned');
  for (let from = 0; from < points; from += roundMax) {
    const count = Math.min(roundMax, points - from);
    const logged = Array.from({ length: count }, (_, index) =>
      logTime(systems, {
        ...{ workspace, user, date: '2026-11-03', minutes: 60, role, rateMinor: 18_500 },
        notes: `Work ${from + index}`,
      }),
    );
    approveTime(systems, logged);
    await rig.notice('psa', 'time_entries', ...logged);
    await firm.rest();
    firm.isRough = true;
    await rig.notice('erp', 'invoice', ...billEach(systems.erp, job, from, count));
    await firm.rest();
    firm.isRough = false;
    say?.(`${from + count} of ${points}: ${JSON.stringify(firm.cuts)}`);
  }
  return tallyOf(firm, points);
}

/** One invoice per time entry, as finance would write it. */
function billEach(erp: StandIn, job: string, from: number, count: number): string[] {
  const linesOf = (row: Row) => (row['time'] ?? []) as readonly Row[];
  const billed = new Set(erp.rows('invoice').flatMap((row) => linesOf(row).map((line) => line['doc'])));
  const open = erp.rows('timebill').filter((row) => !billed.has(row.id));
  const entity = erp.rows('job').find((row) => row.id === job)?.['parent'];
  if (open.length !== count) throw new Error(`${open.length} of ${count} time entries have arrived in the ledger`);
  return open.map((row, index) =>
    erp.create('invoice', {
      ...{ entity, job, subsidiary: '3', currency: '3', trandate: '2026-11-30', tranid: `${1 + from + index}` },
      time: { items: [{ apply: true, doc: row.id }] },
    }),
  );
}

function tallyOf(firm: Firm, points: number): Tally {
  const { rig, standIns: systems, cuts, restarts } = firm;
  const numbers = new Set(systems.erp.rows('invoice').map((row) => String(row['tranid'])));
  const linked = new Set(
    rig.rows("SELECT connection || ' ' || record_id AS id FROM links WHERE kind = 'invoice'").map((row) => row['id']),
  );
  const held = {
    crm: systems.crm.rows('tieout__Invoice__c').map((row) => [row.id, String(row['Name'])] as const),
    psa: systems.psa.rows('invoices').map((row) => [row.id, String(row['user_invoice_number'])] as const),
  };
  let [second, orphans, missing] = [0, 0, 0];
  for (const [seat, rows] of Object.entries(held)) {
    const there = new Set(rows.map(([, number]) => number));
    second += rows.length - there.size;
    orphans += rows.filter(([id]) => !linked.has(`${seat} ${id}`)).length;
    missing += [...numbers].filter((number) => !there.has(number)).length;
  }
  const open = rig.rows('SELECT count(*) AS n FROM commands')[0]?.['n'];
  const unresolved = missing + Number(open) + (points - numbers.size);
  return { points, cuts, restarts, second, orphans, unresolved };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { points: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
  });
  const tally = await runCuts({
    points: Number(values.points),
    seed: Number(values.seed),
    say: (line) => console.error(line),
  });
  console.log(JSON.stringify(tally));
  process.exitCode = tally.second + tally.orphans + tally.unresolved > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
