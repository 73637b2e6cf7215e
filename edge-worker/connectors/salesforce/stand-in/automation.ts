// What happens around a save: fields the platform derives, roll-ups, and the flows and rules of the packages installed.
import type { Actor, Automation, Books } from './books.ts';
import { stages } from './catalog.ts';
import type { Flow, FlowMoment, FlowWorld } from './package/flow.ts';
import type { Moment } from './package/formula.ts';
import type { InstalledPackage, ValidationRule } from './package/installed-package.ts';
import { Refused } from './refusals.ts';
import type { FieldShape, TypeShape } from './shape.ts';
import type { Stored, Value, Values } from './table.ts';
import { acceptBody } from './values.ts';

const cents = (value: number): number => Math.round(value * 100) / 100;
const numberOf = (value: Value | undefined): number => (typeof value === 'number' ? value : 0);

function joined(...parts: readonly (Value | undefined)[]): string {
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join(' ');
}

/** The rest of the org, as far as a save concerns it. */
export interface SaveEdge {
  readonly installed: InstalledPackage | null;
  readonly permissionsOf: (userId: string) => ReadonlySet<string>;
  readonly isSwitchedOn: (flow: Flow) => boolean;
  readonly isFull: (type: TypeShape) => boolean;
  readonly announce: (message: string, rowId: string) => void;
  /** Hands an event to whoever listens. */
  readonly publish: (event: Stored) => void;
  /** Rights may have changed. */
  readonly forgetRights: () => void;
}

/** Before a save a flow may only set fields of the record itself. */
const noWorld: FlowWorld = {
  create: (type) => {
    throw new Error(`a flow before the save may not create ${type}`);
  },
  sendOutboundMessage: (name) => {
    throw new Error(`a flow before the save may not send ${name}`);
  },
};

export class PlatformAutomation implements Automation {
  readonly #books: Books;
  readonly #edge: SaveEdge;

  constructor(books: Books, edge: SaveEdge) {
    this.#books = books;
    this.#edge = edge;
  }

  saving(type: TypeShape, values: Values, row: Stored | null, by: Actor): void {
    if (row === null && this.#edge.isFull(type)) throw new Refused('STORAGE_LIMIT_EXCEEDED', 'storage limit exceeded');
    if (type.name === 'Opportunity') this.#deriveStage(values, row);
    if (type.name === 'OpportunityLineItem') this.#deriveLine(values, row);
    if (type.name === 'Contact' || type.name === 'User') {
      const merged = { ...row?.values, ...values };
      values['Name'] = joined(merged['FirstName'], merged['LastName']);
    }
    const flows = this.#edge.installed?.flowsAt('RecordBeforeSave', type.name) ?? [];
    const rules = this.#edge.installed?.rulesOf(type.name) ?? [];
    if (flows.length > 0 || rules.length > 0) this.#runBefore(flows, rules, values, row, by);
  }

  saved(row: Stored, prior: Values | null, by: Actor): void {
    if (row.type.name === 'OpportunityLineItem') this.#rollUp(row);
    if (row.type.name === 'PermissionSetAssignment') this.#edge.forgetRights();
    if (row.type.isEvent) this.#books.afterCommit(() => this.#edge.publish(row));
    this.#run('RecordAfterSave', prior === null ? 'Create' : 'Update', row, prior, by);
  }

  deleting(row: Stored, by: Actor): void {
    this.#run('RecordBeforeDelete', 'Delete', row, {}, by);
  }

  deleted(row: Stored): void {
    if (row.type.name === 'OpportunityLineItem') this.#rollUp(row);
    if (row.type.name === 'PermissionSetAssignment') this.#edge.forgetRights();
  }

  /** Flows first, then rules: a rule sees what the flows have set. */
  #runBefore(
    flows: readonly Flow[],
    rules: readonly ValidationRule[],
    values: Values,
    row: Stored | null,
    by: Actor,
  ): void {
    const whole: Values = { ...row?.values, ...values };
    const given = { ...whole };
    const moment = this.#momentOf(whole, row ? pick(row.values, values) : null, by);
    for (const flow of flows) this.#runOne(flow, row ? 'Update' : 'Create', moment, noWorld);
    for (const key in whole) if (whole[key] !== given[key]) values[key] = whole[key] ?? null;
    const broken = rules.find((rule) => rule.refuses(moment));
    if (!broken) return;
    throw new Refused('FIELD_CUSTOM_VALIDATION_EXCEPTION', broken.message, broken.field === null ? [] : [broken.field]);
  }

