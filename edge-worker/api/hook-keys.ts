// The keys that a connection's notices may be signed with: the version in force and the next, so that two are alive
// while one takes the other's place. Which version that is the lane says; it is believed for a minute.
import type { Env } from '../platform/env.ts';
import { laneStub } from '../platform/lanes.ts';
import { type HookAddress, receiverKey } from '../platform/vault.ts';

type Whose = Pick<HookAddress, 'installation' | 'connection' | 'jurisdiction'>;

const believedMs = 60_000;
const believedMax = 10_000;
const believed = new Map<string, { readonly version: number; readonly untilMs: number }>();
const keyOf = ({ installation, connection }: Whose) => `${installation} ${connection}`;

/** Where the lane cannot be asked, a key that was ended a moment ago may still ring: a notice only asks for a read. */
const unknownVersions = [1, 2, 3, 4, 5, 6, 7, 8];

/** The key versions that are alive. Who does more than ring is not let in while nobody can say which they are. */
export async function issuedKeys(env: Env, whose: Whose, nowMs: number): Promise<string[]> {
  const version = await versionOf(env, whose, nowMs);
  return keysOf(env, whose, [version, version + 1]);
}

/** The same for notices, which are taken also while the lane cannot be reached. */
export async function ringingKeys(env: Env, whose: Whose, nowMs: number): Promise<string[]> {
  try {
    return await issuedKeys(env, whose, nowMs);
  } catch {
    const known = believed.get(keyOf(whose));
    return keysOf(env, whose, known ? [known.version, known.version + 1] : unknownVersions);
  }
}

/** After a key was ended through this isolate: here at least it is not believed a moment longer. */
export function forgetKeyVersion(whose: Whose): void {
  believed.delete(keyOf(whose));
}

async function versionOf(env: Env, whose: Whose, nowMs: number): Promise<number> {
  const known = believed.get(keyOf(whose));
  if (known && known.untilMs > nowMs) return known.version;
  const { installation, connection, jurisdiction } = whose;
  const answer = await laneStub(env, installation, jurisdiction).ask({ about: 'hook-key', connection });
  const version = (answer as { readonly version?: number } | null | undefined)?.version ?? 1;
  if (believed.size >= believedMax) believed.clear();
  believed.set(keyOf(whose), { version, untilMs: nowMs + believedMs });
  return version;
}

function keysOf(env: Env, { installation, connection }: Whose, versions: readonly number[]): Promise<string[]> {
  return Promise.all(versions.map((version) => receiverKey(env.HUB_KEY, installation, connection, version)));
}
