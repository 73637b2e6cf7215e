// The floor: the least that any lane must do which still tells the truth. It proves each delivery, writes each event
// down once before it answers, reads the records from the source, writes them to the target, marks each event done.
// Both sides in batches; no map, no rules, no links, no history, no status on anybody's page.
// `MODE=fixed` is rawer still: a row per delivery, and a fixed text sent for each notice without reading anything.
// Run as text with its types taken off, so it imports nothing of ours.
import { DurableObject } from 'cloudflare:workers';

export interface BareEnv {
  readonly LANE: DurableObjectNamespace<BareLane>;
  readonly MODE: 'read' | 'fixed';
  readonly KEY: string;
  /** The source's batch read and the target's collection call, with the tokens they are made with. */
  readonly SOURCE: string;
  readonly SOURCE_TOKEN: string;
  readonly TARGET: string;
  readonly TARGET_TOKEN: string;
}

interface Event {
  readonly seq: number;
  readonly record: string;
}

type Values = Readonly<Record<string, string | null>>;
interface Read {
  readonly found: boolean;
  readonly record: { readonly id: string; readonly values: Values; readonly sublists: { readonly item?: Values[] } };
}

const readMax = 100;
const batchMax = 200;
const callsMax = 3;
const utf8 = new TextEncoder();

export default {
  async fetch(request: Request, env: BareEnv): Promise<Response> {
    const lane = env.LANE.get(env.LANE.idFromName('bare'));
    if (request.method === 'GET') return Response.json({ waiting: await lane.waiting() });
    const body = await request.text();
    if (!(await isSigned(env.KEY, request.headers, body))) return new Response(null, { status: 401 });
    const { delivery, notices } = JSON.parse(body) as { delivery: string; notices: { record: string }[] };
    const records = notices.map((notice) => notice.record);
    await lane.accept(delivery, env.MODE === 'read' ? records : [JSON.stringify(records)]);
    return new Response(null, { status: 202 });
  },
} satisfies ExportedHandler<BareEnv>;

let key: Promise<CryptoKey> | null = null;

async function isSigned(secret: string, headers: Headers, body: string): Promise<boolean> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  key ??= crypto.subtle.importKey('raw', utf8.encode(secret), hmac, false, ['verify']);
  const hex = /v1=([0-9a-f]{64})/.exec(headers.get('tieout-signature') ?? '')?.[1] ?? '';
  const proof = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return crypto.subtle.verify('HMAC', await key, proof, utf8.encode(`${headers.get('tieout-timestamp')}.${body}`));
}

export class BareLane extends DurableObject<BareEnv> {
  #running = 0;
  #doneTo = 0;
  readonly #taken = new Set<number>();

  constructor(state: DurableObjectState, env: BareEnv) {
    super(state, env);
    // Which events are done is a column without an index: deleting would be cheaper, and forget what came before.
    state.storage.sql.exec(`CREATE TABLE IF NOT EXISTS events
      (seq INTEGER PRIMARY KEY, delivery TEXT, record TEXT, done INTEGER DEFAULT 0, UNIQUE (delivery, record))`);
  }

  /** One statement for all events of a delivery. In `fixed` mode a delivery is one row. */
  accept(delivery: string, records: readonly string[]): void {
    this.ctx.storage.sql.exec(
      'INSERT INTO events (delivery, record) SELECT ?, value FROM json_each(?) WHERE true ON CONFLICT DO NOTHING',
      delivery,
      JSON.stringify(records),
    );
    if (this.#running < callsMax) this.ctx.waitUntil(this.#relay());
  }

  waiting(): number {
    return Number(this.ctx.storage.sql.exec('SELECT count(*) AS n FROM events WHERE done = 0').one()['n']);
  }

  async #relay(): Promise<void> {
    this.#running++;
    // Lets what is arriving together be taken together.
    await new Promise((resolve) => setTimeout(resolve, 1));
    for (let events = this.#next(); events.length > 0; events = this.#next()) {
      const records = events.map((event) => event.record);
      const rows = this.env.MODE === 'read' ? await this.#read(records) : records.flatMap(fixedRows);
      await this.#write(rows);
      const done = JSON.stringify(events.map((event) => event.seq));
      this.ctx.storage.sql.exec('UPDATE events SET done = 1 WHERE seq IN (SELECT value FROM json_each(?))', done);
      for (const { seq } of events) this.#taken.delete(seq);
    }
    this.#running--;
  }

