// Nothing that people ask for is built on a lane that was put back and has not taken back yet what it was.
import type { Lane } from './lane.ts';
import { StewardError } from './steward.ts';

export async function refuseBehind(lane: Lane): Promise<void> {
  if (await lane.ready()) return;
  const message = 'This installation was put back to an earlier time and is being brought up to date.';
  throw new StewardError('lane-behind', message, 'Try again in a minute.');
}
