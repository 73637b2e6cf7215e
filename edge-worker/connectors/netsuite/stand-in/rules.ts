// The business rules that refuse a save or a removal. Their texts are in refusal.ts, their sources in FACTS.md#rules.
import type { Books, Draft } from './books.ts';
import { entityOf, sheetOf } from './completing.ts';
import { toMinor } from './decimals.ts';
import type { Field } from './fields.ts';
import { refusals } from './refusal.ts';
import { billedExpense } from './settling.ts';
import type { Entry } from './shelf.ts';
import { isSet, type Line, textOf, type Values } from './values.ts';

const uniquelyNamed = new Set(['customer', 'job', 'employee']);

function checkMandatory(draft: Draft): void {
  const missing = [...draft.type.fields.values()].filter(
    (field) => field.isMandatory && (draft.values[field.key] ?? null) === null,
  );
  const first = missing[0];
  if (first)
    throw refusals.missing(
      missing.map((each) => each.label),
      first.name,
    );
  const { values } = draft;
  if (draft.type.id === 'customer' && textOf(values, 'entityid') === null) {
    throw refusals.missing(['Company Name'], 'companyName');
  }
}

function checkReference(field: Field, value: unknown, books: Books, path: string): void {
  if (field.kind !== 'reference' || field.targets.length === 0 || typeof value !== 'string') return;
  if (field.targets.some((target) => books.store.get(target, value))) return;
  throw refusals.invalidValue(value, field.id, path);
}

function checkReferences(draft: Draft, books: Books): void {
  for (const field of draft.type.fields.values()) {
    const value = draft.values[field.key];
    if (value !== draft.before?.values[field.key]) checkReference(field, value, books, field.name);
  }
  for (const sublist of draft.type.sublists.values()) {
    const lines = draft.sublists[sublist.id] ?? [];
    if (lines === draft.before?.sublists[sublist.id]) continue;
    for (const [index, line] of lines.entries()) {
      for (const field of sublist.fields.values()) {
        const isMissing = field.isMandatory && (line[field.key] ?? null) === null;
        if (isMissing) throw refusals.missing([field.label], `${sublist.name}.items[${index}].${field.name}`);
        checkReference(field, line[field.key], books, `${sublist.name}.items[${index}]`);
      }
    }
  }
}

function checkUnique(draft: Draft, books: Books): void {
  const { type, before, values, externalId } = draft;
  const isEntity = uniquelyNamed.has(type.id);
  if (externalId !== null && externalId !== before?.externalId) {
    const other = books.store.byExternalId(type.id, externalId);
    if (other && other.id !== before?.id) {
      throw isEntity ? refusals.duplicateEntity() : refusals.duplicateRecord();
    }
  }
  const name = isEntity ? textOf(values, 'entityid') : null;
  if (name === null || name === before?.values['entityid']) return;
  if (books.store.where(type.id, 'entityid', name).some((each) => each.id !== before?.id)) {
    throw refusals.duplicateEntity();
  }
}

function checkPeriod(draft: Draft, books: Books): void {
  if (books.closedPeriods.size === 0) return;
  const isPosting = draft.type.transactionCode !== null && draft.type.id !== 'salesorder';
  // FACTS.md#unverified: whether a closed period also refuses time is a preference of the account.
  const isLockedTime = draft.type.id === 'timebill' && books.preferences.get('lockTimeInClosedPeriod') !== false;
  if (!isPosting && !isLockedTime) return;
  for (const values of [draft.values, draft.before?.values ?? {}]) {
    if (books.closedPeriods.has((textOf(values, 'trandate') ?? '').slice(0, 7))) throw refusals.closedPeriod();
  }
}

const differs = (draft: Draft, keys: readonly string[]) =>
  keys.some((key) => (draft.values[key] ?? null) !== (draft.before?.values[key] ?? null));

const billedKeys = ['employee', 'trandate', 'hours', 'customer', 'item', 'isbillable', 'rate', 'approvalstatus'];

function isAssigned(job: Entry, employee: string, books: Books): boolean {
  return books.store
    .where('projecttask', 'project', job.id)
    .some((task) => (task.sublists['assignee'] ?? []).some((line) => line['resource'] === employee));
}

function checkTime(draft: Draft, books: Books): void {
  const { values, before } = draft;
  const isBilled = before !== null && (books.billedTime.has(before.id) || isSet(before.values, 'posted'));
  if (isBilled && differs(draft, billedKeys)) {
    const mayModify = books.preferences.get('bulkTimeModification') === true;
    if (!mayModify) throw refusals.billedTime();
  }
  if (!differs(draft, ['employee', 'trandate', 'hours', 'customer', 'casetaskevent'])) return;
  if (sheetOf(values, books)?.values['lockstatus'] === 'locked') throw refusals.lockedWeek();
  const customer = textOf(values, 'customer');
  const job = customer === null ? null : books.store.get('job', customer);
  const employee = textOf(values, 'employee') ?? '';
  if (customer !== null) checkProjectOpen(job, employee, customer, 'allowtime', 'customer', books);
  const task = books.store.get('projecttask', textOf(values, 'casetaskevent') ?? '');
  if (task && task.values['project'] !== customer) {
    throw refusals.invalidValue(task.id, 'casetaskevent', 'caseTaskEvent');
  }
  const owner = entityOf(customer, books);
  const isOtherSubsidiary = owner !== null && owner.values['subsidiary'] !== values['subsidiary'];
  if (isOtherSubsidiary && books.preferences.get('intercompanyTime') !== true) {
    throw refusals.invalidValue(customer ?? '', 'customer');
  }
}

