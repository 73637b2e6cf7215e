// The global directory: accounts are claimed by conditional insert, a second claim is refused. Read by intake for the
// shared address, by the sweep for all lanes.
import { and, eq, gt, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { directory, endings, joinCodes, lanes } from './directory-schema.ts';

export interface Place {
  readonly installation: string;
  readonly connection: string;
  readonly shard: string;
  readonly jurisdiction: string;
}

export interface Claim extends Place {
  readonly system: string;
  readonly environment: string;
  readonly account: string;
  readonly claimedMs: number;
}

export type ClaimedAccount = Pick<Claim, 'system' | 'environment' | 'account' | 'installation' | 'connection'>;

/** `made`: it was free · `held`: it was one's own already · `refused`: another installation or connection holds it. */
export type ClaimOutcome = 'made' | 'held' | 'refused';

/** Claims an account. */
export async function claim(database: D1Database, claimed: Claim): Promise<ClaimOutcome> {
  const db = drizzle(database);
  const made = await db.insert(directory).values(claimed).onConflictDoNothing().returning();
  if (made.length > 0) return 'made';
  const place = await placeOf(database, claimed.system, claimed.environment, claimed.account);
  const isOwn = place?.installation === claimed.installation && place.connection === claimed.connection;
  return isOwn ? 'held' : 'refused';
}

/** Gives an account back. Only the claim given is let go of, never one that somebody else made meanwhile. */
export async function release(database: D1Database, claimed: ClaimedAccount): Promise<void> {
  const { system, environment, account, installation, connection } = claimed;
  await drizzle(database)
    .delete(directory)
    .where(
      and(
        eq(directory.system, system),
        eq(directory.environment, environment),
        eq(directory.account, account),
        eq(directory.installation, installation),
        eq(directory.connection, connection),
      ),
    );
}

export async function placeOf(
  database: D1Database,
  system: string,
  environment: string | null,
  account: string,
): Promise<Place | null> {
  const db = drizzle(database);
  const rows = await db
    .select()
    .from(directory)
    .where(
      and(
        eq(directory.system, system),
        eq(directory.account, account),
        environment ? eq(directory.environment, environment) : undefined,
      ),
    )
    .limit(2);
  return rows.length === 1 ? (rows[0] as Place) : null;
}

/**
 * Writes a lane into the list of lanes. Repeating it changes nothing. False for one that was erased: its name is never
 * given again.
 */
export async function enlist(database: D1Database, lane: typeof lanes.$inferInsert): Promise<boolean> {
  const known = await drizzle(database)
    .select()
    .from(endings)
    .where(and(eq(endings.installation, lane.installation), eq(endings.step, 'done')));
  if (known.length > 0) return false;
  await drizzle(database).insert(lanes).values(lane).onConflictDoNothing();
  return true;
}

/** Lanes after a given installation, in order. */
export async function lanesAfter(
  database: D1Database,
  after: string,
  limit: number,
): Promise<readonly (typeof lanes.$inferSelect)[]> {
  return drizzle(database)
    .select()
    .from(lanes)
    .where(gt(lanes.installation, after))
    .orderBy(lanes.installation)
    .limit(limit);
}

export async function laneOf(database: D1Database, installation: string): Promise<typeof lanes.$inferSelect | null> {
  const rows = await drizzle(database).select().from(lanes).where(eq(lanes.installation, installation)).limit(1);
  return rows[0] ?? null;
}

/** Codes that nobody took go with the next one that is made. */
export async function keepJoinCode(database: D1Database, code: typeof joinCodes.$inferInsert, nowMs: number) {
  const db = drizzle(database);
  await db.batch([db.delete(joinCodes).where(lt(joinCodes.endsMs, nowMs)), db.insert(joinCodes).values(code)]);
}

/** The installation a code belongs to; the code is gone afterwards, whoever sends it next. */
export async function takeJoinCode(database: D1Database, hash: string, nowMs: number): Promise<string | null> {
  const taken = await drizzle(database).delete(joinCodes).where(eq(joinCodes.hash, hash)).returning();
  return taken[0] && taken[0].endsMs > nowMs ? taken[0].installation : null;
}
