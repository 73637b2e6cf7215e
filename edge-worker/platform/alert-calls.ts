// Notes for a destination -> calls, put together where keys may be opened: in the lane. What the operator holds at
// whoever carries mail is laid in here.
import type { ShownAlert } from '../../shared/alert.ts';
import { channels } from '../channels/_registry.ts';
import type { AlertNote } from '../channels/channel.ts';
import { destinationIn, type Sealable, settingsOf } from '../flow/alert-settings.ts';
import type { LaneCore } from '../flow/core.ts';
import type { SignedRound } from '../flow/sign.ts';
import { type NoteRound, settleNotes, shownNote, takeNotes } from '../flow/tell-alerts.ts';
import { alertDestinations } from '../store/lane-schema.ts';
import { readRows } from '../store/rows.ts';
import { accountOf } from './channel-accounts.ts';
import type { Env } from './env.ts';

export const channelOf = (name: string) => channels.find((one) => one.name === name) ?? null;

type Open = (sealed: string) => Promise<string>;

/** The next calls of a destination; null when there is nothing to do. */
export async function takeAlerts(core: LaneCore, env: Env, open: Open, id: string): Promise<SignedRound | null> {
  const round = takeNotes(core, id);
  if (!round) return null;
  const compose = await composing(core, env, open, round);
  if (compose) return { token: round.token, ...compose(round.notes.map((note) => [note.seq, shownNote(note)])) };
  // The operator's account is gone since the destination was made: that is a failure like any other.
  const outcomes = round.notes
    .slice(0, 1)
    .map(({ seq }) => ({ seq, status: null, problem: 'not-ready' as const, tookMs: 0, retryAfterMs: null }));
  settleNotes(core, id, round.token, outcomes);
  return null;
}

/** A call that says nothing but that calls arrive; null where there is no such destination, or no way to it. */
export async function testAlert(core: LaneCore, env: Env, open: Open, id: string): Promise<SignedRound | null> {
  const destination = destinationIn(settingsOf(core.store.sql), id);
  const [standing] = readRows(core.store.sql, alertDestinations, 'WHERE id = ?', id);
  const compose = standing && (await composing(core, env, open, { destination, sealed: standing.sealed }));
  if (!compose) return null;
  const atMs = core.ports.nowMs();
  const alert: ShownAlert = {
    ...{ cause: 'test', about: 'exceptions', owner: 'integration', severity: 'warning', title: 'Test of alerts' },
    text: `Alerts for "${destination.name}" arrive here.`,
    ...{ next: 'Nothing needs to be done.', records: 0, since: new Date(atMs).toISOString() },
  };
  return { token: '', ...compose([[0, { id: core.ports.makeId('test'), kind: 'test', atMs, alert }]]) };
}

type Composed = Pick<SignedRound, 'url' | 'calls'>;
type Numbered = readonly [seq: number, note: Omit<AlertNote, 'installation'>];

async function composing(
  core: LaneCore,
  env: Env,
  open: Open,
  { destination, sealed }: Pick<NoteRound, 'destination' | 'sealed'>,
): Promise<((notes: readonly Numbered[]) => Composed) | null> {
  const channel = channelOf(destination.channel);
  const account = channel && accountOf(env, channel);
  if (!channel || account === null) return null;
  const secrets = JSON.parse(await open(sealed)) as Sealable;
  const id = core.store.installation;
  const installation = { id, name: core.store.value('name') ?? id };
  const way = { ...secrets, account: account as never, nowMs: core.ports.nowMs() };
  return (notes) => {
    const made = notes.map(([seq, note]) => ({ seq, ...channel.compose({ ...note, installation }, way) }));
    const calls = made.map(({ seq, headers, body }) => ({ seq, headers, body, isHeard: true }));
    return { url: made[0]?.url ?? '', calls };
  };
}
