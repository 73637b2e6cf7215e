// What people say about subscribers: add, change, rotate the key, pause, resume, remove. Each is one lane transaction
// with an audit row.
import { instantText } from '../../shared/dates.ts';
import { outboundEvents } from '../../shared/events/_registry.ts';
import { holds, subscriptions } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, readRows, writeRows } from '../store/rows.ts';
import { announceAnew } from './announce.ts';
import { tellAudit } from './audit.ts';
import type { LaneCore } from './core.ts';
import { slotOf } from './dispatch.ts';
import { closeHold, type HoldRow } from './holds.ts';
import { rewind, sequencesOf } from './replay.ts';
import { StewardError } from './steward.ts';
import { type Subscription, subscriptionRow, typesOf, waitingCount } from './subscribers.ts';

/** Subscribers of one installation. Each event is kept once, but told to each. */
const subscriptionsMax = 20;
/** An old key stays alive this long beside its successor. */
const overlapMs = 24 * 3_600_000;

/** [sealed key, instant it ends or null], newest first. */
export type Key = readonly [sealed: string, endsMs: number | null];

export interface NewSubscription {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly types: readonly string[];
}

export const keysOf = (row: Pick<Subscription, 'keys'>) => JSON.parse(row.keys) as readonly Key[];

type Alteration = { readonly [Field in 'name' | 'url' | 'types']?: NewSubscription[Field] | undefined };

export type SubscriptionChange =
  | { readonly verb: 'make'; readonly subscription: NewSubscription; readonly key: string }
  | { readonly verb: 'alter'; readonly id: string; readonly to: Alteration }
  | { readonly verb: 'rotate'; readonly id: string; readonly key: string }
  | { readonly verb: 'pause' | 'resume' | 'remove'; readonly id: string }
  | { readonly verb: 'replay'; readonly id: string; readonly what: Replay };

/** Everything since a moment, or some events by their ids. */
export type Replay = { readonly sinceMs: number } | { readonly events: readonly string[] };

/** `sealed` is the key that the request carries, if it carries one. */
export function changeSubscription(
  core: LaneCore,
  request: SubscriptionChange,
  by: string,
  sealed: string,
): Readonly<Record<string, string>> {
  switch (request.verb) {
    case 'make':
      subscribe(core, request.subscription, sealed, by);
      return { subscription: request.subscription.id };
    case 'alter':
      alter(core, request.id, request.to, by);
      return {};
    case 'rotate':
      rotate(core, request.id, sealed, by);
      return {};
    case 'pause':
      pause(core, request.id, by);
      return {};
    case 'resume':
      resume(core, request.id, by);
      return {};
    case 'remove':
      unsubscribe(core, request.id, by);
      return {};
    case 'replay':
      replay(core, request.id, request.what, by);
      return {};
  }
}

/** Starts with what happens from now on. */
function subscribe(core: LaneCore, made: NewSubscription, sealed: string, by: string): void {
  const there = readRows(core.store.sql, subscriptions, '');
  if (there.length >= subscriptionsMax)
    throw new StewardError(
      'too-many-subscriptions',
      `There are ${subscriptionsMax} subscriptions already.`,
      'Remove one that is not used any more.',
    );
  checkTypes(made.types);
  change(core, by, 'subscription-made', made.id, { name: made.name, url: made.url }, (tx) => {
    const newest = tx.sql.exec('SELECT coalesce(max(seq), 0) AS seq FROM announcements').toArray()[0];
    const { id, name, url, types } = made;
    const health = { failures: 0, answeredMs: null, failedMs: null, asideMs: null, problem: null };
    const place = { cursor: Number((newest as { seq: number }).seq), again: null, nextMs: tx.atMs, madeMs: tx.atMs };
    const keys = JSON.stringify([[sealed, null]] satisfies Key[]);
    const row = { id, name, url, types: JSON.stringify(types), state: 'active', keys, ...health, ...place };
    writeRows(tx.sql, subscriptions, [row], 'fail');
  });
}

/** A new address is tried at once. */
function alter(core: LaneCore, id: string, to: Alteration, by: string): void {
  const { name, url, types } = to;
  if (types) checkTypes(types);
  changeOne(core, by, 'subscription-changed', id, Object.keys(to).join(','), (tx, row) => {
    if (url !== undefined && url !== row.url) tryAgain(tx, row, by);
    row.name = name ?? row.name;
    row.url = url ?? row.url;
    if (types) row.types = JSON.stringify(types);
  });
}

/** The new key signs from now on, the old one beside it for a day. Older ones end. */
function rotate(core: LaneCore, id: string, sealed: string, by: string): void {
  changeOne(core, by, 'subscription-key-rotated', id, '', (tx, row) => {
    const [current] = keysOf(row);
    const old = current ? [[current[0], tx.atMs + overlapMs] as const] : [];
    row.keys = JSON.stringify([[sealed, null], ...old] satisfies Key[]);
  });
}

/** Nothing is told to it until it is resumed; what happens meanwhile is kept for it. */
function pause(core: LaneCore, id: string, by: string): void {
  changeOne(core, by, 'subscription-paused', id, '', (tx, row) => {
    row.state = 'paused';
    closeHold(tx, slotOf(id), by, null);
  });
}

