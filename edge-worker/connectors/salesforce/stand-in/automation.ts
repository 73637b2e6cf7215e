// What happens around a save: fields the platform derives, roll-ups, and the package's flows that write the outbox.
import type { Actor, Automation, Books } from './books.ts';
import { stages } from './catalog.ts';
import type { FieldShape, TypeShape } from './shape.ts';
import type { Stored, Value, Values } from './table.ts';

const cents = (value: number): number => Math.round(value * 100) / 100;
const numberOf = (value: Value | undefined): number => (typeof value === 'number' ? value : 0);

function joined(...parts: readonly (Value | undefined)[]): string {
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join(' ');
}

export interface FlowEdge {
  /** Fires the one outbound message for a new outbox row. */
  readonly announce: (outboxId: string) => void;
}

export class PlatformAutomation implements Automation {
  readonly #books: Books;
  readonly #outbox: TypeShape;
  readonly #edge: FlowEdge;

  constructor(books: Books, edge: FlowEdge) {
    this.#books = books;
    this.#outbox = this.#type(books.schema.own('Outbox__c'));
    this.#edge = edge;
  }

  derive(type: TypeShape, values: Values, row: Stored | null): void {
    if (type.name === 'Opportunity') this.#deriveStage(values, row);
    if (type.name === 'OpportunityLineItem') this.#deriveLine(values, row);
    if (type.name === 'Contact' || type.name === 'User') {
      const merged = { ...row?.values, ...values };
      values['Name'] = joined(merged['FirstName'], merged['LastName']);
    }
  }

  saved(row: Stored, by: Actor): void {
    if (row.type === this.#outbox) this.#edge.announce(row.id);
    if (row.type.name === 'OpportunityLineItem') this.#rollUp(row);
    this.#note('CHANGED', row, by);
  }

  /** A line or a contact that goes is a change of the record it belongs to, not the end of that record. */
  deleting(row: Stored, by: Actor): void {
    const isOwnRecord = row.type.name === 'Account' || row.type.name === 'Opportunity';
    this.#note(isOwnRecord ? 'DELETED' : 'CHANGED', row, by);
  }

  deleted(row: Stored): void {
    if (row.type.name === 'OpportunityLineItem') this.#rollUp(row);
  }

  #note(kind: string, row: Stored, by: Actor): void {
    if (by.isIntegration) return;
    const subject = this.#subjectOf(row);
    if (!subject) return;
    const { schema } = this.#books;
    const values: Values = {
      [schema.own('Kind__c')]: kind,
      [schema.own('Object_Name__c')]: subject.type,
      [schema.own('Record_Id__c')]: subject.id,
      [schema.own('Actor_Id__c')]: by.id,
    };
    this.#books.insert(this.#outbox, values, by);
  }

  #subjectOf(row: Stored): { readonly type: string; readonly id: string } | null {
    const parentOf = (type: string, key: string) => {
      const id = row.values[key];
      return typeof id === 'string' ? { type, id } : null;
    };
    switch (row.type.name) {
      case 'Account':
      case 'Opportunity':
        return { type: row.type.name, id: row.id };
      case 'Contact':
        return parentOf('Account', 'AccountId');
      case 'OpportunityLineItem':
        return parentOf('Opportunity', 'OpportunityId');
      default:
        return null;
    }
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
    values['CurrencyIsoCode'] = opportunity?.values['CurrencyIsoCode'] ?? null;
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
    if (!type) throw new Error(`the catalogue has no ${name}`);
    return type;
  }

  #field(type: TypeShape, name: string): FieldShape {
    const field = type.byName.get(name.toLowerCase());
    if (!field) throw new Error(`${type.name} has no ${name}`);
    return field;
  }
}
