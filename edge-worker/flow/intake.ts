// Delivery -> Event: proven, split into notices, written down by the lane or its overflow, and only then answered.
import type { Connector, Delivery, Expected, Notice, Received, Refusal, Reply } from '../connectors/connector.ts';
import type { ToldRecord } from '../connectors/mailbox.ts';

/** Where a proven delivery is put: the lane, or its overflow when the lane cannot take it. */
export interface Inbox {
  /** Throws when the lane is overloaded or cannot be reached. */
  lane(entry: InboxEntry): Promise<'recorded' | 'known' | 'ended' | 'full'>;
  overflow(entry: InboxEntry): Promise<void>;
}

export interface InboxEntry {
  readonly connection: string;
  readonly delivery: string;
  readonly notices: readonly Notice[];
  readonly rings: readonly string[];
  /** Records that the system tells in full, to be kept as its own. */
  readonly told?: readonly ToldRecord[];
}

export interface Intake {
  readonly connector: Connector;
  readonly connection: string;
  readonly delivery: Delivery;
  readonly expected: Expected;
  readonly inbox: Inbox;
}

export interface IntakeResult {
  readonly reply: Reply;
  readonly outcome: 'recorded' | 'overflowed' | 'refused' | 'ended' | 'failed';
  readonly refusal: Refusal | null;
}

/**
 * Takes one delivery in. What is not proven stores nothing; what is proven is on disk before the sender hears of it.
 */
export async function intake(arrival: Intake): Promise<IntakeResult> {
  const { receiver } = arrival.connector;
  if (!receiver) return { reply: plainReply(404, 'This system sends no notices.'), outcome: 'refused', refusal: null };
  const received = await prove(arrival);
  if (!received.ok)
    return { reply: receiver.answer('refused', received.refusal), outcome: 'refused', refusal: received.refusal };
  const { deliveryId: delivery, notices, rings = [] } = received;
  const entry: InboxEntry = { connection: arrival.connection, delivery, notices, rings };
  const outcome = await keep(arrival.inbox, entry);
  const said = { recorded: 'recorded', overflowed: 'recorded', ended: 'ended', failed: 'retry-later' } as const;
  return { reply: receiver.answer(said[outcome], null), outcome, refusal: null };
}

/** On disk in the lane or its overflow; where neither can, the sender keeps it and comes again. */
export async function keep(inbox: Inbox, entry: InboxEntry): Promise<'recorded' | 'overflowed' | 'ended' | 'failed'> {
  const taken = await inbox.lane(entry).catch(() => 'full' as const);
  if (taken === 'ended') return 'ended';
  if (taken !== 'full') return 'recorded';
  return inbox.overflow(entry).then(
    () => 'overflowed' as const,
    () => 'failed' as const,
  );
}

async function prove(arrival: Intake): Promise<Received> {
  const { receiver } = arrival.connector;
  if (!receiver) return { ok: false, refusal: 'unproven' };
  if (arrival.delivery.body.byteLength > receiver.bodyBytesMax) return { ok: false, refusal: 'too-large' };
  try {
    return await receiver.receive(arrival.delivery, arrival.expected);
  } catch {
    // A receiver that stumbles over a body has not proven it.
    return { ok: false, refusal: 'malformed' };
  }
}

export function plainReply(status: number, text: string): Reply {
  return { status, contentType: 'text/plain; charset=utf-8', body: text };
}