  #next(): Event[] {
    const query = `SELECT seq, record FROM events WHERE seq > ? AND done = 0
      AND seq NOT IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT ?`;
    const taken = JSON.stringify([...this.#taken]);
    const open = this.ctx.storage.sql.exec(query, this.#doneTo, taken, batchMax).toArray() as unknown as Event[];
    // All before the oldest that is open are done and need not be looked through again.
    const [oldest] = open;
    if (oldest) this.#doneTo = Math.min(...this.#taken, oldest.seq) - 1;
    const chosen = this.env.MODE === 'read' ? open : filled(open);
    for (const { seq } of chosen) this.#taken.add(seq);
    return chosen;
  }

  async #read(ids: readonly string[]): Promise<object[]> {
    const rows: object[] = [];
    for (let start = 0; start < ids.length; start += readMax) {
      const records = ids.slice(start, start + readMax).map((id) => ({ type: 'invoice', id }));
      const answer = await this.#call('POST', this.env.SOURCE, this.env.SOURCE_TOKEN, { v: 1, verb: 'read', records });
      for (const { record } of (answer as { results: Read[] }).results) rows.push(rowOf(record));
    }
    return rows;
  }

  async #write(records: readonly object[]): Promise<void> {
    const answer = await this.#call('PATCH', this.env.TARGET, this.env.TARGET_TOKEN, { allOrNone: false, records });
    const saved = answer as { success: boolean }[];
    if (saved.some((row) => !row.success)) throw new Error(`refused: ${JSON.stringify(saved).slice(0, 500)}`);
  }

  async #call(method: string, url: string, token: string, body: unknown): Promise<unknown> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
    return answer.json();
  }
}

/** The fields that the hub's own map writes, field by field, without asking whether any of them makes sense. */
function rowOf({ id, values, sublists }: Read['record']): object {
  const lines = sublists.item ?? [];
  return {
    attributes: { type: 'tieout__Invoice__c' },
    tieout__Tieout_Id__c: `bare-${id}`,
    Name: values['tranid'],
    tieout__Status__c: 'open',
    tieout__Issued_On__c: values['trandate'],
    tieout__Due_On__c: values['duedate'],
    tieout__Period_Start__c: values['startdate'],
    tieout__Period_End__c: values['enddate'],
    tieout__Purchase_Order__c: values['otherrefnum'],
    tieout__Legal_Entity__c: 'Northwind Consulting GmbH',
    CurrencyIsoCode: 'EUR',
    tieout__Subtotal__c: Number(values['subtotal']),
    tieout__Tax__c: Number(values['taxtotal'] ?? 0),
    tieout__Total__c: Number(values['total']),
    tieout__Paid__c: Number(values['amountpaid'] ?? 0),
    tieout__Balance__c: Number(values['amountremaining'] ?? values['total']),
    tieout__Line_Count__c: lines.length,
    tieout__Hours__c: lines.reduce((hours, line) => hours + Number(line['quantity']), 0),
    tieout__Terms__c: 'NET30',
    tieout__Memo__c: values['memo'],
  };
}

/** As many deliveries as fill a call. */
function filled(open: readonly Event[]): Event[] {
  let size = 0;
  return open.filter(({ record }, index) => {
    size += (JSON.parse(record) as string[]).length;
    return index === 0 || size <= batchMax;
  });
}

const fixedValues = {
  tranid: '',
  trandate: '2026-11-03',
  duedate: '2026-12-30',
  startdate: '2026-11-01',
  enddate: '2026-11-30',
  subtotal: '370',
  total: '370',
  memo: 'Services of a phase (2026-11-01 to 2026-11-30)',
};

/** The records of one delivery, all alike but for their numbers. */
function fixedRows(delivery: string): object[] {
  const ids = JSON.parse(delivery) as string[];
  return ids.map((id) => rowOf({ id, values: { ...fixedValues, tranid: id }, sublists: {} }));
}
