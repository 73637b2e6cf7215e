// What the platform does for a page: answers queries and saves records, as far as a person's permission set lets it.

import { nodesOf } from '../../edge-worker/connectors/salesforce/stand-in/package/metadata.ts';
import type { PackageSource } from './crm-package-source.ts';
import type { FlowValue } from './flow-formula.ts';
import type { FlowOrg } from './flow-org.ts';
import type { FlowRecord, FlowUser } from './flow-runner.ts';
import { type Argument, readQuery, type Selection } from './graphql-text.ts';

type Answer = { readonly [key: string]: unknown };
type Args = { readonly [name: string]: Argument };

const prefix = 'tieout__';
const standard: Readonly<Record<string, readonly string[]>> = { Opportunity: ['Id', 'Name', 'IsClosed'] };
const always = new Set(['Id', 'Name', 'CreatedDate', 'LastModifiedDate', 'OwnerId']);

function membersOf(value: Argument | undefined): Args {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Args) : {};
}

/** The desk of one person with one of our permission sets, or with none. */
export class OrgDesk {
  readonly user: FlowUser;
  readonly #source: PackageSource;
  readonly #org: FlowOrg;
  readonly #fields = new Map<string, boolean>();
  readonly #types = new Map<string, { readonly canRead: boolean; readonly canCreate: boolean }>();

  constructor(source: PackageSource, org: FlowOrg, id: string, permissionSet: string | null) {
    this.#source = source;
    this.#org = org;
    const set = source.of('PermissionSet').find(({ name }) => name === permissionSet)?.node ?? {};
    this.user = { id, permissions: nodesOf(set['customPermissions']).map((one) => String(one['name'])) };
    for (const one of nodesOf(set['fieldPermissions'])) {
      if (one['readable'] === 'true') this.#fields.set(String(one['field']), one['editable'] === 'true');
    }
    for (const one of nodesOf(set['objectPermissions'])) {
      const rights = { canRead: one['allowRead'] === 'true', canCreate: one['allowCreate'] === 'true' };
      this.#types.set(String(one['object']), rights);
    }
  }

  query(text: string, variables: Args): { readonly data?: Answer; readonly errors?: readonly { message: string }[] } {
    try {
      const [root] = readQuery(text, variables);
      if (root?.name !== 'uiapi') throw new Error('a query begins with uiapi');
      const parts = root.inner.map((part) => {
        if (part.name !== 'query' && part.name !== 'aggregate') throw new Error(`${part.name} is not known`);
        const answers = part.inner.map((one) => {
          const answer = part.name === 'query' ? this.#records(one) : this.#groups(one);
          return [one.key, answer] as const;
        });
        return [part.key, Object.fromEntries(answers)] as const;
      });
      return { data: { uiapi: Object.fromEntries(parts) } };
    } catch (fault) {
      return { errors: [{ message: fault instanceof Error ? fault.message : String(fault) }] };
    }
  }

