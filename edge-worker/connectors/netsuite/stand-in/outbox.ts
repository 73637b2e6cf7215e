// Our package inside the account, by PROTOCOL.md: a save writes an outbox row, a flush pushes signed batches of them.
import { createHmac } from 'node:crypto';
import type { StandInOptions, Switchboard } from '../../stand-in.ts';
import type { Books } from './books.ts';
import type { RecordType } from './fields.ts';
import type { Entry } from './shelf.ts';
import { isSet, textOf } from './values.ts';

const batchMax = 100;
/** The package's retention sweep, by count instead of days. */
const sentRowsKept = 10_000;

export interface Subscription {
  readonly url: string;
  readonly key?: string;
  readonly installation?: string;
}

interface OutboxOptions {
  readonly board: Switchboard;
  readonly account: string;
  readonly send: StandInOptions['send'];
  readonly chance: () => number;
}

type Outcome = 'sent' | 'ended' | 'later';

export class Outbox {
  readonly #books: Books;
  readonly #options: OutboxOptions;
  readonly #type: RecordType;
  /** Row ids, oldest first; those before `#head` are done. */
  #queue: number[] = [];
  #head = 0;
  #sent: string[] = [];
  #subscription: Subscription | null = null;
  #secondKey: string | null = null;
  #hasEnded = false;
  #deliveries = 0;
  /** A batch whose sending failed is sent again as it was, under the same delivery id. */
  #failed: { readonly delivery: string; readonly rows: readonly Entry[] } | null = null;
  #running: Promise<number> | null = null;

  constructor(books: Books, options: OutboxOptions) {
    this.#books = books;
    this.#options = options;
    this.#type = books.type('customrecord_tieout_outbox');
  }

  subscribe(to: Subscription): void {
    this.#subscription = to;
    this.#secondKey = null;
    this.#hasEnded = false;
  }

  /** While a key rotates, batches carry a signature of both. */
  rotate(key: string | null): void {
    if (key === null && this.#subscription && this.#secondKey) {
      this.#subscription = { ...this.#subscription, key: this.#secondKey };
    }
    this.#secondKey = key;
  }

