// A deal that is won no more after its project was provisioned: delivery are asked once, and their answer holds for the
// project and the contract wherever they are. Part of the plan.
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { Role } from '../../shared/entities/entity.ts';
import { unwonControl, withdrawn } from './controls.ts';
import { siblingId } from './identity.ts';
import type { Target } from './plan-book.ts';
import type { PlanView } from './plan-view.ts';
import type { Connection, Wiring } from './wiring.ts';
import type { Taking } from './withdrawals.ts';

/** What a won deal has given rise to; one is never planned without the other. */
const provisioned = ['project', 'contract'] as const satisfies readonly EntityName[];

/** Where delivery look first. */
const askedFirst: readonly Role[] = ['psa', 'erp', 'billing', 'crm'];

/** `ask`: here · `asked`: at another of its records, and nothing is sent meanwhile. */
export type Unwon = 'ask' | 'asked' | 'stop' | 'keep';

/** It stops for good: won again it is no withdrawal any more. */
export const unwonTaking: Taking = {
  ...{ verdict: 'hold', control: unwonControl, owner: 'delivery', dueMinutes: 480, code: unwonControl },
  params: {},
  mayCountAgain: false,
};

/** Those that are planned along with it. */
export function* withSiblings(entities: Iterable<string>): Generator<string> {
  for (const entity of entities) {
    yield entity;
    for (const kind of provisioned) if (isOfDeal(entity)) yield siblingId(entity, kind);
  }
}

function isOfDeal(entity: string): boolean {
  return provisioned.some((kind) => entity === siblingId(entity, kind));
}

/** Null while the deal stands, and for what no deal has given rise to. */
export function unwonOf(view: PlanView, wiring: Wiring, target: Target): Unwon | null {
  const { entity, kind, connection } = target;
  if (!isOfDeal(entity) || view.records.get(siblingId(entity, 'contract'))?.['isSigned'] !== false) return null;
  if (isOwn(wiring, connection, kind)) return null;
  const places = [...wiring.connections.values()]
    .sort((a, b) => rankOf(a) - rankOf(b))
    .flatMap((at) => {
      const kinds = provisioned.filter((one) => !isOwn(wiring, at, one));
      return kinds.map((one) => ({ entity: siblingId(entity, one), connection: at.id }));
    })
    .filter((place) => view.recordIdOf(place.entity, place.connection) !== null);
  for (const place of places) {
    const answer = view.answers.of(place.entity, place.connection, withdrawn).get(unwonControl);
    if (answer === 'stop' || answer === 'keep') return answer;
  }
  const [first] = places;
  return first?.entity === entity && first.connection === connection.id ? 'ask' : 'asked';
}

/** The deal's own system says that it is not won: what it shows of the project is no more than a mirror. */
function isOwn(wiring: Wiring, { id, roles }: Connection, kind: EntityName): boolean {
  return wiring.owns(id, 'contract', 'isSigned') && (kind === 'contract' || !roles.includes('psa'));
}

function rankOf({ roles }: Connection): number {
  return Math.min(...roles.map((role) => askedFirst.indexOf(role)));
}
