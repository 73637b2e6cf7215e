// The verbs that write: records by external id or id, each answered by itself, and the status rows of record pages.
import * as record from 'N/record';
import { type Json, listIn, optionalTextIn, Refusal, recordsMax, statusesMax, textIn } from './asked.ts';
import { type Budget, recordCosts, statusUnits } from './budget.ts';
import { type AskedLine, fillLists, mergeLists, placesOf } from './line-lists.ts';
import { idsBy } from './lookup.ts';
import { fillRecord, type ShownRecord, shownRecord } from './record-form.ts';
import { type KnownType, knownType } from './record-types.ts';
import { noSuchRecord, type Refused, refusalFrom, refused, refusedSave, typeNamed } from './refusals.ts';
import { knownRows, type StatusRow, saveStatus, statusField, statusKey, statusRow } from './status-rows.ts';

type Applied = {
  readonly outcome: 'applied';
  readonly id: string;
  readonly created: boolean;
  readonly record: ShownRecord;
  readonly lines?: ReturnType<typeof placesOf>;
};
type Outcome = Applied | Refused | { readonly outcome: 'not-attempted' };

interface Plan {
  readonly each: Json;
  readonly type: KnownType | null;
  readonly typeName: string;
  readonly statuses: readonly Json[];
  readonly units: number;
}

function planOf(each: Json): Plan {
  const typeName = textIn(each, 'type');
  const type = knownType(typeName);
  const statuses = each['statuses'] === undefined ? [] : listIn(each, 'statuses', statusesMax);
  const { open, save } = recordCosts[type?.cost ?? 'other'];
  return { each, type, typeName, statuses, units: open + save + open + statuses.length * statusUnits };
}

/** One question finds records by external id, another the status rows; then each is opened, saved and read again. */
export function apply(request: Json, budget: Budget): readonly Outcome[] {
  const plans = listIn(request, 'records', recordsMax).map(planOf);
  const targets = targetsOf(plans);
  const rows = knownRows(plans.flatMap((plan, index) => keysOf(plan, targets[index] ?? null)));
  let isShort = false;
  return plans.map((plan, index) => {
    isShort ||= !budget.affords(plan.units);
    if (isShort) return { outcome: 'not-attempted' };
    try {
      const statuses = plan.statuses.map(statusRow);
      const applied = applyOne(plan, targets[index] ?? null);
      for (const row of statuses) saveStatus(applied.record.type, applied.id, row, rows);
      return applied;
    } catch (problem) {
      return refused(problem);
    }
  });
}

/** The id of the record each plan is for, null where it is to be made; a refusal where that could not be found out. */
function targetsOf(plans: readonly Plan[]): readonly (string | null | Refusal)[] {
  const sought = new Map<KnownType, string[]>();
  for (const { each, type } of plans) {
    const externalId = optionalTextIn(each, 'externalid');
    if (type === null || externalId === null || optionalTextIn(each, 'id') !== null) continue;
    sought.set(type, [...(sought.get(type) ?? []), externalId]);
  }
  const found = new Map([...sought].map(([type, externalIds]) => [type, idsOrRefusal(type, externalIds)]));
  return plans.map(({ each, type }) => {
    const id = optionalTextIn(each, 'id');
    const ids = type === null || id !== null ? undefined : found.get(type);
    return ids instanceof Refusal ? ids : (id ?? ids?.get(String(each['externalid']))?.[0] ?? null);
  });
}

/** A type that the role may not see refuses its own records, not those of other types in the same call. */
function idsOrRefusal(type: KnownType, externalIds: readonly string[]): ReadonlyMap<string, string[]> | Refusal {
  try {
    return idsBy(type, 'externalid', externalIds);
  } catch (problem) {
    return refusalFrom(problem);
  }
}

function keysOf({ type, statuses }: Plan, id: string | null | Refusal): string[] {
  if (id === null || id instanceof Refusal || type === null) return [];
  return statuses.map((status) => statusKey(type.id, id, String(status['system'] ?? '')));
}

function applyOne(plan: Plan, id: string | null | Refusal): Applied {
  if (id instanceof Refusal) throw id;
  const hasLines = plan.each['lines'] !== undefined;
  try {
    return saveOne(plan, id);
  } catch (problem) {
    // Another run may have made the record that these lines belong to since it was looked for.
    const made = hasLines && id === null ? targetsOf([plan])[0] : null;
    if (typeof made !== 'string') throw problem;
    return saveOne(plan, made);
  }
}

function saveOne({ each, typeName }: Plan, id: string | null): Applied {
  const type = typeNamed(typeName);
  const into = id === null ? record.create({ type: type.id }) : load(type, id);
  const { saved, asked } = savedId(type, into, each, id === null);
  const shown = shownRecord(type, load(type, saved));
  const applied: Applied = { outcome: 'applied', id: saved, created: id === null, record: shown };
  return asked === null ? applied : { ...applied, lines: placesOf(shown.sublists, asked) };
}

function savedId(type: KnownType, into: record.Record, each: Json, isNew: boolean) {
  try {
    const asked = fill(type, into, each, isNew);
    return { saved: String(into.save()), asked };
  } catch (problem) {
    throw refusedSave(problem, into);
  }
}

/** Returns the lines that the request names one by one, null where it names none. */
function fill(type: KnownType, into: record.Record, each: Json, isNew: boolean): readonly AskedLine[] | null {
  const { lines } = each;
  // Lines of a record that is there leave all else of it alone.
  if (lines === undefined || isNew) fillRecord(type, into, each['values'] ?? {});
  fillLists(type, into, each['sublists'] ?? {});
  const asked = lines === undefined ? null : mergeLists(type, into, lines);
  const stamp = optionalTextIn(each, 'stamp');
  if (type.stampField !== null && stamp !== null) into.setValue({ fieldId: type.stampField, value: stamp });
  const externalId = optionalTextIn(each, 'externalid');
  // A record found by id keeps the external id it has: somebody else may rely on it.
  const hasOne = String(into.getValue({ fieldId: 'externalid' }) ?? '') !== '';
  if (externalId !== null && !hasOne) into.setValue({ fieldId: 'externalid', value: externalId });
  return asked;
}

function load(type: KnownType, id: string): record.Record {
  if (!/^-?\d{1,15}$/.test(id)) throw noSuchRecord();
  return record.load({ type: type.id, id });
}

interface StatusPlan {
  readonly type: KnownType;
  readonly id: string;
  readonly row: StatusRow;
}

export function writeStatuses(request: Json, budget: Budget): readonly ({ readonly outcome: 'applied' } | Refused)[] {
  const plans = listIn(request, 'statuses', statusesMax).map((each): StatusPlan | Refused => {
    try {
      return { type: typeNamed(textIn(each, 'type')), id: textIn(each, 'id'), row: statusRow(each) };
    } catch (problem) {
      return refused(problem);
    }
  });
  const keys = plans.flatMap((plan) =>
    'outcome' in plan ? [] : [statusKey(plan.type.id, plan.id, plan.row[statusField('system')] ?? '')],
  );
  const known = knownRows(keys);
  return plans.map((plan) => {
    if ('outcome' in plan) return plan;
    try {
      if (!budget.affords(statusUnits)) throw new Refusal('UNEXPECTED_ERROR', 'The run has no units left.');
      saveStatus(plan.type.id, plan.id, plan.row, known);
      return { outcome: 'applied' };
    } catch (problem) {
      return refused(problem);
    }
  });
}
