// The operator puts a lane back to an earlier moment. Nothing is begun that could not end well: what it is to take
// back afterwards has to lie in D1, and that it goes is in the audit there before it goes. What comes then is
// `take-back.ts`.
import { instantText } from '../../shared/dates.ts';
import { RecordUnavailable } from '../store/flush.ts';
import { installations } from '../store/record-schema.ts';
import { dayMs } from '../store/retention.ts';
import { ScopedRecord, select, sql } from '../store/scoped-record.ts';
import { tellAudit } from './audit.ts';
import { refuseEnding } from './ending.ts';
import type { Lane } from './lane.ts';
import { refuseBehind } from './ready.ts';
import { StewardError } from './steward.ts';

export interface GoBack {
  readonly atMs: number;
  readonly reason: string;
  readonly by: string;
}

export interface WentBack {
  readonly atMs: number;
  /** The run it had come to: whatever is above it in D1 afterwards is of the time after it. */
  readonly run: number;
}

/** The earlier states of a lane's storage, as its platform keeps them. */
export interface EarlierStates {
  /** Names the state of a moment; null where the platform keeps none. */
  bookmarkAt(atMs: number): Promise<string | null>;
  /** From its next start on the lane is what it was then. The object stops taking anything in, and ends in a moment. */
  goTo(bookmark: string): Promise<void>;
}

/** So long the platform keeps them. */
const keptMs = 30 * dayMs;
const flushedWithinMs = 15_000;

export async function goBack(lane: Lane, { atMs, reason, by }: GoBack, earlier: EarlierStates): Promise<WentBack> {
  const { core } = lane;
  await refuseBehind(lane);
  refuseEnding(core, 'go-back');
  await refuseMoment(lane, atMs);
  const bookmark = await earlier.bookmarkAt(atMs);
  if (bookmark === null) {
    const message = 'The platform that this hub runs on keeps no earlier states of a lane.';
    const next = 'Stop the hub and put a copy of its folder of lanes in place; the lane then takes back what it lost.';
    throw new StewardError('put-back-not-offered', message, next);
  }
  core.store.transaction((tx) =>
    tellAudit(core, tx, by, 'lane-put-back-asked', core.store.installation, { moment: instantText(atMs), reason }),
  );
  if (!(await lane.flushed(flushedWithinMs))) throw withoutRecord();
  const { run } = core.store;
  await earlier.goTo(bookmark);
  return { atMs, run };
}

async function refuseMoment({ core }: Lane, atMs: number): Promise<void> {
  const { store, ports } = core;
  const nowMs = ports.nowMs();
  if (atMs >= nowMs)
    throw new StewardError('invalid-fields', 'The moment is not in the past.', 'Name a moment before.');
  // Of what is older than that D1 does not hold all that the lane would have to take back.
  const sinceMs = nowMs - Math.min(keptMs, ports.retention.historyMs);
  if (atMs < sinceMs) throw tooEarly(`A lane is put back to a moment since ${instantText(sinceMs)}.`);
  const foundedMs = await foundedOf(core.ports.database, store.installation);
  if (foundedMs !== null && atMs <= foundedMs)
    throw tooEarly(`This installation has been founded at ${instantText(foundedMs)}.`);
}

async function foundedOf(database: Lane['core']['ports']['database'], installation: string): Promise<number | null> {
  try {
    const [row] = await new ScopedRecord(database, installation).all(select(installations, sql``));
    return row?.createdMs ?? null;
  } catch (error) {
    if (error instanceof RecordUnavailable) throw withoutRecord();
    throw error;
  }
}

const tooEarly = (message: string) =>
  new StewardError('not-kept-so-long', message, 'Name a later moment: what came before cannot be taken back whole.');

const withoutRecord = () =>
  new StewardError(
    'record-unavailable',
    'A lane takes back from D1 what it loses, and D1 does not answer.',
    'Nothing was put back. Try again once D1 answers.',
  );
