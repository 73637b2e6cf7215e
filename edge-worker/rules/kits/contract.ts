// The contract behind a record: which one a project is billed under, and the same for the examples of controls.
import { type Canonical, entities } from '../../../shared/entities/_registry.ts';
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

const { project } = entities.time.example;
const { contract } = entities.project.example;
export const exampleContract = contract ?? '';

/** The project of the time entry that examples are about, and its contract with some fields changed. */
export function underContract(changes: Partial<Canonical<'contract'>>): Surroundings {
  return {
    [project ?? '']: { kind: 'project', record: {} },
    [exampleContract]: { kind: 'contract', record: changes },
  };
}