  #run(at: FlowMoment, kind: 'Create' | 'Update' | 'Delete', row: Stored, prior: Values | null, by: Actor): void {
    const flows = this.#edge.installed?.flowsAt(at, row.type.name) ?? [];
    if (flows.length === 0) return;
    const world: FlowWorld = {
      create: (typeName, values) => {
        const type = this.#type(typeName);
        this.#books.insert(type, acceptBody(this.#books, type, values, true), by);
      },
      sendOutboundMessage: (name) => this.#edge.announce(name, row.id),
    };
    for (const flow of flows) this.#runOne(flow, kind, this.#momentOf(row.values, prior, by), world);
  }

  #runOne(flow: Flow, kind: 'Create' | 'Update' | 'Delete', moment: Moment, world: FlowWorld): void {
    if (!this.#edge.isSwitchedOn(flow) || !flow.startsFor(kind, moment)) return;
    try {
      flow.run(moment, world);
    } catch (cause) {
      const message = `${flow.name}: ${cause instanceof Error ? cause.message : String(cause)}`;
      throw new Refused('CANNOT_EXECUTE_FLOW_TRIGGER', message);
    }
  }

  #momentOf(values: Values, prior: Values | null, by: Actor): Moment {
    const permissions = this.#edge.permissionsOf(by.id);
    return { isNew: prior === null, values, prior, userId: by.id, permissions, variables: new Map() };
  }

  #deriveStage(values: Values, row: Stored | null): void {
    // Salesforce takes no amount from outside once products carry it; the rest of the save goes through.
    if (row?.values['HasOpportunityLineItem'] === true) delete values['Amount'];
    if (!('StageName' in values) || values['StageName'] === row?.values['StageName']) return;
    const stage = stages.find((one) => one.name === values['StageName']);
    if (!stage) return;
    values['Probability'] ??= stage.probability;
    values['ForecastCategoryName'] = stage.forecast;
    values['IsClosed'] = stage.isClosed;
    values['IsWon'] = stage.isWon;
  }

  #deriveLine(values: Values, row: Stored | null): void {
    const merged: Values = { ...row?.values, ...values };
    const opportunity = this.#books.find(this.#type('Opportunity'), String(merged['OpportunityId']));
    const product = this.#books.find(this.#type('Product2'), String(merged['Product2Id']));
    values['TotalPrice'] = cents(numberOf(merged['Quantity']) * numberOf(merged['UnitPrice']));
    values['Name'] = joined(opportunity?.values['Name'], product?.values['Name']);
    values['ProductCode'] = product?.values['ProductCode'] ?? null;
    const currency = opportunity?.values['CurrencyIsoCode'];
    if (currency !== undefined) values['CurrencyIsoCode'] = currency;
  }

  #rollUp(line: Stored): void {
    const parent = this.#books.find(this.#type('Opportunity'), String(line.values['OpportunityId']));
    if (!parent || parent.isDeleted) return;
    const lines = this.#books.findByValue(line.type, this.#field(line.type, 'OpportunityId'), parent.id);
    const sum = (key: string) => lines.reduce((total, one) => total + numberOf(one.values[key]), 0);
    this.#books.touch(parent, {
      Amount: cents(sum('TotalPrice')),
      TotalOpportunityQuantity: cents(sum('Quantity')),
      HasOpportunityLineItem: lines.length > 0,
    });
  }

  #type(name: string): TypeShape {
    const type = this.#books.schema.type(name);
    if (!type) throw new Error(`the org has no ${name}`);
    return type;
  }

  #field(type: TypeShape, name: string): FieldShape {
    const field = type.byName.get(name.toLowerCase());
    if (!field) throw new Error(`${type.name} has no ${name}`);
    return field;
  }
}

/** What the named fields of a record hold. */
function pick(values: Values, named: Values): Values {
  const found: Values = {};
  for (const key in named) found[key] = values[key] ?? null;
  return found;
}
