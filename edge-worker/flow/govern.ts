// Change -> Verdict: the controls, approvals and waits that decide whether one entity may be written to one target.
// Pure.
import type { Action } from '../../shared/actions.ts';
import type { Canonical, EntityName } from '../../shared/entities/_registry.ts';
import type { Role } from '../../shared/entities/entity.ts';
import type { Money } from '../../shared/money.ts';
import type { Owner } from '../faults.ts';
import { rules } from '../rules/_registry.ts';
import type { Finding, Rule, RuleView } from '../rules/rule.ts';
import type { CanonicalRecord, Consumption, Holding, Verdict } from './nouns.ts';
import type { Taking } from './withdrawals.ts';

/** Control -> what a person said: approved, rejected, or one of the control's own words. */
export type Answers = ReadonlyMap<string, string>;

/**
 * What govern needs to know of one entity and one target. Everything is loaded beforehand, for the whole run at once.
 */
export interface Case {
  readonly entity: string;
  readonly kind: EntityName;
  readonly connection: string;
  readonly record: CanonicalRecord;
  readonly targetRoles: readonly Role[];
  readonly isCreate: boolean;
  readonly held: () => CanonicalRecord | null;
  /** Required references that nothing will ever provide, and those an open command will. */
  readonly unresolved: readonly string[];
  readonly awaited: readonly string[];
  readonly twins: readonly string[];
  /** Sources this record bills that another record has billed. */
  readonly billedElsewhere: readonly string[];
  /** The answers a person gave for exactly this content, by control. */
  readonly answers: Answers;
  readonly lookup: (id: string | null) => CanonicalRecord | null;
  readonly consumed: (contract: string) => Money | null;
  readonly every: (kind: EntityName) => readonly CanonicalRecord[];
}

/** Controls that look for what is wanted before anything is made under a record, and all the others. */
const keepers = rules.filter((rule) => rule.keepsBack);
const others = rules.filter((rule) => !rule.keepsBack);

/**
 * What is missing in a sale is named all at once; of everything else the first control that holds decides. A person's
 * answer for this content stands over it. Waits come last: a held change need not wait.
 */
export function govern(change: Case): Verdict | { readonly verdict: 'reject'; readonly control: string } {
  const [missing, ...beside] = missingIn(change);
  if (missing && change.answers.get(missing.control) === 'rejected')
    return { verdict: 'reject', control: missing.control };
  if (missing) return { verdict: 'hold', ...missing, beside };
  let consumes: Consumption | null = null;
  for (const role of change.targetRoles) {
    const view = viewOf(change, role);
    for (const rule of others) {
      if (!guards(rule, change.kind, role)) continue;
      consumes = consumedBy(rule, view) ?? consumes;
      const finding = rule.check(view);
      if (!finding) continue;
      const answer = change.answers.get(rule.name);
      if (answer === 'approved') continue;
      if (answer === 'rejected') return { verdict: 'reject', control: rule.name };
      const { name: control, owner, dueMinutes } = rule;
      const awaited = rule.awaits?.[answer as Action];
      return { verdict: 'hold', control, owner, dueMinutes, ...finding, ...awaited };
    }
  }
  return change.awaited.length > 0 ? { verdict: 'wait', until: change.awaited } : { verdict: 'grant', consumes };
}

/** What the content takes from a purchase order, whatever else is said of it. */
export function consumptionOf(change: Case): Consumption | null {
  let consumes: Consumption | null = null;
  for (const role of change.targetRoles) {
    const view = viewOf(change, role);
    for (const rule of others) if (guards(rule, change.kind, role)) consumes = consumedBy(rule, view) ?? consumes;
  }
  return consumes;
}

function consumedBy(rule: Rule, view: RuleView): Consumption | null {
  const used = rule.consumes?.(view);
  if (!used) return null;
  return { contract: used.contract, amountMinor: used.amount.amountMinor, currency: used.amount.currency };
}

