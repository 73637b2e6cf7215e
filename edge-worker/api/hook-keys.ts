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

/** While nobody can say, a key that was ended a moment ago may still ring: a notice only asks for a read. */
const unknownMax = 8;
const versionsFrom = (first: number, count: number) => Array.from({ length: count }, (_, at) => first + at);

/** The keys that are alive. Throws where the lane cannot be asked and has never been: then nobody is let in. */
export async function issuedKeys(env: Env, whose: Whose, nowMs: number): Promise<string[]> {
  const { version } = await versionOf(env, whose, nowMs);
  return keysOf(env, whose, versionsFrom(version, 2));
}

/** The same for notices, which are taken also while the lane cannot be reached. */
export async function ringingKeys(env: Env, whose: Whose, nowMs: number): Promise<string[]> {
  const known = await versionOf(env, whose, nowMs).catch(() => null);
  if (!known) return keysOf(env, whose, versionsFrom(1, unknownMax));
  // Of a lane that may have been put back it is only known that no earlier one is in force.
  return keysOf(env, whose, versionsFrom(known.version, known.isSure ? 2 : unknownMax));
}

/** After a key was ended through this isolate: here at least it is not believed a moment longer. */
export function forgetKeyVersion(whose: Whose): void {
  believed.delete(keyOf(whose));
}

interface Version {
  readonly version: number;
  readonly isSure: boolean;
}

async function versionOf(env: Env, whose: Whose, nowMs: number): Promise<Version> {
  const known = believed.get(keyOf(whose));
  if (known && known.untilMs > nowMs) return { version: known.version, isSure: true };
  const { installation, connection, jurisdiction } = whose;
  let version: number;
  try {
    const answer = await laneStub(env, installation, jurisdiction).ask({ about: 'hook-key', connection });
    const said = answer as Version | null | undefined;
    version = said?.version ?? 1;
    // It may be that of a lane that was put back, which says in a moment what is in force.
    if (said && !said.isSure) return { version, isSure: false };
  } catch (error) {
    if (!known) throw error;
    return { version: known.version, isSure: true };
  }
  if (believed.size >= believedMax) believed.clear();
  believed.set(keyOf(whose), { version, untilMs: nowMs + believedMs });
  return { version, isSure: true };
}

function keysOf(env: Env, { installation, connection }: Whose, versions: readonly number[]): Promise<string[]> {
  return Promise.all(versions.map((version) => receiverKey(env.HUB_KEY, installation, connection, version)));
}
