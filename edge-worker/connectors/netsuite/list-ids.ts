// The border of names and list ids: records travel with ISO codes and names, the account knows internal ids only.
import type { WireRecord } from '../connector.ts';
import { isValues, type Values, valuesAt } from './records.ts';
import { together } from './schedule.ts';
import type { Settings } from './settings.ts';

type TableName = 'currencies' | 'subsidiaries' | 'terms' | 'projectStatuses' | 'expenseCategories';

/** Which fields of a record type hold the id of a list entry, and the setting that names the entries. */
const listFields: Readonly<Record<string, Readonly<Record<string, TableName>>>> = {
  customer: { currency: 'currencies', subsidiary: 'subsidiaries', terms: 'terms' },
  job: { currency: 'currencies', subsidiary: 'subsidiaries', entitystatus: 'projectStatuses' },
  employee: { subsidiary: 'subsidiaries' },
  subsidiary: { currency: 'currencies' },
  salesorder: { currency: 'currencies', subsidiary: 'subsidiaries', terms: 'terms' },
  invoice: { currency: 'currencies', subsidiary: 'subsidiaries', terms: 'terms' },
  expensereport: { currency: 'currencies', subsidiary: 'subsidiaries' },
  'expensereport:expense': { currency: 'currencies', category: 'expenseCategories' },
  customerpayment: { currency: 'currencies', subsidiary: 'subsidiaries' },
};

const roleField = 'custcol_tieout_role';
/** The entry of the services table that stands for every role without one of its own. */
const anyRole = '*';

type Sublists = Readonly<Record<string, readonly Values[]>>;

export interface Outward {
  readonly values: Values;
  readonly sublists: Values;
}

/** A name for which the settings have no id. */
export interface Unnamed {
  readonly field: string;
  readonly name: string;
  readonly table: string;
}

export interface ListIds {
  /**
   * Their ids -> names. An id without a name stays as it is and is refused by the field's codec. Time that people enter
   * in NetSuite has the role of the service that it sells.
   */
  inward(recordType: string, values: Values): Values;
  /** Lines of an order have the role of the service that they sell where they name none. */
  inwardLines(recordType: string, sublists: Sublists): Sublists;
  /** Names -> their ids, and the services sold are filled in by role. */
  outward(recordType: string, wire: WireRecord): Outward | Unnamed;
  idOf(recordType: string, field: string, name: string): string;
  nameOf(recordType: string, field: string, id: string): string;
}

export function listIdsOf(settings: Settings): ListIds {
  const tables = {
    currencies: tableOf(settings.currencies),
    subsidiaries: tableOf(settings.subsidiaries),
    terms: tableOf(settings.terms),
    projectStatuses: tableOf(settings.projectStatuses),
    expenseCategories: tableOf(settings.expenseCategories),
  } as const satisfies Record<TableName, unknown>;
  const soldByRole = new Map(Object.entries(settings.serviceItems));
  const rolesByItem = new Map([...soldByRole].filter(([role]) => role !== anyRole).map(([role, item]) => [item, role]));
  const tableFor = (recordType: string, field: string) => {
    const name = listFields[recordType]?.[field];
    return name === undefined ? null : tables[name];
  };
  const idOf = (recordType: string, field: string, name: string) => tableFor(recordType, field)?.ids.get(name) ?? name;
  const nameOf = (recordType: string, field: string, id: string) => tableFor(recordType, field)?.names.get(id) ?? id;
  return {
    idOf,
    nameOf,
    inward: (recordType, values) => {
      const named: Record<string, unknown> = { ...values };
      for (const field of Object.keys(listFields[recordType] ?? {})) {
        const id = values[field];
        if (typeof id === 'string' || typeof id === 'number') named[field] = nameOf(recordType, field, String(id));
      }
      return recordType === 'timebill' ? withRole(named, rolesByItem) : named;
    },
    inwardLines: (recordType, sublists) => {
      const lines = sublists['item'];
      if (recordType !== 'salesorder' || lines === undefined) return sublists;
      return { ...sublists, item: lines.map((line) => withRole(line, rolesByItem)) };
    },
    outward: (recordType, wire) => {
      const values: Record<string, unknown> = { ...valuesAt(wire, 'values') };
      for (const [field, table] of Object.entries(listFields[recordType] ?? {})) {
        const name = values[field];
        const { ids } = tables[table];
        // An empty table is an account without such a list, or one that needs no translation.
        if (typeof name !== 'string' || ids.size === 0) continue;
        const id = ids.get(name);
        if (id === undefined) return { field: `values.${field}`, name, table };
        values[field] = id;
      }
      const sublists = together(recordType, valuesAt(wire, 'sublists'));
      return fillWhatIsSold(recordType, { values, sublists }, soldByRole);
    },
  };
}

/** The role that a line or an entry names, else that of the service it sells. */
function withRole(values: Values, rolesByItem: ReadonlyMap<string, string>): Values {
  if ((values[roleField] ?? null) !== null) return values;
  return { ...values, [roleField]: rolesByItem.get(String(values['item'])) ?? null };
}

function tableOf(setting: Readonly<Record<string, string>>) {
  const ids = new Map(Object.entries(setting));
  // Backwards, so that of two names with one id the first is kept.
  const names = new Map([...ids].reverse().map(([name, id]) => [id, name] as const));
  return { ids, names };
}

const sellsServices: ReadonlySet<string> = new Set(['salesorder', 'invoice']);

/**
 * Time entries and the lines of orders and invoices say which service they sell. Which one a role is, only the
 * account's admin can say.
 */
function fillWhatIsSold(
  recordType: string,
  record: Outward,
  soldByRole: ReadonlyMap<string, string>,
): Outward | Unnamed {
  if (soldByRole.size === 0) return record;
  if (recordType === 'timebill') {
    const values = fillLine(record.values, soldByRole);
    return values === null ? unnamedRole(record.values, `values.${roleField}`) : { ...record, values };
  }
  const lines = record.sublists['item'];
  if (!sellsServices.has(recordType) || !Array.isArray(lines)) return record;
  const item: Values[] = [];
  for (const line of lines.filter(isValues)) {
    const sold = fillLine(line, soldByRole);
    if (sold === null) return unnamedRole(line, 'sublists.item');
    item.push(sold);
  }
  return { ...record, sublists: { ...record.sublists, item } };
}

/** Null: no service is named for the role. Values that say nothing of the role are left alone. */
function fillLine(values: Values, soldByRole: ReadonlyMap<string, string>): Values | null {
  const role = values[roleField];
  if (role === undefined || values['item'] !== undefined) return values;
  const item = (typeof role === 'string' ? soldByRole.get(role) : undefined) ?? soldByRole.get(anyRole);
  return item === undefined ? null : { ...values, item };
}

function unnamedRole(values: Values, field: string): Unnamed {
  return { field, name: String(values[roleField] ?? 'no role'), table: 'serviceItems' };
}