  /** Names come with the prefix they have once packaged, because schema imports resolve to it. */
  create(prefixedType: string, prefixedFields: FlowRecord): FlowRecord {
    const type = this.#ours(prefixedType);
    if (this.#types.get(type)?.canCreate !== true) throw new Error(`You may not create ${type}`);
    const fields = Object.entries(prefixedFields).map(([name, value]) => {
      const field = this.#ours(name);
      const isRequired = this.#source.fields.get(`${type}.${field}`)?.['required'] === 'true';
      if (!isRequired && this.#fields.get(`${type}.${field}`) !== true)
        throw new Error(`You may not set ${type}.${field}`);
      return [field, value] as const;
    });
    return this.#org.create(type, Object.fromEntries(fields), this.user);
  }

  #ours(name: string): string {
    if (!name.startsWith(prefix)) throw new Error(`${name} lacks the prefix of the package`);
    return name.slice(prefix.length);
  }

  #rows(selection: Selection): readonly FlowRecord[] {
    const { name, args } = selection;
    if (!(name in standard) && this.#types.get(name)?.canRead !== true) throw new Error(`${name} is not accessible`);
    if (name.endsWith('__c') && !selection.isAliased) throw new Error(`${name} needs an alias: it is prefixed later`);
    const [order] = Object.entries(membersOf(args['orderBy']));
    const found = this.#org.of(name).filter((row) => this.#fits(name, row, membersOf(args['where'])));
    const sign = order && membersOf(order[1])['order'] === 'DESC' ? -1 : 1;
    const key = order?.[0];
    const sorted =
      key === undefined ? found : found.toSorted((a, b) => sign * (String(a[key]) < String(b[key]) ? -1 : 1));
    return sorted.slice(0, Number(args['first'] ?? 10));
  }

  #fits(type: string, row: FlowRecord, where: Args): boolean {
    return Object.entries(where).every(([field, test]) => {
      if (field === 'and' || field === 'or') {
        const parts = (Array.isArray(test) ? test : []).map((one: Argument) => this.#fits(type, row, membersOf(one)));
        return field === 'and' ? parts.every(Boolean) : parts.some(Boolean);
      }
      this.#mayRead(type, field);
      const [[operator, value] = []] = Object.entries(membersOf(test));
      if (operator === 'eq') return (row[field] ?? null) === value;
      if (operator === 'in' && Array.isArray(value)) return value.includes(row[field] ?? null);
      throw new Error(`the operator ${String(operator)} is not known`);
    });
  }

  #records(selection: Selection): Answer {
    const node = this.#path(selection, ['edges', 'node']);
    return { edges: this.#rows(selection).map((row) => ({ node: this.#node(selection.name, row, node) })) };
  }

  #path(selection: Selection, names: readonly string[]): readonly Selection[] {
    return names.reduce<readonly Selection[]>((inner, name) => {
      const found = inner.find((one) => one.name === name);
      if (!found) throw new Error(`${selection.name} lacks ${name}`);
      return found.inner;
    }, selection.inner);
  }

  #node(type: string, row: FlowRecord, selections: readonly Selection[]): Answer {
    const values = selections.map(({ name, key, isAliased, inner }) => {
      this.#mayRead(type, name);
      if (name.endsWith('__c') && !isAliased) throw new Error(`${name} needs an alias: it is prefixed later`);
      if (name === 'Id') return [key, row['Id'] ?? null] as const;
      if (inner.length === 0) throw new Error(`${name} is asked for without its value`);
      return [key, { value: row[name] ?? null, displayValue: null }] as const;
    });
    return Object.fromEntries(values);
  }

  #groups(selection: Selection): Answer {
    const inner = this.#path(selection, ['edges', 'node', 'aggregate']);
    const [by] = Object.keys(membersOf(selection.args['groupBy']));
    const group = inner.find(({ name }) => name === by);
    const count = inner.find(({ name }) => name === 'Id');
    if (by === undefined || !group?.isAliased || !count) throw new Error('a count by one aliased field is expected');
    this.#mayRead(selection.name, by);
    const rows = this.#rows({ ...selection, args: { first: 2_000 } });
    const counts = new Map<FlowValue, number>();
    for (const row of rows) counts.set(row[by] ?? null, (counts.get(row[by] ?? null) ?? 0) + 1);
    return {
      edges: [...counts].map(([value, total]) => ({
        node: { aggregate: { [group.key]: { value }, [count.key]: { count: { value: total } } } },
      })),
    };
  }

  #mayRead(type: string, field: string): void {
    if (always.has(field) || standard[type]?.includes(field)) return;
    const known = this.#source.fields.get(`${type}.${field}`);
    if (!known) throw new Error(`${type} has no field ${field}`);
    if (known['required'] !== 'true' && !this.#fields.has(`${type}.${field}`))
      throw new Error(`${field} is not accessible`);
  }
}
