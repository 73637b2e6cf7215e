// The outbound message sender: a queue of notifications that is emptied by exact acknowledgements or by time.
import type { Books } from './books.ts';
import { IdMaker, shortId } from './ids.ts';
import type { OutboundMessage } from './package/installed-package.ts';
import type { Value } from './table.ts';
import { formatSoapDateTime } from './times.ts';

const batchMax = 100;
const timeoutMs = 60_000;
const keepMs = 24 * 3_600_000;
const gapMaxMs = 2 * 3_600_000;
/** UNVERIFIED: only the growth and the two-hour cap are documented. */
const firstGapMs = 30_000;

interface Notification {
  readonly id: string;
  /** The record it speaks of. */
  readonly rowId: string;
  readonly madeMs: number;
  dueMs: number;
  tries: number;
}

/** What may go wrong on the way out, asked anew for each message by its "METHOD /path". */
export interface Mishaps {
  readonly isLost: (route: string) => boolean;
  readonly isDuplicated: (route: string) => boolean;
  readonly isShuffled: (route: string) => boolean;
  readonly chance: () => number;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (letter) => escapes[letter] ?? letter);

const ackShape = new RegExp(
  [
    String.raw`^\s*(?:<\?xml[^>]*\?>\s*)?<(\w+):Envelope\s+`,
    String.raw`xmlns:\1="http://schemas\.xmlsoap\.org/soap/envelope/"[^>]*>`,
    String.raw`\s*<\1:Body>\s*<notificationsResponse\s+xmlns="http://soap\.sforce\.com/2005/09/outbound"\s*>`,
    String.raw`\s*<Ack>true</Ack>\s*</notificationsResponse>\s*</\1:Body>\s*</\1:Envelope>\s*$`,
  ].join(''),
);

export class Outbound {
  readonly #books: Books;
  readonly #orgId: string;
  readonly #baseUrl: string;
  readonly #nowMs: () => number;
  readonly #ids: IdMaker;
  readonly #actionId: string;
  readonly #message: OutboundMessage;
  /** By the record each speaks of, in the order they were made. */
  readonly #queue = new Map<string, Notification>();

  constructor(message: OutboundMessage, books: Books, orgId: string, baseUrl: string, nowMs: () => number) {
    this.#message = message;
    this.#books = books;
    this.#orgId = orgId;
    this.#baseUrl = baseUrl;
    this.#nowMs = nowMs;
    this.#ids = new IdMaker(baseUrl);
    this.#actionId = this.#ids.next('04k');
  }

  get name(): string {
    return this.#message.name;
  }

  enqueue(rowId: string): void {
    const nowMs = this.#nowMs();
    const id = this.#ids.next('04l');
    this.#queue.set(rowId, { id, rowId, madeMs: nowMs, dueMs: nowMs, tries: 0 });
    this.#books.undoable(() => this.#queue.delete(rowId));
  }

  /** The delivery status page: what is waiting, how often it was tried, when it is tried again. */
  pending(): readonly Readonly<Notification>[] {
    return [...this.#queue.values()].map((one) => ({ ...one }));
  }

  /** Tries everything that is due once, at the message's own address as far as `hub` stands for its host. */
  async deliver(hub: string | null, send: (request: Request) => Promise<Response>, mishaps: Mishaps): Promise<number> {
    const nowMs = this.#nowMs();
    this.#drop([...this.#queue.values()].filter((one) => nowMs - one.madeMs >= keepMs));
    if (hub === null) return this.#queue.size;
    const url = new URL(new URL(this.#message.endpointUrl).pathname, hub).href;
    const due = [...this.#queue.values()].filter((one) => one.dueMs <= nowMs);
    if (due.length > 1 && mishaps.isShuffled(routeOf(url))) shuffle(due, mishaps.chance);
    for (let at = 0; at < due.length; at += batchMax) await this.#try(url, due.slice(at, at + batchMax), send, mishaps);
    return this.#queue.size;
  }

  async #try(
    url: string,
    batch: readonly Notification[],
    send: (request: Request) => Promise<Response>,
    mishaps: Mishaps,
  ): Promise<void> {
    if (mishaps.isLost(routeOf(url))) {
      this.#drop(batch);
      return;
    }
    const body = this.#envelope(batch);
    const times = mishaps.isDuplicated(routeOf(url)) ? 2 : 1;
    let isTaken = false;
    for (let time = 0; time < times; time++) isTaken = (await this.#post(url, body, send)) || isTaken;
    if (isTaken) this.#drop(batch);
    else for (const one of batch) this.#postpone(one);
  }

  #drop(batch: readonly Notification[]): void {
    for (const one of batch) this.#queue.delete(one.rowId);
  }

  #postpone(one: Notification): void {
    one.dueMs = this.#nowMs() + Math.min(gapMaxMs, firstGapMs * 2 ** one.tries);
    one.tries++;
  }

  /** Only 200 with the exact acknowledgement, within a minute, counts as delivered. */
  async #post(url: string, body: string, send: (request: Request) => Promise<Response>): Promise<boolean> {
    const startedMs = this.#nowMs();
    const headers = { 'content-type': 'text/xml; charset=UTF-8', soapaction: '""', accept: 'text/xml' };
    try {
      const response = await send(new Request(url, { method: 'POST', headers, body }));
      const answer = await response.text();
      return response.status === 200 && this.#nowMs() - startedMs <= timeoutMs && ackShape.test(answer);
    } catch {
      return false;
    }
  }

  #envelope(batch: readonly Notification[]): string {
    const org = shortId(this.#orgId);
    return [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" ',
      'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
      '<soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound">',
      `<OrganizationId>${this.#orgId}</OrganizationId><ActionId>${this.#actionId}</ActionId>`,
      '<SessionId xsi:nil="true"/>',
      `<EnterpriseUrl>${this.#baseUrl}/services/Soap/c/66.0/${org}</EnterpriseUrl>`,
      `<PartnerUrl>${this.#baseUrl}/services/Soap/u/66.0/${org}</PartnerUrl>`,
      ...batch.map((one) => this.#notification(one)),
      '</notifications></soapenv:Body></soapenv:Envelope>',
    ].join('');
  }

  /** Field values are read now, not when the message was asked for; a deleted row has none left. */
  #notification(one: Notification): string {
    const { type, fields } = this.#message;
    const row = this.#books.find(this.#books.schema.typeLeniently(type), one.rowId);
    const isThere = row !== undefined && !row.isDeleted;
    const shown = fields.map((name) => element(name, isThere ? (row.values[name] ?? null) : null)).join('');
    const start = `<sObject xsi:type="sf:${type}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">`;
    const id = isThere ? '' : `<sf:Id>${one.rowId}</sf:Id>`;
    return `<Notification><Id>${one.id}</Id>${start}${id}${shown}</sObject></Notification>`;
  }
}

const routeOf = (url: string): string => `POST ${new URL(url).pathname}`;

/** A field without a value is left out. UNVERIFIED as a rule; seen in captured messages. */
function element(name: string, value: Value): string {
  if (value === null) return '';
  const text = name === 'CreatedDate' ? formatSoapDateTime(String(value)) : escapeXml(String(value));
  return `<sf:${name}>${text}</sf:${name}>`;
}

function shuffle(list: Notification[], chance: () => number): void {
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(chance() * (at + 1));
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
}
