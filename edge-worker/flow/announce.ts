// What a lane transaction told on its timelines -> events for subscribers, written as its last part. Without a
// subscriber nothing is looked at.
import { hashOf } from '../../shared/canonical-json.ts';
import { outboundEvents } from '../../shared/events/_registry.ts';
import type { Moment, OutboundEvent, Told } from '../../shared/events/event.ts';
import { announcements } from '../store/lane-schema.ts';
import type { LaneTransaction, TimelineEntry } from '../store/lane-store.ts';
import { type RowOf, writeRows } from '../store/rows.ts';
import { problemOf } from './guard.ts';
import { type HoldRow, holdAt, raiseHold } from './holds.ts';
import { kindOf } from './identity.ts';
import { Moments } from './moments.ts';
import type { Wiring } from './wiring.ts';

export interface AnnounceContext {
  readonly wiring: Wiring;
  readonly makeId: (prefix: string) => string;
  readonly log: (event: string, fields: Readonly<Record<string, string | number>>) => void;
}

/** So many of the latest are kept of what an event could not be made of. */
const toldMax = 50;

/** `wanted` are the types that somebody asked for; `*` stands for all. `told` is what they are made of. */
export function announce(
  context: AnnounceContext,
  tx: LaneTransaction,
  wanted: ReadonlySet<string>,
  told: LaneTransaction['told'] = tx.told,
): void {
  const events = outboundEvents.filter(({ name }) => wanted.has('*') || wanted.has(name));
  const codes = new Set(events.flatMap((event) => event.codes));
  const subjects = [...told].flatMap(([subject, entries]) =>
    entries.some(([code]) => codes.has(code)) ? [subject] : [],
  );
  if (subjects.length === 0) return;
  const moments = new Moments(context.wiring, tx, told, subjects);
  const made = subjects.flatMap((subject) => {
    const moment = moments.of(subject);
    // What a first load only reads has happened long ago, and elsewhere.
    const due = moments.isFirstDay(moment) ? events.filter(({ about }) => about === null) : events;
    return due.flatMap((event) => announcementsOf(context, tx, event, moment));
  });
  writeRows(tx.sql, announcements, made, 'ignore');
}

/** An event that could not be made is made of what was told then, and from what its subject is now. */
export function announceAnew(context: AnnounceContext, tx: LaneTransaction, hold: HoldRow): void {
  const { entity: subject, recordType: type } = hold;
  const event = outboundEvents.find(({ name }) => name === type);
  if (!event) return;
  const told = new Map([[subject, toldIn(hold).map(({ code, params }): TimelineEntry => [code, params])]]);
  const moment = new Moments(context.wiring, tx, told, [subject]).of(subject);
  writeRows(tx.sql, announcements, announcementsOf(context, tx, event, moment), 'ignore');
}

function toldIn({ params }: HoldRow): Told[] {
  return JSON.parse((JSON.parse(params) as { told?: string }).told ?? '[]') as Told[];
}

/** An event that cannot be made holds nothing else up: it is the operator's work. */
function announcementsOf(
  context: AnnounceContext,
  tx: LaneTransaction,
  event: OutboundEvent,
  moment: Moment,
): RowOf<typeof announcements>[] {
  const { subject, entity, told } = moment;
  const isAbout = event.about === null || (entity !== null && event.about.includes(entity.kind));
  if (!isAbout || !told.some(({ code }) => event.codes.includes(code))) return [];
  const { name: type, version } = event;
  try {
    return event.make(moment).map(({ key, payload }) => ({
      id: `evt_${hashOf([tx.installation, type, key])}`,
      ...{ type, version, subject, madeMs: tx.atMs },
      payload: JSON.stringify(event.payload.parse(payload)),
    }));
  } catch (error) {
    const problem = problemOf(error);
    context.log('event-failed', { type, entity: subject, message: problem });
    const slot = { entity: subject, connection: 'hub', recordType: type, part: 'event' };
    const earlier = holdAt(tx, slot);
    const kept = [...(earlier ? toldIn(earlier) : []), ...told.filter(({ code }) => event.codes.includes(code))];
    raiseHold(tx, context.makeId, {
      ...slot,
      kind: kindOf(subject) ?? 'customer',
      control: 'event-failed',
      owner: 'operator',
      code: 'event-failed',
      params: { type, problem, told: JSON.stringify(kept.slice(-toldMax)) },
      hash: '',
      dueMinutes: 60,
      isGrowing: true,
    });
    return [];
  }
}
