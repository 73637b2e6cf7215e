// The verbs of `act`: what people do in the vendor's pages beyond saving a record, and how the account is set up.
import { approve, billProject, orderToInvoice, payInvoice, voidInvoice } from './billing.ts';
import type { Books, Channel } from './books.ts';
import { canonical } from './decimals.ts';
import type { FieldKind } from './fields.ts';
import { administrator, type Roles } from './permissions.ts';
import { refusals } from './refusal.ts';
import { scriptActs } from './script-acts.ts';
import type { Scripts } from './scripts.ts';
import type { Server } from './server.ts';
import type { Entry } from './shelf.ts';
import { SuiteQl } from './suiteql.ts';
import { isRecord } from './values.ts';

export interface ActWorld {
  readonly books: Books;
  readonly roles: Roles;
  readonly scripts: Scripts;
  readonly server: Server;
  readonly save: (type: string, id: string | null, typed: Parameters, channel: Channel, event?: string) => string;
}

export type Parameters = Readonly<Record<string, unknown>>;
export type Act = (world: ActWorld, parameters: Parameters) => unknown;

export function textFrom(parameters: Parameters, name: string): string {
  const value = parameters[name];
  if (typeof value !== 'string' && typeof value !== 'number') throw new Error(`The verb needs "${name}".`);
  return String(value);
}

export const optionalText = (parameters: Parameters, name: string) =>
  (parameters[name] ?? null) === null ? null : textFrom(parameters, name);

function figureFrom(parameters: Parameters, name: string): string {
  const figure = canonical(textFrom(parameters, name));
  if (figure === null) throw new Error(`"${name}" must be a decimal.`);
  return figure;
}

const numberFrom = (parameters: Parameters, name: string) => Number(figureFrom(parameters, name));

function recordFrom({ books }: ActWorld, type: string, parameters: Parameters): Entry {
  const entry = books.store.get(books.type(type).id, textFrom(parameters, 'id'));
  if (!entry) throw refusals.unknownRecord();
  return entry;
}

const approval =
  (type: string, action: string): Act =>
  (world, parameters) =>
    approve(recordFrom(world, type, parameters), action, world.books, optionalText(parameters, 'note'));

function setPeriod({ books }: ActWorld, month: string, closed: boolean): void {
  const type = books.type('accountingperiod');
  for (const { id, values } of [...books.store.shelf(type.id).values()]) {
    const isMonth = values['isposting'] === true && String(values['startdate']).startsWith(month);
    if (isMonth) books.save(type, id, { values: { closed } }, 'person');
  }
}

const kinds: readonly FieldKind[] = ['text', 'number', 'amount', 'hours', 'flag', 'date', 'instant'];

function addField({ books }: ActWorld, parameters: Parameters): void {
  const kind = kinds.find((each) => each === (parameters['kind'] ?? 'text'));
  if (!kind) throw new Error(`No field kind '${String(parameters['kind'])}'.`);
  const id = textFrom(parameters, 'id');
  books.schema.addField(textFrom(parameters, 'type'), id, kind, optionalText(parameters, 'label') ?? id);
}

function seedRows(world: ActWorld, parameters: Parameters): string[] {
  const { rows } = parameters;
  if (!Array.isArray(rows)) throw new Error('The verb needs "rows".');
  return rows.filter(isRecord).map((row) => world.save(textFrom(parameters, 'type'), null, row, 'load'));
}

const lockKey = ({ books }: ActWorld, parameters: Parameters) =>
  `${books.type(textFrom(parameters, 'type')).id}/${textFrom(parameters, 'id')}`;

const acts: Readonly<Record<string, Act>> = {
  bill: ({ books }, p) => billProject(books, textFrom(p, 'job'), textFrom(p, 'date'), optionalText(p, 'number')).id,
  'bill-order': (world, p) =>
    orderToInvoice(recordFrom(world, 'salesorder', p), { values: {} }, world.books, 'person').id,
  pay: ({ books }, p) => {
    const amount = (p['amount'] ?? null) === null ? null : figureFrom(p, 'amount');
    return payInvoice(books, textFrom(p, 'invoice'), amount, optionalText(p, 'date')).id;
  },
  void: ({ books }, p) => voidInvoice(books, textFrom(p, 'invoice')),
  'approve-time': approval('timebill', 'approve'),
  'reject-time': approval('timebill', 'reject'),
  'submit-time': approval('timebill', 'submit'),
  'approve-timesheet': approval('timesheet', 'approve'),
  'reject-timesheet': approval('timesheet', 'reject'),
  'post-time': (world, p) => {
    const entry = recordFrom(world, 'timebill', p);
    world.books.save(world.books.type('timebill'), entry.id, { values: { posted: true } }, 'person');
  },
  'close-period': (world, p) => setPeriod(world, textFrom(p, 'period'), true),
  'open-period': (world, p) => setPeriod(world, textFrom(p, 'period'), false),
  'set-permission': ({ roles, server }, p) =>
    roles.named(optionalText(p, 'role') ?? server.mappedRole).set(textFrom(p, 'permission'), textFrom(p, 'level')),
  'set-preference': ({ books }, p) => void books.preferences.set(textFrom(p, 'preference'), p['value'] === true),
  'lock-record': (world, p) => void world.books.locked.add(lockKey(world, p)),
  'unlock-record': (world, p) => void world.books.locked.delete(lockKey(world, p)),
  'add-field': addField,
  seed: seedRows,
  'set-concurrency': ({ server }, p) => server.setConcurrency(numberFrom(p, 'limit')),
  'hold-slots': ({ server }, p) => server.holdSlots(numberFrom(p, 'count')),
  'set-latency': ({ server }, p) => server.setLatency(numberFrom(p, 'ms')),
  'set-async-delay': ({ server }, p) => server.setAsyncDelay(numberFrom(p, 'ms')),
  'set-timezone': ({ scripts }, p) => {
    scripts.platform.sqlOffsetMs = numberFrom(p, 'offsetMinutes') * 60_000;
  },
  'deny-consent': ({ server }, p) => server.setConsentDenied(p['value'] !== false),
  'store-certificate': ({ server }, p) => server.storeCertificate(textFrom(p, 'fileContent')),
  'map-certificate': ({ server }, p) => server.mapRole(textFrom(p, 'role')),
  query: ({ books, roles }, p) => {
    const sql = new SuiteQl(books, roles.named(administrator), '');
    return sql.select(textFrom(p, 'q'), Array.isArray(p['params']) ? p['params'] : [], { limit: 5000, offset: 0 }).rows;
  },
  ...scriptActs,
};

/** A verb that takes its time gives a promise. */
export function act(world: ActWorld, verb: string, parameters: Parameters): unknown {
  const run = acts[verb];
  if (!run) throw new Error(`Unknown verb '${verb}'. Known: ${Object.keys(acts).join(', ')}.`);
  return run(world, parameters);
}
