// The tables behind Example's server: records, a log of every save, indexes made on first use. Knows nothing of HTTP.
export interface Field {
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  /** The record type a reference points to. */
  readonly to: string | null;
  readonly choices: readonly string[] | null;
}
export type Values = Readonly<Record<string, unknown>>;
export type Stored = Values & {
  readonly id: string;
  readonly external_id: string | null;
  readonly stamp: string | null;
  readonly version: string;
};
export interface Saved {
  readonly type: string;
  readonly id: string;
  readonly kind: 'changed' | 'deleted';
  readonly atMs: number;
}
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly fields: readonly string[];
}

/** `name`, `!` = required, `:type`, `>type` = reference, `=a|b` = choice. Without a mark a field is text. */
const tables = {
  client:
    'display_name! number parent_id>client stage=lead|client currency entity phone web mail vat terms active:boolean ' +
    'address.street address.city address.state address.zip address.country',
  opportunity:
    'title! client_id>client phase won:boolean closed:boolean amount:decimal currency close_date:date starts:date ' +
    'ends:date model=hourly|fixed|milestones entity region practice notes',
  engagement:
    'title! client_id>client agreement_id>agreement state=planned|running|paused|done starts:date ends:date currency ' +
    'budget:decimal model=hourly|fixed|milestones entity region practice time_open:boolean percent:decimal notes',
  agreement:
    'title! client_id>client engagement_id>engagement signed:boolean biller=ledger|delivery|platform ' +
    'biller_from:date currency ' +
    'model=hourly|fixed|milestones po po_limit:decimal terms tax total:decimal signed_date:date starts:date ' +
    'ends:date entity region rates:list schedule:list revenue_rule revenue_from:date revenue_to:date ' +
    'recognised:decimal deferred:decimal current.total:decimal current.po_limit:decimal current.ends:date ' +
    'current.rates:list',
  change:
    'title! agreement_id!>agreement client_id>client state=draft|submitted|approved|rejected amount:decimal currency ' +
    'po_raise:decimal approved_date:date ends:date rates:list notes',
  person: 'full_name! mail job entity active:boolean week:list',
  hours:
    'engagement_id!>engagement person_id!>person date!:date quantity!:decimal job price:decimal currency ' +
    'billable:boolean taxable:boolean text activity place approval=open|submitted|approved|rejected billed:boolean',
  cost:
    'engagement_id!>engagement person_id!>person date!:date category amount!:decimal currency billable:boolean ' +
    'reimbursable:boolean taxable:boolean text report approval=open|submitted|approved|rejected billed:boolean',
  milestone:
    'title! engagement_id!>engagement due:date amount:decimal currency percent:decimal done:boolean done_date:date ' +
    'notes billed:boolean',
  bill:
    'no! client_id>client engagement_id>engagement standing=draft|issued|cancelled ledger_no ' +
    'state=draft|open|paid|void date!:date due:date period_from:date ' +
    'period_to:date po terms memo entity currency net:decimal tax:decimal gross:decimal paid:decimal open:decimal ' +
    'lines:list',
  receipt:
    'no bill_id!>bill client_id>client engagement_id>engagement date!:date amount!:decimal currency full:boolean ' +
    'method check_no memo',
  period: 'title! starts!:date ends!:date open:boolean entity',
  company: 'display_name! currency country active:boolean',
} as const;

function fieldsOf(text: string): readonly Field[] {
  return text.split(' ').map((word) => {
    const [, path = '', must, type = 'text', to = null, list] =
      /^([a-z_.]+)(!)?(?::(\w+))?(?:>(\w+))?(?:=(.+))?$/.exec(word) ?? [];
    const choices = list?.split('|') ?? null;
    const kind = to ? 'reference' : choices ? 'choice' : type;
    return { path, type: kind, required: must !== undefined, to, choices };
  });
}

export const schemas: ReadonlyMap<string, readonly Field[]> = new Map(
  // Every type has a remark that nobody's map knows, for those that an admin adds.
  Object.entries(tables).map(([type, text]) => [type, fieldsOf(`${text} remarks`)]),
);

export class Table {
  readonly rows = new Map<string, Stored>();
  readonly byExternalId = new Map<string, string>();
  /** Deleted records as they were. */
  readonly tombstones = new Map<string, Stored>();
  /** The record that goes on for one that was merged into it. */
  readonly mergedInto = new Map<string, string>();
  readonly archived = new Set<string>();
  /** Every save, oldest first. A page of the feed is a slice of it. */
  readonly log: Saved[] = [];
  /** Until when a new record is not found by search, in time that passes whatever the clock shows. */
  readonly unsearchableUntilMs = new Map<string, number>();
  readonly #indexes = new Map<string, Map<unknown, Set<string>>>();
  readonly fields: readonly Field[];
  readonly #byPath: ReadonlyMap<string, Field>;
  readonly #type: string;
  #serial = 1000;

  constructor(type: string) {
    this.#type = type;
    this.fields = schemas.get(type) ?? [];
    this.#byPath = new Map(this.fields.map((field) => [field.path, field]));
  }

