// The floor: the least that takes the same notices in safely and relays them. The same proof, the same durable object
// on disk, no reading, mapping or control.
// Run as text with its types taken off, so it imports nothing of ours.
import { DurableObject } from 'cloudflare:workers';

export interface BareEnv {
  readonly LANE: DurableObjectNamespace<BareLane>;
  readonly KEY: string;
  /** The collection call of the target, and the token it is made with. */
  readonly TARGET: string;
  readonly TOKEN: string;
}

interface Entry {
  readonly seq: number;
  readonly notices: string;
}

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
    await lane.accept(delivery, JSON.stringify(notices.map((notice) => notice.record)));
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
  readonly #taken = new Set<number>();

  constructor(state: DurableObjectState, env: BareEnv) {
    super(state, env);
    state.storage.sql.exec(
      'CREATE TABLE IF NOT EXISTS inbox (seq INTEGER PRIMARY KEY, delivery TEXT UNIQUE, notices TEXT)',
    );
  }

  accept(delivery: string, notices: string): void {
    this.ctx.storage.sql.exec(
      'INSERT INTO inbox (delivery, notices) VALUES (?, ?) ON CONFLICT DO NOTHING',
      delivery,
      notices,
    );
    if (this.#running < callsMax) this.ctx.waitUntil(this.#relay());
  }

  waiting(): number {
    return Number(this.ctx.storage.sql.exec('SELECT count(*) AS n FROM inbox').one()['n']);
  }

  async #relay(): Promise<void> {
    this.#running++;
    // Lets what is arriving together be taken together.
    await new Promise((resolve) => setTimeout(resolve, 1));
    for (let entries = this.#next(); entries.length > 0; entries = this.#next()) {
      await this.#send(entries.flatMap((entry) => JSON.parse(entry.notices) as string[]));
      const done = JSON.stringify(entries.map((entry) => entry.seq));
      this.ctx.storage.sql.exec('DELETE FROM inbox WHERE seq IN (SELECT value FROM json_each(?))', done);
      for (const { seq } of entries) this.#taken.delete(seq);
    }
    this.#running--;
  }

  #next(): Entry[] {
    const taken = JSON.stringify([...this.#taken]);
    const open =
      'SELECT seq, notices FROM inbox WHERE seq NOT IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT ?';
    const chosen: Entry[] = [];
    let size = 0;
    for (const entry of this.ctx.storage.sql.exec(open, taken, batchMax).toArray() as unknown as Entry[]) {
      size += (JSON.parse(entry.notices) as string[]).length;
      if (size > batchMax && chosen.length > 0) break;
      chosen.push(entry);
      this.#taken.add(entry.seq);
    }
    return chosen;
  }

  async #send(ids: readonly string[]): Promise<void> {
    const answer = await fetch(this.env.TARGET, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${this.env.TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ allOrNone: false, records: ids.map(recordOf) }),
    });
    const rows = (await answer.json()) as { success: boolean }[];
    if (rows.some((row) => !row.success)) throw new Error(`the target refused: ${JSON.stringify(rows).slice(0, 500)}`);
  }
}

/** As many fields as the hub's own map writes, all fixed but the number. */
function recordOf(id: string): Readonly<Record<string, unknown>> {
  return {
    attributes: { type: 'tieout__Invoice__c' },
    tieout__Tieout_Id__c: `bare-${id}`,
    Name: `BARE${id}`,
    tieout__Status__c: 'open',
    tieout__Issued_On__c: '2026-11-03',
    tieout__Due_On__c: '2026-12-30',
    tieout__Period_Start__c: '2026-11-01',
    tieout__Period_End__c: '2026-11-30',
    tieout__Purchase_Order__c: `PO-${id}`,
    tieout__Legal_Entity__c: 'Northwind Consulting GmbH',
    CurrencyIsoCode: 'EUR',
    tieout__Subtotal__c: 370,
    tieout__Tax__c: 0,
    tieout__Total__c: 370,
    tieout__Paid__c: 0,
    tieout__Balance__c: 370,
    tieout__Line_Count__c: 1,
    tieout__Hours__c: 2,
    tieout__Terms__c: 'NET30',
    tieout__Memo__c: `Services of phase ${id} (2026-11-01 to 2026-11-30)`,
  };
}
