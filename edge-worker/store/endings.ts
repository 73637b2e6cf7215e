// Installations that are ending, in the directory: the mark by which an erasure goes on after every interruption, and
// the proof that is left of it.
import { and, eq, gte, isNull, lte, ne } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { canonicalJson, hashOf } from '../../shared/canonical-json.ts';
import { directory, endings, joinCodes, lanes } from './directory-schema.ts';

export type Ending = typeof endings.$inferSelect;
export type EndingAsked = Pick<
  Ending,
  'installation' | 'shard' | 'jurisdiction' | 'askedMs' | 'askedBy' | 'askedByHash' | 'endsMs'
>;

/** Asking twice leaves the first. Returns what holds. */
export async function askEnding(database: D1Database, asked: EndingAsked): Promise<Ending> {
  const nothing = { counts: null, auditHead: null, erasedMs: null, hash: null };
  const row: Ending = { ...asked, ...nothing, step: 'waiting', stepMs: asked.askedMs };
  await drizzle(database).insert(endings).values(row).onConflictDoNothing();
  return (await endingOf(database, asked.installation)) ?? row;
}

/** The day of its erasure is another one, as long as that has not begun. */
export async function moveEnding(database: D1Database, installation: string, endsMs: number): Promise<void> {
  await drizzle(database).update(endings).set({ endsMs }).where(isAt(installation, 'waiting'));
}

export async function endingOf(database: D1Database, installation: string): Promise<Ending | null> {
  const rows = await drizzle(database).select().from(endings).where(eq(endings.installation, installation));
  return rows[0] ?? null;
}

/** False once it is being erased. Taking back what nobody asked for is no failure. */
export async function takeBackEnding(database: D1Database, installation: string): Promise<boolean> {
  await drizzle(database).delete(endings).where(isAt(installation, 'waiting'));
  return (await endingOf(database, installation)) === null;
}

/** Those that are not done, for the sweep. */
export async function openEndings(database: D1Database): Promise<readonly string[]> {
  const rows = await drizzle(database)
    .select({ installation: endings.installation })
    .from(endings)
    .where(ne(endings.step, 'done'));
  return rows.map(({ installation }) => installation);
}

/** Those that were erased since a moment. */
export async function erasedSince(database: D1Database, sinceMs: number): Promise<readonly string[]> {
  const rows = await drizzle(database)
    .select({ installation: endings.installation })
    .from(endings)
    .where(and(eq(endings.step, 'done'), gte(endings.erasedMs, sinceMs)));
  return rows.map(({ installation }) => installation);
}

/** Something of it is there again: it is erased once more. What was counted the first time stays. */
export async function eraseAgain(database: D1Database, installation: string, nowMs: number): Promise<void> {
  await drizzle(database).update(endings).set({ step: 'erasing', stepMs: nowMs }).where(isAt(installation, 'done'));
}

/** The newest first: what is ending, and the proofs of what has ended. */
export async function listEndings(database: D1Database): Promise<readonly Ending[]> {
  const rows = await drizzle(database).select().from(endings);
  return rows.sort((a, b) => b.askedMs - a.askedMs);
}

/** From here on nothing takes it back. False where it was taken back, or is not due. */
export async function beginErasing(database: D1Database, installation: string, nowMs: number): Promise<boolean> {
  const begun = await drizzle(database)
    .update(endings)
    .set({ step: 'erasing', stepMs: nowMs })
    .where(and(isAt(installation, 'waiting'), lte(endings.endsMs, nowMs)))
    .returning();
  return begun.length > 0;
}

/** Kept once, before the first row is erased: a repeat after an interruption finds less. */
export async function keepCounts(
  database: D1Database,
  installation: string,
  counts: Readonly<Record<string, number>>,
  auditHead: unknown,
): Promise<void> {
  await drizzle(database)
    .update(endings)
    .set({ counts: canonicalJson(counts), auditHead: canonicalJson(auditHead) })
    .where(and(eq(endings.installation, installation), isNull(endings.counts)));
}

/** What lay everywhere is gone; what was under way then may still come until some time after this. */
export async function settleErasing(database: D1Database, installation: string, nowMs: number): Promise<void> {
  const isUndone = and(eq(endings.installation, installation), ne(endings.step, 'done'));
  await drizzle(database).update(endings).set({ step: 'settling', stepMs: nowMs }).where(isUndone);
}

/** Accounts and codes. Returns how many there were. */
export async function eraseClaims(database: D1Database, installation: string): Promise<number> {
  const db = drizzle(database);
  const [claims, codes] = await db.batch([
    db.delete(directory).where(eq(directory.installation, installation)).returning(),
    db.delete(joinCodes).where(eq(joinCodes.installation, installation)).returning(),
  ]);
  return claims.length + codes.length;
}

/** The lane leaves the list, and the row becomes the proof: both or neither. */
export async function finishErasing(database: D1Database, ending: Ending, nowMs: number): Promise<void> {
  const db = drizzle(database);
  const proven = { ...ending, step: 'done', stepMs: nowMs, erasedMs: nowMs, hash: null };
  await db.batch([
    db.delete(lanes).where(eq(lanes.installation, ending.installation)),
    db
      .update(endings)
      .set({ ...proven, hash: hashOf(proven) })
      .where(eq(endings.installation, ending.installation)),
  ]);
}

/** Whether a proof is as it was written. */
export function isWhole(ending: Ending): boolean {
  return ending.hash === hashOf({ ...ending, hash: null });
}

function isAt(installation: string, step: string) {
  return and(eq(endings.installation, installation), eq(endings.step, step));
}
