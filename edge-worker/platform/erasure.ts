// Erases an installation: counted first, then its lane, overflow, rows, archive and claims; looked at once more when
// whatever was under way must have come; and the proof is left. Every step may be cut off and is gone on with.
import {
  beginErasing,
  type Ending,
  endingOf,
  eraseAgain,
  eraseClaims,
  erasedSince,
  finishErasing,
  keepCounts,
  openEndings,
  settleErasing,
} from '../store/endings.ts';
import { countRows, eraseRows, presentAmong } from '../store/erase.ts';
import type { Env } from './env.ts';
import { laneStub, overflowStub } from './lanes.ts';
import { log } from './log.ts';
import { storeFor } from './record-database.ts';

/** A batch that D1 was sent may land half a minute after nobody waits for it any more. */
const lateMs = 120_000;
/** Work in one go; the next sweep takes up what is left. */
const goMs = 20_000;
/** D1 can be put back for thirty days; twice that is looked at. */
const returnsMs = 60 * 86_400_000;
/** R2 lists and deletes so many keys at a time. */
const keysMax = 1_000;

type Bindings = Pick<Env, 'DIRECTORY' | 'RECORD' | 'ARCHIVE' | 'LANE' | 'OVERFLOW' | 'ERASURE_LATE_MS'>;

/**
 * Installations whose end is to be gone on with. One that was erased, and whose rows are there again because D1 was put
 * back to a time before that, is erased once more.
 */
export async function endingsToGoOn(env: Bindings, nowMs: number): Promise<readonly string[]> {
  const open = await openEndings(env.DIRECTORY);
  const erased = await erasedSince(env.DIRECTORY, nowMs - returnsMs);
  const shards = new Map<D1Database, string[]>();
  for (const installation of erased) {
    const database = storeFor(env, installation);
    shards.set(database, [...(shards.get(database) ?? []), installation]);
  }
  const found = await Promise.all([...shards].map(([database, of]) => presentAmong(database, of)));
  const returned = found.flat();
  for (const installation of returned) {
    await eraseAgain(env.DIRECTORY, installation, nowMs);
    log('installation-returned', { installation });
  }
  return [...open, ...returned];
}

/** As far as it can be brought now. Called by every sweep until it is done; true when that was now. */
export async function goOnEnding(env: Bindings, nowMs: () => number, installation: string): Promise<boolean> {
  const ending = await endingOf(env.DIRECTORY, installation);
  if (!ending || ending.step === 'done') return false;
  const { endsMs, jurisdiction } = ending;
  const lane = laneStub(env, installation, jurisdiction);
  // Told again each time: whoever asked may have been cut off before the lane heard of it.
  await lane.end({ endsMs, reason: '', by: 'hub' });
  if (ending.step === 'waiting' && !(await beginErasing(env.DIRECTORY, installation, nowMs()))) return false;
  if (ending.step === 'settling' && nowMs() - ending.stepMs < Number(env.ERASURE_LATE_MS ?? lateMs)) return false;
  if (ending.counts === null) await count(env, installation, jurisdiction);
  const { found, isAll } = await erase(env, nowMs, installation, jurisdiction);
  if (!isAll) return false;
  // Something came late: it is gone now, and more of it is waited for once more.
  if (ending.step !== 'settling' || found > 0) {
    await settleErasing(env.DIRECTORY, installation, nowMs());
    return false;
  }
  const counted = (await endingOf(env.DIRECTORY, installation)) as Ending;
  await finishErasing(env.DIRECTORY, counted, nowMs());
  return true;
}

async function count(env: Bindings, installation: string, jurisdiction: string): Promise<void> {
  const { rows: laneRows, auditHead } = await laneStub(env, installation, jurisdiction).inventory();
  const overflowed = await overflowStub(env, installation, jurisdiction).count();
  const recordRows = await countRows(storeFor(env, installation), installation);
  const archived = await eachKey(env.ARCHIVE, installation, async () => undefined);
  await keepCounts(env.DIRECTORY, installation, { laneRows, overflowed, recordRows, archived }, auditHead);
}

/** The lane first: it is what writes all the rest. */
async function erase(
  env: Bindings,
  nowMs: () => number,
  installation: string,
  jurisdiction: string,
): Promise<{ readonly found: number; readonly isAll: boolean }> {
  const untilMs = nowMs() + goMs;
  const ofLane = await laneStub(env, installation, jurisdiction).erase();
  const ofOverflow = await overflowStub(env, installation, jurisdiction).erase();
  const { erased, isAll } = await eraseRows(storeFor(env, installation), installation, () => nowMs() < untilMs);
  const ofArchive = await eachKey(env.ARCHIVE, installation, (keys) => env.ARCHIVE.delete([...keys]));
  const ofDirectory = await eraseClaims(env.DIRECTORY, installation);
  return { found: ofLane + ofOverflow + erased + ofArchive + ofDirectory, isAll };
}

/** Every key under an installation, a page at a time. Returns how many there are. */
async function eachKey(
  bucket: R2Bucket,
  installation: string,
  work: (keys: readonly string[]) => Promise<void>,
): Promise<number> {
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await bucket.list({ prefix: `${installation}/`, limit: keysMax, ...(cursor && { cursor }) });
    const keys = page.objects.map(({ key }) => key);
    if (keys.length > 0) await work(keys);
    count += keys.length;
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor);
  return count;
}