/** What has to be entered, or let pass by a person, before anything is made under this record. */
function missingIn(change: Case): readonly Holding[] {
  return keepers.flatMap((rule) => {
    if (!rule.kinds.includes(change.kind) || change.answers.get(rule.name) === 'approved') return [];
    const role = change.targetRoles.find((one) => rule.towards.includes(one));
    const finding = role && rule.check(viewOf(change, role));
    if (!finding) return [];
    const { name: control, owner, dueMinutes } = rule;
    return [{ control, owner, dueMinutes, code: finding.code, params: finding.params }];
  });
}

const watchful = rules.filter((rule) => rule.looksAnyway);

/** Whether a control has something against what the target holds already, and nobody has answered that. */
export function isWrongAsItStands(kind: EntityName, look: () => Case): boolean {
  const own = watchful.filter((rule) => rule.looksAnyway?.includes(kind));
  if (own.length === 0) return false;
  const change = look();
  return own.some(
    (rule) =>
      !change.answers.has(rule.name) &&
      change.targetRoles.some((role) => guards(rule, kind, role) && rule.check(viewOf(change, role)) !== null),
  );
}

/** Whether a record of some kind must not be made under this one yet. */
export function keepsBack(change: Case, kind: EntityName): boolean {
  const controls = new Set(keepers.flatMap((rule) => (rule.keepsBack === kind ? [rule.name] : [])));
  return missingIn(change).some(({ control }) => controls.has(control));
}

export function isEverKeptBack(kind: EntityName): boolean {
  return keepers.some((rule) => rule.keepsBack === kind);
}

/** Where a hold lies in its slot: what is missing in a sale has a place of its own for each control. */
export function placeOfHold(control: string): string {
  return keepers.some((rule) => rule.name === control) ? `missing ${control}` : '';
}

/** Every place where a control may hold a record of this kind. */
export function placesOfHolds(kind: EntityName): readonly string[] {
  return placesByKind.get(kind) ?? onePlace;
}
const onePlace = [''];
const placesByKind = new Map(
  [...new Set(keepers.flatMap((rule) => rule.kinds))].map((kind) => [
    kind,
    ['', ...keepers.flatMap((rule) => (rule.kinds.includes(kind) ? [placeOfHold(rule.name)] : []))],
  ]),
);

/** Whether a control may take back what a target holds of this kind. */
export function mayBeTakenBack(kind: EntityName): boolean {
  return rules.some((rule) => rule.takesBack && rule.kinds.includes(kind));
}

/** Why what the target holds does not count there any more; null as long as it does. */
export function takenBack(change: Case): Taking | null {
  for (const role of change.targetRoles) {
    for (const rule of rules) {
      const finding = rule.takesBack && guards(rule, change.kind, role) ? rule.check(viewOf(change, role)) : null;
      if (!finding) continue;
      const { name: control, owner, dueMinutes } = rule;
      return { verdict: 'hold', control, owner, dueMinutes, ...finding, mayCountAgain: true };
    }
  }
  return null;
}

/** All that would hold it, whichever decides; for people who ask beforehand. */
export function everyFinding(change: Case): readonly (Finding & { readonly owner: Owner })[] {
  return change.targetRoles.flatMap((role) => {
    const view = viewOf(change, role);
    return rules.flatMap((rule) => {
      if (!guards(rule, change.kind, role) || change.answers.has(rule.name)) return [];
      const finding = rule.check(view);
      return finding ? [{ ...finding, owner: rule.owner }] : [];
    });
  });
}

function guards(rule: Rule, kind: EntityName, role: Role): boolean {
  return rule.kinds.includes(kind) && rule.towards.includes(role);
}

function viewOf(change: Case, towards: Role): RuleView {
  return {
    kind: change.kind,
    entity: change.entity,
    record: change.record as Canonical<EntityName>,
    towards,
    isCreate: change.isCreate,
    held: change.held,
    lookup: <K extends EntityName>(_kind: K, id: string | null) => change.lookup(id) as Canonical<K> | null,
    unresolved: change.unresolved,
    twins: change.twins,
    billedElsewhere: change.billedElsewhere,
    consumed: change.consumed,
    every: <K extends EntityName>(kind: K) => change.every(kind) as readonly Canonical<K>[],
  };
}
