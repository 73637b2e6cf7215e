// In which order a run plans: what is referred to first, so that a dependent sees the command that makes its reference.
import { kindOf } from './identity.ts';
import { kindsInOrder, nestedKinds } from './mapping.ts';
import type { PlanView } from './plan-view.ts';

const order = new Map(kindsInOrder.map((kind, index) => [kind as string, index]));

export function inOrder(planned: readonly string[], view: PlanView): readonly string[] {
  const placed = planned.map((entity) => [entity, rank(entity), depthOf(entity, view)] as const);
  return placed.sort(([, a, inA], [, b, inB]) => a - b || inA - inB).map(([entity]) => entity);
}

function rank(entity: string): number {
  return order.get(kindOf(entity) ?? '') ?? order.size;
}

function depthOf(entity: string, view: PlanView): number {
  const kind = kindOf(entity) ?? '';
  return nestedKinds.has(kind) ? view.around(entity).filter((id) => kindOf(id) === kind).length : 0;
}
