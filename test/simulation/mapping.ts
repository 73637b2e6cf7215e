// Somebody publishes a mapping: the one in force with a change. The world remembers who and when.
import type { MappingContent } from '../../edge-worker/flow/mapping.ts';
import type { Chronicle } from './chronicle.ts';
import type { LaneHost } from './lane-host.ts';
import type { World } from './world.ts';

export type { MappingContent };

export interface Publishing {
  readonly world: World;
  readonly host: LaneHost;
  readonly chronicle: Chronicle;
}

/** False where the object died of it, whatever it had written down by then. */
export async function publish(
  { world, host, chronicle }: Publishing,
  by: string,
  change: (content: MappingContent) => MappingContent,
): Promise<boolean> {
  const content = host.enter((lane) => change(lane.core.wiring.content));
  const result = content && (await host.ask({ verb: 'publish', content, by }));
  if (!result?.ok) return false;
  chronicle.published.push({ version: Number(result.value['version']), by, atMs: world.ms });
  return true;
}
