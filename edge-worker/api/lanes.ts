// How a route reaches an installation's lane: through the directory; asked or changed; its refusals made problems.
import type { Context } from 'hono';
import type { Change } from '../flow/requests.ts';
import type { Env } from '../platform/env.ts';
import { laneStub } from '../platform/lanes.ts';
import { laneOf } from '../store/directory.ts';
import { ProblemError } from './problems.ts';

export type App = { Bindings: Env };
type C = Context<App>;

export async function laneAt(c: C) {
  const installation = c.req.param('installation') ?? '';
  const place = await laneOf(c.env.DIRECTORY, installation);
  if (!place) throw unknownInstallation(installation);
  return laneStub(c.env, installation, place.jurisdiction);
}

export async function send(lane: Awaited<ReturnType<typeof laneAt>>, change: Change) {
  const result = await lane.change(change);
  if (!result.ok) throw new ProblemError(409, result.code, result.message, result.next);
  return result;
}

/** 200 once the change is in the record; 202 with the lane's own view while D1 is away. */
export async function changed(c: C, change: Change): Promise<Response> {
  const result = await send(await laneAt(c), change);
  return c.json({ ...result.value, recorded: result.isRecorded }, result.isRecorded ? 200 : 202);
}

export function unknownInstallation(installation: string): ProblemError {
  const message = `There is no installation ${installation.slice(0, 40)}.`;
  return new ProblemError(404, 'unknown-installation', message, 'Check the address.');
}
