// An on-premise ERP that nobody can call, imitated from PROTOCOL.md alone: it tells its records, fetches its work,
// reports, and asks for statuses, whenever somebody lets it come. Its books are in stand-in/.
import { createHmac } from 'node:crypto';
import { type Row, type StandIn, type StandInFactory, type StandInOptions, Switchboard } from '../stand-in.ts';
import { Books, type Receipt, type Work } from './stand-in/books.ts';

const recordsMax = 500;
const workMax = 100;
const statusesMax = 500;
/** Visits for work in one coming, so that a fault of the hub cannot keep it here for ever. */
const roundsMax = 200;

interface Hub {
  readonly url: string;
  readonly key: string;
  readonly installation: string;
}

export const standIn: StandInFactory = (options) => new OnPremiseErp(options);

class OnPremiseErp implements StandIn {
  readonly name = 'canonical';
  readonly connection: StandIn['connection'];
  readonly #options: StandInOptions;
  readonly #board: Switchboard;
  #books: Books;
  #hub: Hub | null = null;
  #serial = 0;
  #statusesAfter = 0;
  #coming: Promise<number> | null = null;

  constructor(options: StandInOptions) {
    this.#options = options;
    this.#board = new Switchboard(options.nowMs);
    this.#books = new Books();
    this.connection = {
      account: new URL(options.baseUrl).host.replace(/[^a-z0-9]+/g, '-'),
      environment: 'sandbox',
      settings: { name: 'Ledger on premises', kinds: [...this.#books.types] },
      secrets: {},
    };
  }

  /** Behind a firewall: whoever calls hears nothing of use. */
  async fetch(request: Request): Promise<Response> {
    this.#board.count(`${request.method} ${new URL(request.url).pathname}`, 404);
    return new Response('nobody answers here', { status: 404 });
  }

  create(type: string, values: Readonly<Record<string, unknown>>): string {
    return this.#books.save(type, null, values);
  }

  update(type: string, id: string, values: Readonly<Record<string, unknown>>): void {
    this.#books.save(type, id, values);
  }

  remove(type: string, id: string): void {
    this.#books.remove(type, id);
  }

  act(verb: string, parameters: Readonly<Record<string, unknown>>): unknown {
    return this.#books.act(verb, parameters);
  }

  rows(type: string): readonly Row[] {
    return this.#books.rows(type);
  }

  types(): readonly string[] {
    return this.#books.types;
  }

  subscribe({ url, key = '', installation = '' }: { url: string; key?: string; installation?: string }): void {
    this.#hub = { url, key, installation };
  }

  /** One coming, as its scheduler starts it; never two at a time. Returns how many changes are still to be told. */
  deliver(): Promise<number> {
    this.#coming ??= this.#come().finally(() => {
      this.#coming = null;
    });
    return this.#coming;
  }

  async #come(): Promise<number> {
    this.#board.settleDue();
    if (!this.#hub) return this.#books.untold.length;
    try {
      await this.#tell();
      for (let round = 0; round < roundsMax && (await this.#work()); round++);
      await this.#tell();
      await this.#fetchStatuses();
    } catch {
      // The line is down or the hub is away: everything is still here, and told the next time.
    }
    return this.#books.untold.length;
  }

  async #tell(): Promise<void> {
    for (let told = this.#books.untold; told.length > 0; told = this.#books.untold) {
      const next = told.slice(0, recordsMax);
      const records = next.map((mark) => this.#books.told(mark));
      if (this.#board.isArmed('shuffle-notices')) records.reverse();
      const body = { delivery: `d${++this.#serial}`, records };
      const times = this.#board.isArmed('duplicate-notices') ? 2 : 1;
      for (let time = 0; time < times; time++) await this.#call('records', body);
      this.#books.forget(next);
    }
  }

  /** Returns whether there may be more. */
  async #work(): Promise<boolean> {
    const answer = (await this.#call('work', { limit: workMax })) as { work: readonly Work[] };
    if (answer.work.length === 0) return false;
    if (this.#board.take('cut-before', 'POST /work')) throw new Error('the power failed');
    const late = this.#board.take('late-commit', 'POST /work');
    if (late) {
      this.#board.later(late.delayMs ?? 0, () => void answer.work.map((work) => this.#books.carryOut(work)));
      throw new Error('the power failed in the midst of it');
    }
    const receipts = answer.work.map((work) => this.#carryOut(work));
    if (this.#board.take('commit-then-cut', 'POST /receipts')) throw new Error('the line is down');
    await this.#call('receipts', { receipts: receipts.map(spelled) });
    // What was reported as saved need not be told once more.
    this.#books.forget(
      receipts.flatMap((receipt) => ('id' in receipt ? [`${typeOf(answer.work, receipt)} ${receipt.id}`] : [])),
    );
    return true;
  }

  #carryOut(work: Work): Receipt {
    const base = { work: work.work, key: work.key, outcome: 'refused' } as const;
    if (this.#board.isArmed('reject') && this.#board.take('reject', 'POST /work')) {
      const [field = 'name'] = Object.keys(work.values ?? {});
      return { ...base, code: 'rejected', message: 'The period is closed', fields: [field] };
    }
    if (this.#board.isArmed('lock') && this.#board.take('lock', 'POST /work'))
      return { ...base, code: 'locked', message: 'Somebody is at this record', fields: [] };
    return this.#books.carryOut(work);
  }

  async #fetchStatuses(): Promise<void> {
    for (let more = true; more; ) {
      const body = { after: this.#statusesAfter, limit: statusesMax };
      const answer = (await this.#call('statuses', body)) as {
        rows: { seq: number; type: string; id: string; status: Record<string, unknown> }[];
        more: boolean;
      };
      for (const { type, id, status } of answer.rows) this.#books.show(type, id, status);
      this.#statusesAfter = answer.rows.at(-1)?.seq ?? this.#statusesAfter;
      more = answer.more;
    }
  }

  async #call(verb: string, asked: Readonly<Record<string, unknown>>): Promise<unknown> {
    const { url, key, installation } = this.#hub as Hub;
    const { account, environment } = this.connection;
    const slow = this.#board.take('slow', `POST /${verb}`);
    if (slow) await this.#options.sleep(slow.delayMs ?? 0);
    const skew = this.#board.isArmed('clock-skew')?.delayMs ?? 0;
    const timestamp = String(Math.floor((this.#options.nowMs() + skew) / 1000));
    const body = JSON.stringify({ installation, account, environment, ...asked });
    const hex = createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'Tieout-Timestamp': timestamp,
      'Tieout-Signature': `v1=${hex}`,
    };
    const response = await this.#options.send(new Request(`${url}/${verb}`, { method: 'POST', headers, body }));
    this.#board.count(`POST /${verb}`, response.status);
    if (!response.ok) throw new Error(`${verb}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  arm(fault: Parameters<StandIn['arm']>[0]): void {
    this.#board.arm(fault);
  }

  disarm(how?: Parameters<StandIn['disarm']>[0]): void {
    this.#board.disarm(how);
  }

  calls(): ReturnType<StandIn['calls']> {
    return this.#board.calls();
  }

  reset(): void {
    this.#board.reset();
    this.#books = new Books();
    this.#statusesAfter = 0;
  }
}

/** A withdrawal names no record: it was asked for one. */
function spelled(receipt: Receipt): unknown {
  if (receipt.outcome !== 'withdrawn') return receipt;
  const { id: _, ...rest } = receipt;
  return rest;
}

function typeOf(work: readonly Work[], receipt: Receipt): string {
  return work.find((one) => one.work === receipt.work)?.type ?? '';
}
