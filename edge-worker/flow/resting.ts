// Which kinds may rest on a kind: their records refer to one of it, directly or through others. What is held of all
// other kinds need not be looked through when one of it changes.
import { type EntityName, entityNames } from '../../shared/entities/_registry.ts';
import { referencePaths } from './mapping.ts';

const known = new Map<EntityName, ReadonlySet<EntityName>>();

export function restingOn(kind: EntityName): ReadonlySet<EntityName> {
  const there = known.get(kind);
  if (there) return there;
  const found = new Set<EntityName>();
  // A set that grows is gone through to its new end.
  const reached = new Set<EntityName>([kind]);
  for (const one of reached) {
    for (const other of entityNames) {
      if (!referencePaths(other).some((path) => path.kind === one)) continue;
      found.add(other);
      reached.add(other);
    }
  }
  known.set(kind, found);
  return found;
}