/** Closed to time or expenses, or only for people assigned to it. */
function checkProjectOpen(
  job: Entry | null,
  employee: string,
  shown: string,
  openKey: string,
  path: string,
  books: Books,
): void {
  if (!job) return;
  const isShut = job.values[openKey] === false || job.values['isinactive'] === true;
  const isLimited = isSet(job.values, 'limittimetoassignees') && !isAssigned(job, employee, books);
  if (isShut || isLimited) throw refusals.invalidValue(shown, 'customer', path);
}

function checkExpenses(draft: Draft, books: Books): void {
  const before = draft.before?.sublists['expense'] ?? [];
  for (const [index, line] of (draft.sublists['expense'] ?? []).entries()) {
    const customer = textOf(line, 'customer');
    const known = before.find((one) => one['line'] === line['line']);
    // Only what is new or moved to another project is looked at: a project may close behind an expense.
    if (customer === null || known?.['customer'] === customer) continue;
    const employee = textOf(draft.values, 'entity') ?? '';
    const job = books.store.get('job', customer);
    checkProjectOpen(job, employee, customer, 'allowexpenses', `expense.items[${index}]`, books);
  }
}

function checkJob(draft: Draft, books: Books): void {
  const parent = entityOf(textOf(draft.values, 'parent'), books);
  if (!parent || !differs(draft, ['parent', 'subsidiary'])) return;
  const subsidiary = textOf(draft.values, 'subsidiary') ?? '';
  if (parent.values['subsidiary'] !== subsidiary) throw refusals.invalidValue(subsidiary, 'subsidiary');
}

/** A time line may only bill approved, billable, unbilled time of this customer or project. */
function checkInvoiceTime(draft: Draft, books: Books): void {
  const seen = new Set<string>();
  for (const [index, line] of (draft.sublists['time'] ?? []).entries()) {
    if (line['apply'] !== true) continue;
    const doc = textOf(line, 'doc') ?? '';
    const time = books.store.get('timebill', doc);
    const billedOn = books.billedTime.get(doc);
    const isFree = billedOn === undefined || billedOn === draft.before?.id;
    const isRipe = time?.values['approvalstatus'] === '3' && isSet(time.values, 'isbillable');
    if (!isRipe || !isFree || seen.has(doc) || !belongs(time, draft.values, books)) {
      throw refusals.invalidValue(doc, 'doc', `time.items[${index}]`);
    }
    seen.add(doc);
  }
}

/** An expense line may only bill a billable line of an approved report, once. */
function checkInvoiceExpenses(draft: Draft, books: Books): void {
  for (const [index, line] of (draft.sublists['expcost'] ?? []).entries()) {
    if (line['apply'] !== true) continue;
    const doc = textOf(line, 'doc') ?? '';
    const report = books.store.get('expensereport', doc);
    const billedOn = books.billedExpenses.get(`${doc}/${textOf(line, 'line')}`);
    const isFree = billedOn === undefined || billedOn === draft.before?.id;
    const spent = billedExpense(line, books);
    const isRipe = report?.values['approvalstatus'] === '2' && spent !== null && isSet(spent, 'isbillable');
    const job = textOf(draft.values, 'job');
    if (isRipe && isFree && (job === null || spent['customer'] === job)) continue;
    throw refusals.invalidValue(doc, 'doc', `expCost.items[${index}]`);
  }
}

function belongs(time: Entry, values: Values, books: Books): boolean {
  const customer = textOf(time.values, 'customer');
  const job = textOf(values, 'job');
  if (job !== null) return customer === job;
  const entity = textOf(values, 'entity');
  return customer === entity || entityOf(customer, books)?.values['parent'] === entity;
}

function checkApplied(draft: Draft): void {
  for (const line of draft.sublists['apply'] ?? []) {
    if (line['apply'] !== true) continue;
    if (minorOf(line, 'amount') > minorOf(line, 'due') || minorOf(line, 'amount') < 0n) throw refusals.overpaid();
  }
  if (minorOf(draft.values, 'unapplied') < 0n) throw refusals.overpaid();
}

const minorOf = (values: Line, key: string) => toMinor(textOf(values, key) ?? '0', 4);

export function checkSave(draft: Draft, books: Books): void {
  checkReferences(draft, books);
  checkMandatory(draft);
  checkUnique(draft, books);
  checkPeriod(draft, books);
  if (draft.type.id === 'timebill') checkTime(draft, books);
  if (draft.type.id === 'job') checkJob(draft, books);
  if (draft.type.id === 'expensereport') checkExpenses(draft, books);
  if (draft.type.id === 'invoice') checkInvoiceTime(draft, books);
  if (draft.type.id === 'invoice') checkInvoiceExpenses(draft, books);
  if (draft.type.id === 'customerpayment' || draft.type.id === 'creditmemo') checkApplied(draft);
}

export function checkRemoval(entry: Entry, books: Books): void {
  const { store } = books;
  const isHeld =
    (entry.type === 'customer' && store.where('job', 'parent', entry.id).length > 0) ||
    (entry.type === 'job' &&
      (store.where('timebill', 'customer', entry.id).length > 0 ||
        store.where('projecttask', 'project', entry.id).length > 0 ||
        store.where('invoice', 'job', entry.id).length > 0)) ||
    (entry.type === 'employee' && store.where('timebill', 'employee', entry.id).length > 0) ||
    (entry.type === 'invoice' && [...(books.applied.get(entry.id)?.values() ?? [])].some((minor) => minor !== 0n));
  if (isHeld) throw refusals.dependents();
  if (entry.type === 'timebill' && books.billedTime.has(entry.id)) throw refusals.billedTime();
  const isPosting = entry.type !== 'salesorder' && typeof entry.values['trandate'] === 'string';
  if (isPosting && books.closedPeriods.has(String(entry.values['trandate']).slice(0, 7))) throw refusals.closedPeriod();
}