function resume(core: LaneCore, id: string, by: string): void {
  changeOne(core, by, 'subscription-resumed', id, '', (tx, row) => {
    row.state = 'active';
    tryAgain(tx, row, by);
  });
}

/** Under the same ids as before. One that does not answer is told when it does. */
function replay(core: LaneCore, id: string, what: Replay, by: string): void {
  const said = 'sinceMs' in what ? instantText(what.sinceMs) : `${what.events.length} events`;
  changeOne(core, by, 'events-replayed', id, said, (tx, row) => {
    if ('sinceMs' in what) rewind(core, row, what.sinceMs);
    else tellAgain(row, sequencesOf(core, what.events), tx.atMs);
  });
}

/** What it has not heard, it will not hear. */
function unsubscribe(core: LaneCore, id: string, by: string): void {
  change(core, by, 'subscription-removed', id, {}, (tx) => {
    for (const hold of readRows(tx.sql, holds, 'WHERE entity = ?', existing(tx, id).id)) closeHold(tx, hold, by, null);
    deleteRows(tx.sql, subscriptions, [[id]]);
  });
}

export const isOfSubscriber = ({ part, control }: Pick<HoldRow, 'part' | 'control'>) =>
  part === 'subscriber' || part === 'event' || control === 'event-refused' || control === 'events-expired';

/** A person's answer to an exception of a subscriber. */
export function answerSubscriber(core: LaneCore, hold: HoldRow, isRetry: boolean, by: string, reason: string): void {
  if (hold.part === 'event') return answerUnmade(core, hold, isRetry, by, reason);
  if (hold.control === 'events-expired')
    return change(core, by, 'events-let-go', hold.entity, {}, (tx) => closeHold(tx, hold, by, reason));
  if (hold.part === 'subscriber') return isRetry ? resume(core, hold.entity, by) : pause(core, hold.entity, by);
  changeOne(core, by, isRetry ? 'event-replayed' : 'event-let-go', hold.entity, hold.part, (tx, row) => {
    const { seq } = JSON.parse(hold.params) as { seq: string };
    if (isRetry) tellAgain(row, [Number(seq)], tx.atMs);
    closeHold(tx, hold, by, reason);
  });
}

function answerUnmade(core: LaneCore, hold: HoldRow, isRetry: boolean, by: string, reason: string): void {
  change(core, by, isRetry ? 'event-made-anew' : 'event-let-go', hold.entity, { type: hold.recordType }, (tx) => {
    closeHold(tx, hold, by, reason);
    if (isRetry) announceAnew(core.announceContext, tx, hold);
  });
}

/** Told once more, before what has not been told yet. */
function tellAgain(row: Subscription, seqs: readonly number[], atMs: number): void {
  const known = JSON.parse(row.again ?? '[]') as number[];
  row.again = JSON.stringify([...known, ...seqs.filter((seq) => !known.includes(seq))]);
  if (row.state === 'active' && row.failures === 0) row.nextMs = atMs;
}

function tryAgain(tx: LaneTransaction, row: Subscription, by: string): void {
  Object.assign(row, { failures: 0, problem: null, nextMs: tx.atMs });
  if (row.state === 'parked') row.state = 'active';
  closeHold(tx, slotOf(row.id), by, null);
}

function checkTypes(types: readonly string[]): void {
  const known = outboundEvents.map((event) => event.name);
  const unknown = types.find((type) => type !== '*' && !known.includes(type));
  if (unknown !== undefined)
    throw new StewardError('unknown-event-type', `There is no event ${unknown}.`, `Choose from: ${known.join(', ')}.`);
}

function changeOne(
  core: LaneCore,
  by: string,
  action: string,
  id: string,
  what: string,
  edit: (tx: LaneTransaction, row: Subscription) => void,
): void {
  change(core, by, action, id, { what }, (tx) => {
    const row = existing(tx, id);
    edit(tx, row);
    writeRows(tx.sql, subscriptions, [row], 'replace');
  });
}

function existing(tx: LaneTransaction, id: string): Subscription {
  const row = subscriptionRow(tx.sql, id);
  if (row) return row;
  throw new StewardError('unknown-subscription', `There is no subscription ${id}.`, 'List the subscriptions.');
}

function change(
  core: LaneCore,
  by: string,
  action: string,
  id: string,
  detail: Readonly<Record<string, string>>,
  work: (tx: LaneTransaction) => void,
): void {
  core.store.transaction((tx) => {
    work(tx);
    tellAudit(core, tx, by, action, id, detail);
  });
  core.audienceChanged();
}

/** As people see it: how it is doing, and nothing that could sign. */
export type ShownSubscription = Omit<Subscription, 'keys' | 'types' | 'again' | 'cursor' | 'asideMs'> & {
  readonly types: readonly string[];
  readonly oldKeyEndsMs: number | null;
  readonly waiting: number;
};

export function subscriptionsOf(core: LaneCore): readonly ShownSubscription[] {
  const { sql } = core.store;
  return readRows(sql, subscriptions, 'ORDER BY made_ms, id').map((row) => {
    const { keys: _keys, types: _types, again: _again, cursor: _cursor, asideMs: _asideMs, ...plain } = row;
    const [oldKeyEndsMs = null] = keysOf(row).flatMap(([, endsMs]) => endsMs ?? []);
    return { ...plain, types: typesOf(row), oldKeyEndsMs, waiting: waitingCount(sql, row.id) };
  });
}