  /** The user event script: a row for every save but those in which our own stamp changed. */
  note(type: RecordType, before: Entry | null, after: Entry | null): void {
    if (!type.isWatched) return;
    const key = type.revisionKey;
    if (after && key !== null && (after.values[key] ?? null) !== (before?.values[key] ?? null)) return;
    const serial = this.#books.store.next(this.#type.sequence);
    const nowMs = this.#books.clock();
    const id = String(serial);
    this.#books.store.put(this.#type, {
      type: this.#type.id,
      id,
      serial,
      externalId: null,
      values: {
        custrecord_tieout_ob_rectype: type.id,
        custrecord_tieout_ob_recid: (after ?? before)?.id ?? '',
        custrecord_tieout_ob_event: after ? 'changed' : 'deleted',
        custrecord_tieout_ob_sent: false,
        custrecord_tieout_ob_tries: '0',
      },
      sublists: {},
      createdMs: nowMs,
      stampMs: Math.floor(nowMs / 1000) * 1000,
    });
    this.#queue.push(serial);
  }

  /** Rows above `after` that nobody has confirmed, oldest first. */
  waiting(after: number, limit: number): Entry[] {
    const rows: Entry[] = [];
    for (let at = this.#head; at < this.#queue.length && rows.length < limit; at++) {
      const serial = this.#queue[at]!;
      const row = serial > after ? this.#row(serial) : null;
      if (row) rows.push(row);
    }
    return rows;
  }

  /** Marks what a drain confirms; returns how many rows that were. */
  confirmUpTo(serial: number): number {
    const confirmed: Entry[] = [];
    for (let at = this.#head; at < this.#queue.length && this.#queue[at]! <= serial; at++) {
      const row = this.#row(this.#queue[at]!);
      if (row) confirmed.push(row);
    }
    this.#markSent(confirmed);
    return confirmed.length;
  }

  noticeOf(row: Entry) {
    return {
      id: row.id,
      type: textOf(row.values, 'custrecord_tieout_ob_rectype') ?? '',
      record: textOf(row.values, 'custrecord_tieout_ob_recid') ?? '',
      kind: textOf(row.values, 'custrecord_tieout_ob_event') ?? '',
      at: new Date(row.createdMs).toISOString(),
    };
  }

  /** One flush at a time: a second call waits for the first and then sends what is left. */
  async deliver(): Promise<number> {
    while (this.#running) await this.#running;
    this.#running = this.#flush().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #flush(): Promise<number> {
    const to = this.#subscription;
    while (to && !this.#hasEnded) {
      const { delivery, rows } = this.#failed ?? this.#nextBatch();
      this.#failed = null;
      if (rows.length === 0) return 0;
      const outcome = await this.#sendBatch(to, delivery, rows);
      if (outcome === 'sent') this.#markSent(rows);
      if (outcome === 'ended') this.#hasEnded = true;
      if (outcome === 'later') {
        this.#countTry(rows);
        this.#failed = { delivery, rows };
        break;
      }
    }
    return this.#hasEnded ? 0 : this.waiting(0, Number.POSITIVE_INFINITY).length;
  }

  #nextBatch(): { readonly delivery: string; readonly rows: readonly Entry[] } {
    const rows = this.waiting(0, batchMax);
    return { delivery: `${this.#options.account}-${rows[0]?.id}-${++this.#deliveries}`, rows };
  }

  async #sendBatch(to: Subscription, delivery: string, rows: readonly Entry[]): Promise<Outcome> {
    const { board, chance } = this.#options;
    const route = `POST ${new URL(to.url).pathname}`;
    if (board.take('lose-notices', route)) return 'sent';
    const notices = rows.map((row) => this.noticeOf(row));
    if (board.take('shuffle-notices', route)) shuffle(notices, chance);
    const times = board.take('duplicate-notices', route) ? 2 : 1;
    let outcome: Outcome = 'later';
    const body = this.#envelope(to, delivery, notices);
    for (let time = 0; time < times; time++) outcome = await this.#post(to, body);
    return outcome;
  }

  #envelope(to: Subscription, delivery: string, notices: readonly unknown[]): string {
    return JSON.stringify({
      v: 1,
      installation: to.installation ?? '',
      system: 'netsuite',
      account: this.#options.account,
      environment: 'sandbox',
      sentAt: new Date(this.#books.clock()).toISOString(),
      delivery,
      notices,
    });
  }

  async #post(to: Subscription, body: string): Promise<Outcome> {
    const timestamp = String(Math.floor(this.#books.clock() / 1000));
    const keys = [to.key ?? '', this.#secondKey].filter((key) => key !== null);
    const signatures = keys.map(
      (key) => `v1=${createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex')}`,
    );
    const request = new Request(to.url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Tieout-Timestamp': timestamp,
        'Tieout-Signature': signatures.join(','),
      },
      body,
    });
    const response = await this.#options.send(request).catch(() => null);
    if (response?.body) await response.body.cancel();
    if (response?.status === 410) return 'ended';
    return response && (response.ok || response.status === 409) ? 'sent' : 'later';
  }

  #row(serial: number): Entry | null {
    const row = this.#books.store.get(this.#type.id, String(serial));
    return row && !isSet(row.values, 'custrecord_tieout_ob_sent') ? row : null;
  }

  #markSent(rows: readonly Entry[]): void {
    for (const row of rows) {
      const values = { ...row.values, custrecord_tieout_ob_sent: true };
      this.#books.store.put(this.#type, { ...row, values });
      this.#sent.push(row.id);
    }
    while (this.#head < this.#queue.length && !this.#row(this.#queue[this.#head]!)) this.#head++;
    if (this.#head > sentRowsKept) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    if (this.#sent.length < sentRowsKept * 2) return;
    for (const id of this.#sent.splice(0, this.#sent.length - sentRowsKept)) {
      const row = this.#books.store.get(this.#type.id, id);
      if (row) this.#books.store.remove(this.#type, row, null);
    }
  }

  #countTry(rows: readonly Entry[]): void {
    for (const row of rows) {
      const tries = String(Number(row.values['custrecord_tieout_ob_tries'] ?? 0) + 1);
      this.#books.store.put(this.#type, { ...row, values: { ...row.values, custrecord_tieout_ob_tries: tries } });
    }
  }
}

export const signatureOf = (key: string, timestamp: string, body: string) =>
  createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');

export function shuffle(rows: unknown[], chance: () => number): void {
  for (let last = rows.length - 1; last > 0; last--) {
    const other = Math.floor(chance() * (last + 1));
    [rows[last], rows[other]] = [rows[other], rows[last]];
  }
}
