// Who bills a source, and what that makes of it for everybody else: told as it is, told less, or not told at all. The
// entity says so by role; this finds out who its biller is. Pure, on what the plan has loaded.
import { type Canonical, type EntityName, entities } from '../../shared/entities/_registry.ts';
import type { Billing, Role } from '../../shared/entities/entity.ts';
import { billerUnder } from '../../shared/who-bills.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import type { Draft } from './drafts.ts';
import type { CanonicalRecord } from './nouns.ts';
import type { PlanView } from './plan-view.ts';
import type { Taking } from './withdrawals.ts';

interface Source {
  readonly entity: string;
  readonly kind: EntityName;
  readonly record: CanonicalRecord;
}
type View = Pick<PlanView, 'records' | 'billedBy'>;

/** What a system that only bills holds of something that somebody else bills by now. */
export const othersTaking: Taking = {
  ...{ verdict: 'hold', control: 'billed-by-another', owner: 'finance', dueMinutes: 480, code: 'billed-by-another' },
  params: {},
  mayCountAgain: false,
};

function billingOf(kind: EntityName): Billing<CanonicalRecord> | undefined {
  return (entities[kind] as unknown as { billing?: Billing<CanonicalRecord> }).billing;
}

/** The role that bills a source: what is billed stays with whoever has billed it, the rest is its contract's to say. */
function billerOf(view: View, { entity, record }: Source, day: string | null): Role {
  const issuer = view.records.get(view.billedBy(entity) ?? '')?.['issuedBy'] as Role | undefined;
  if (issuer !== undefined) return issuer;
  if (record['isInvoiced'] === true) return 'erp';
  const project = view.records.get(String(record['project'])) as Canonical<'project'> | undefined;
  const contract = view.records.get(project?.contract ?? '') as Canonical<'contract'> | undefined;
  return billerUnder(contract ?? null, day);
}

/** The record as a system in these roles is told it; null where it has no place there. */
export function toldOf(view: View, source: Source, roles: readonly Role[]): CanonicalRecord | null {
  const { kind, record } = source;
  const billing = billingOf(kind);
  const concerned = billing ? roles.filter((role) => billing.unlessBilledBy[role] !== undefined) : [];
  if (!billing || concerned.length === 0 || roles.includes(billerOf(view, source, billing.dayOf(record))))
    return record;
  const told = concerned.map((role) => billing.unlessBilledBy[role]);
  // A ledger that could also be the billing platform still keeps what a ledger keeps.
  if (concerned.length === roles.length && told.every((one) => one === 'nothing')) return null;
  return Object.assign({ ...record }, ...told.filter((one) => one !== 'nothing'));
}

const billedKinds = JSON.stringify((Object.keys(entities) as EntityName[]).filter((kind) => billingOf(kind)));

/** What is delivered under contracts that have another biller now: it is planned anew wherever it is. */
export function underOtherBiller(tx: LaneTransaction, changed: readonly Draft[]): readonly string[] {
  const isMoved = (draft: Draft) =>
    draft.changed.has('billers') && (draft.before?.['billers'] as unknown[] | undefined)?.length;
  const projects = changed.flatMap((draft) => (isMoved(draft) ? [draft.record['project']] : []));
  if (projects.length === 0) return [];
  const found = tx.sql.exec(
    `SELECT id FROM entities WHERE kind IN (SELECT value FROM json_each(?))
     AND canonical ->> 'project' IN (SELECT value FROM json_each(?))`,
    billedKinds,
    JSON.stringify(projects),
  );
  return (found.toArray() as { id: string }[]).map(({ id }) => id);
}
