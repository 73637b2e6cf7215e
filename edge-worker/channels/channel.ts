// The contract of a channel: how an alert becomes one HTTP call to wherever people want to hear of it. Pure: what is
// called, and when, is not its business.
import type { z } from 'zod';
import type { ShownAlert } from '../../shared/alert.ts';

export interface AlertNote {
  /** The same at every try. */
  readonly id: string;
  readonly kind: 'raised' | 'recovered' | 'test';
  /** When it was raised, or was over. */
  readonly atMs: number;
  readonly installation: { readonly id: string; readonly name: string };
  readonly alert: ShownAlert;
}

export interface ChannelCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Where it goes, and with whose keys. */
export interface Way<Account> {
  readonly place: string;
  /** Made for this destination; empty where the channel signs nothing. */
  readonly key: string;
  readonly account: Account;
  readonly nowMs: number;
}

export interface Channel<Account = never> {
  /** Stored and shown in the API for ever. */
  readonly name: string;
  readonly title: string;
  /** What is asked for: the settings form is drawn from it. */
  readonly place: { readonly title: string; readonly hint: string; readonly schema: z.ZodType<string> };
  /** Whether the place is an address that we call, and that has to be looked at first. */
  readonly isAddress: boolean;
  /** Whether its calls carry a signature under a key that is made for each destination. */
  readonly isSigned: boolean;
  /** What the operator holds at whoever carries it; null where nothing is needed. */
  readonly account: z.ZodType<Account> | null;
  /** The place as people may see it. What could be used to write there is left out. */
  show(place: string): string;
  compose(note: AlertNote, way: Way<Account>): ChannelCall;
}

export function defineChannel<Account>(channel: Channel<Account>): Channel {
  return channel as unknown as Channel;
}
