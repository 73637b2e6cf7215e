// What a control is: what it looks at, when it holds a change, whose turn it then is, and what that person may do.

import type { Action } from '../../shared/actions.ts';
import type { Canonical, EntityName } from '../../shared/entities/_registry.ts';
import type { Role } from '../../shared/entities/entity.ts';
import type { Money } from '../../shared/money.ts';
import type { Owner } from '../faults.ts';

/**
 * Everything a control may look at. Assembled for a whole run at once; a control never reads storage.
 * A field that could not be read is absent from its record: a control never throws because of it.
 */
export interface RuleView<E extends EntityName = EntityName> {
  readonly kind: E;
  readonly entity: string;
  readonly record: Canonical<E>;
  /** The role the target plays for this change. */
  readonly towards: Role;
  /** Whether the target holds no record of this entity yet. */
  readonly isCreate: boolean;
  /** An entity the record refers to, directly or through another; null when unknown. */
  readonly lookup: <K extends EntityName>(kind: K, id: string | null) => Canonical<K> | null;
  /** What the target held when it was last written or read, field by field; null while it holds nothing. */
  readonly held: () => Readonly<Record<string, unknown>> | null;
  /** Reference fields the target requires for which nothing is linked there and nothing is on its way. */
  readonly unresolved: readonly string[];
  /** Other entities of this kind that agree on a business key and already exist in the target. */
  readonly twins: readonly string[];
  /** Sources this record bills that another record has billed already. */
  readonly billedElsewhere: readonly string[];
  /** What granted changes have already used of a contract, without this record. */
  readonly consumed: (contract: string) => Money | null;
  /** All entities of a short list that the target holds; empty where it tells of none. */
  readonly every: <K extends EntityName>(kind: K) => readonly Canonical<K>[];
}

/** Why a change is held: a catalogue code and its parameters. */
export interface Finding {
  readonly code: string;
  readonly params: Readonly<Record<string, string>>;
  /** What one of the control's own actions changes of the content: it then goes out so. */
  readonly amends?: Readonly<Partial<Record<Action, Readonly<Record<string, unknown>>>>>;
  /**
   * What the target holds of the fields that it is about: rejected, they stay so there for as long as ours are what
   * was rejected, and the rest of the record goes on. Without it a rejection keeps back the content as a whole.
   */
  readonly keeps?: Readonly<Record<string, unknown>>;
  /** Lists it rests on: when one of them changes, it is looked at again. */
  readonly lists?: readonly EntityName[];
}

/** What a held record waits for once its owner has chosen to wait. */
export interface Await {
  readonly code: string;
  readonly dueMinutes: number;
}

export type Surroundings = Readonly<
  Record<string, { readonly kind: EntityName; readonly record: Readonly<Record<string, unknown>> }>
>;

/** A made-up situation with the finding the control must come to. */
export interface RuleExample<E extends EntityName = EntityName> {
  readonly title: string;
  /** For a control of several kinds; the first when absent. */
  readonly kind?: E;
  /** As changes to the kind's example. */
  readonly record: Partial<Canonical<E>>;
  /** Entities that `lookup` finds, by id, as changes to each kind's example. */
  readonly around?: Surroundings;
  readonly towards?: Role;
  readonly isCreate?: boolean;
  readonly held?: Readonly<Record<string, unknown>>;
  readonly unresolved?: readonly string[];
  readonly twins?: readonly string[];
  readonly billedElsewhere?: readonly string[];
  readonly consumed?: Readonly<Record<string, Money>>;
  /** The lists that the target holds, as changes to each kind's example. */
  readonly every?: { readonly [K in EntityName]?: readonly Partial<Canonical<K>>[] };
  /** The code it is held with; null = it passes. */
  readonly holds: string | null;
}

export interface Rule {
  readonly name: string;
  readonly title: string;
  readonly kinds: readonly EntityName[];
  /** Targets it guards. */
  readonly towards: readonly Role[];
  readonly owner: Owner;
  /** When the hold is overdue, in minutes by the clock. */
  readonly dueMinutes: number;
  /** `retry` = look again after mending; `approve` = this once, with a reason; `reject` = never this content. */
  readonly actions: readonly Action[];
  /** Those of its actions that go on holding the record, for another reason. */
  readonly awaits?: Readonly<Partial<Record<Action, Await>>>;
  /** What it would hold is withdrawn where the target holds it already: it does not count there any more. */
  readonly takesBack?: true;
  /**
   * What it looks for is wanted before a record of this kind is made under the one it holds. Such controls hold
   * together, each with a hold of its own, so that all that is missing is named at once.
   */
  readonly keepsBack?: EntityName;
  /** Kinds that are looked at though nothing is to be written: what is wrong there need not change what is written. */
  readonly looksAnyway?: readonly EntityName[];
  readonly check: (view: RuleView) => Finding | null;
  /** What this record takes from a contract's purchase order once granted; for controls that keep count. */
  readonly consumes?: (view: RuleView) => { readonly contract: string; readonly amount: Money } | null;
  /** At least one that holds, one that passes, and one at the edge. */
  readonly examples: readonly RuleExample[];
}

/** For a control of several kinds: asking for the kind says what the record is. */
export type ViewOf<E extends EntityName> = E extends EntityName ? RuleView<E> : never;

/** Checks that a control can be understood: it holds and passes in its own examples. */
export function defineRule<const Kinds extends readonly EntityName[]>(
  rule: Omit<Rule, 'check' | 'consumes' | 'kinds' | 'examples'> & {
    readonly kinds: Kinds;
    readonly check: (view: ViewOf<Kinds[number]>) => Finding | null;
    readonly consumes?: (view: ViewOf<Kinds[number]>) => { readonly contract: string; readonly amount: Money } | null;
    readonly examples: readonly RuleExample<Kinds[number]>[];
  },
): Rule {
  if (rule.examples.length < 3) throw new Error(`${rule.name}: three examples at least`);
  if (!rule.examples.some((example) => example.holds !== null)) throw new Error(`${rule.name}: no example holds`);
  if (!rule.examples.some((example) => example.holds === null)) throw new Error(`${rule.name}: no example passes`);
  return rule as unknown as Rule;
}
