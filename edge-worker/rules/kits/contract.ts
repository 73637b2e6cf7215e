// The contract behind a record: which one a project is billed under, and the same for the examples of controls.
import { type Canonical, entities } from '../../../shared/entities/_registry.ts';
import type { Money } from '../../../shared/money.ts';
import type { RuleView, Surroundings } from '../rule.ts';

export interface FoundContract {
  readonly id: string;
  readonly contract: Canonical<'contract'>;
}

/** Null while the project or its contract is not known: what is unknown is another control's matter. */
export function contractOf(view: Pick<RuleView, 'lookup'>, project: string | null): FoundContract | null {
  const id = view.lookup('project', project)?.contract ?? null;
  const contract = view.lookup('contract', id);
  return id === null || contract === null ? null : { id, contract };
}

export interface Agreed {
  readonly rateCard: Canonical<'contract'>['rateCard'];
  readonly purchaseOrderLimit: Money | null;
  readonly total: Money | null;
}

/** What holds now: as amended, or as signed where nothing was computed yet. */
export function agreedIn(contract: Canonical<'contract'>): Agreed {
  return {
    rateCard: contract.currentRateCard ?? contract.rateCard ?? [],
    purchaseOrderLimit: contract.currentPurchaseOrderLimit ?? contract.purchaseOrderLimit ?? null,
    total: contract.currentTotal ?? contract.total ?? null,
  };
}

/** Where the sums of two amounts can be compared at all. */
export function isSameUnit(a: Money, b: Money): boolean {
  return a.currency === b.currency && a.exponent === b.exponent;
}

const { project } = entities.time.example;
const { contract } = entities.project.example;
export const exampleContract = contract ?? '';

/** The project of the time entry that examples are about, and its contract with some fields changed. */
export function underContract(changes: Partial<Canonical<'contract'>>): Surroundings {
  return {
    [project ?? '']: { kind: 'project', record: {} },
    [exampleContract]: { kind: 'contract', record: asComputed(changes) },
  };
}

/** Changes to the example contract, with what the hub makes of them. */
function asComputed(changes: Partial<Canonical<'contract'>>): Partial<Canonical<'contract'>> {
  const { project: _own, ...computed } =
    entities.contract.computes?.({ ...entities.contract.example, ...changes }, () => '') ?? {};
  return { ...computed, ...changes };
}
