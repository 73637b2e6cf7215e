// One promise = one test in a world of its own. A skip needs a reason that the connector's folder states.
import { expect, it } from 'vitest';
import type { FaultCode } from '../../edge-worker/faults.ts';
import { Fault } from '../../edge-worker/faults.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import { type Suite, World } from './world.ts';

export type Promised = (name: string, keep: (world: World) => Promise<void>) => void;

/** A full page of every kind takes a busy machine a while. */
const promiseMs = 60_000;

export function promisesOf(suite: Suite, kind?: EntityName): Promised {
  return (name, keep) => {
    const keys = kind === undefined ? [name] : [name, `${kind}: ${name}`];
    for (const key of keys) suite.names.add(key);
    const reason = keys.map((key) => suite.notes.skips[key]).find((found) => found !== undefined);
    if (reason === undefined) it(name, async () => keep(new World(suite)), promiseMs);
    else it.skip(`${name} (${reason})`);
  };
}

/** The call fails with one of these faults, and its words give no secret away. */
export async function expectFault(
  verb: string,
  call: Promise<unknown>,
  ...codes: readonly FaultCode[]
): Promise<Fault> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome))
    return expect.fail(`${verb}: expected ${codes.join(' or ')}, but it answered ${JSON.stringify(outcome.value)}`);
  const { error } = outcome;
  if (!(error instanceof Fault)) throw new Error('a session threw something other than a Fault', { cause: error });
  expect(codes, `${verb}: ${error.message}`).toContain(error.code);
  return error;
}

export function expectNoSecret(text: string, world: World): void {
  const secrets = Object.values(world.standIn.connection.secrets).filter((secret) => typeof secret === 'string');
  for (const secret of secrets) expect(text).not.toContain(secret);
}