  /**
   * Creates or changes one record. Versions are whole seconds: two saves in one second carry the same. A save brings
   * back what was withdrawn.
   */
  save(
    id: string | null,
    values: Values,
    own: { readonly externalId?: string | null; readonly stamp?: string | null; readonly by: string },
    nowMs: number,
  ): Stored {
    const before = id === null ? undefined : this.rows.get(id);
    const nested = Object.entries(values).flatMap(([key, value]) =>
      isValues(value) ? [[key, { ...(isValues(before?.[key]) ? before[key] : {}), ...value }] as const] : [],
    );
    const row: Stored = {
      ...before,
      withdrawn: false,
      ...values,
      ...Object.fromEntries(nested),
      id: before?.id ?? `${this.#type.slice(0, 2)}${++this.#serial}`,
      external_id: own.externalId ?? before?.external_id ?? null,
      stamp: own.stamp ?? before?.stamp ?? null,
      version: `${new Date(nowMs).toISOString().slice(0, 19)}Z`,
      saved_by: own.by,
    };
    this.#reindex(before, row);
    this.rows.set(row.id, row);
    if (row.external_id !== null) this.byExternalId.set(row.external_id, row.id);
    this.#append(row.id, 'changed', nowMs);
    return row;
  }

  remove(id: string, nowMs: number): boolean {
    const row = this.rows.get(id);
    if (row === undefined) return false;
    this.#reindex(row, undefined);
    this.rows.delete(id);
    if (row.external_id !== null) this.byExternalId.delete(row.external_id);
    this.tombstones.set(id, row);
    this.#append(id, 'deleted', nowMs);
    return true;
  }

  /** Back from the dead, as it was. */
  undelete(id: string, nowMs: number): boolean {
    const row = this.tombstones.get(id);
    if (row === undefined || this.mergedInto.has(id)) return false;
    this.tombstones.delete(id);
    this.#reindex(undefined, row);
    this.rows.set(id, { ...row, version: `${new Date(nowMs).toISOString().slice(0, 19)}Z` });
    if (row.external_id !== null) this.byExternalId.set(row.external_id, id);
    this.#append(id, 'changed', nowMs);
    return true;
  }

  /** What is wrong with these values, or null. */
  refusal(values: Values, isNew: boolean, exists: (type: string, id: string) => boolean): Refusal | null {
    for (const [path, value] of pathsOf(values)) {
      const field = this.#byPath.get(path);
      if (field === undefined) return refuse('unknown_field', `There is no field ${path}`, path);
      if (value === null) {
        if (field.required) return refuse('required', `${path} must not be empty`, path);
      } else if (field.to !== null) {
        if (typeof value !== 'string' || !exists(field.to, value))
          return refuse('unknown_reference', `${path} names no ${field.to}`, path);
      } else if (!isWellFormed(field, value)) return refuse('invalid', `${path} is not a valid ${field.type}`, path);
    }
    if (!isNew) return null;
    const missing = this.fields.find((field) => field.required && readPath(values, field.path) == null);
    return missing ? refuse('required', `${missing.path} must not be empty`, missing.path) : null;
  }

  find(path: string, value: string, nowMs: number): readonly Stored[] {
    const ids = path === 'external_id' ? [this.byExternalId.get(value)] : [...(this.#index(path).get(value) ?? [])];
    return ids
      .map((id) => (id === undefined ? undefined : this.rows.get(id)))
      .filter((row) => row !== undefined)
      .filter((row) => !this.archived.has(row.id) && (this.unsearchableUntilMs.get(row.id) ?? 0) <= nowMs);
  }

  /** Where in the log the first save at or after this moment stands. */
  seek(atMs: number): number {
    let low = 0;
    let high = this.log.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.log[middle]?.atMs ?? 0) < atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #append(id: string, kind: Saved['kind'], nowMs: number): void {
    // The log stays ordered when the clock is set back, or `seek` would skip saves.
    this.log.push({ type: this.#type, id, kind, atMs: Math.max(nowMs, this.log.at(-1)?.atMs ?? 0) });
  }

  #index(path: string): Map<unknown, Set<string>> {
    const known = this.#indexes.get(path);
    if (known !== undefined) return known;
    const index = new Map<unknown, Set<string>>();
    this.#indexes.set(path, index);
    for (const row of this.rows.values()) addTo(index, readPath(row, path), row.id);
    return index;
  }

  #reindex(before: Stored | undefined, after: Stored | undefined): void {
    for (const [path, index] of this.#indexes) {
      if (before !== undefined) index.get(readPath(before, path))?.delete(before.id);
      if (after !== undefined) addTo(index, readPath(after, path), after.id);
    }
  }
}

function addTo(index: Map<unknown, Set<string>>, key: unknown, id: string): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([id]));
  else ids.add(id);
}

function refuse(code: string, message: string, path: string): Refusal {
  return { code, message, fields: [path] };
}

function isWellFormed(field: Field, value: unknown): boolean {
  switch (field.type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value);
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value);
    case 'decimal':
      return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value);
    case 'choice':
      return typeof value === 'string' && (field.choices ?? []).includes(value);
    default:
      return typeof value === 'string' && value.length <= 4000;
  }
}

function readPath(record: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isValues(value) ? value[key] : undefined), record);
}

/** Every value with its dotted path; lists count as one value. */
export function pathsOf(values: Values): [string, unknown][] {
  return Object.entries(values).flatMap(([key, value]): [string, unknown][] =>
    isValues(value) ? Object.entries(value).map(([inner, deep]) => [`${key}.${inner}`, deep]) : [[key, value]],
  );
}

export function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
