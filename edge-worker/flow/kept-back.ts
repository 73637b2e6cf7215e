// What is not made before those it rests on are whole: no project of a sale that lacks something.
import { type Case, isEverKeptBack, keepsBack } from './govern.ts';
import type { CanonicalRecord } from './nouns.ts';
import type { Target } from './plan-book.ts';
import type { PlanView } from './plan-view.ts';

/** The records that keep a create back. `lookAt` tells what govern would be told of one, for each of its targets. */
export function keptBackBy(
  { entity, kind, link }: Target,
  view: PlanView,
  lookAt: (entity: string) => Iterable<Case>,
): readonly string[] {
  if (link?.recordId != null || !isEverKeptBack(kind)) return [];
  return view.around(entity).filter((id) => [...lookAt(id)].some((change) => keepsBack(change, kind)));
}

/** Why it waits, in words that name what it waits for. */
export function reasonOfWait(keepers: readonly string[], recordOf: (id: string) => CanonicalRecord | undefined) {
  const contract = keepers.map((id) => String(recordOf(id)?.['name'] ?? '')).join(', ');
  return { code: 'waits-for-sale', params: { contract }, owner: null, isNews: false };
}
