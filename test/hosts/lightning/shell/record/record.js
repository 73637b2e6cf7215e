// A record's page: reads and saves through the UI API as its user, and gives components what the platform gives them.
import { api, LightningElement } from 'lwc';
import { describe, labelOf, org, readRecord, reasonsOf, saveRecord, textOf } from 'shell/org';
import { components } from 'tieout-page/components';

const hidden = /^(Id|IsDeleted|SystemModstamp|MasterRecordId)$/;
const headed = {
  Opportunity: ['AccountId', 'CloseDate', 'Amount', 'CurrencyIsoCode', 'OwnerId'],
  Account: ['BillingCity', 'BillingCountry', 'Phone', 'OwnerId'],
};
const inputKinds = { date: 'date', double: 'number', currency: 'number', percent: 'number', int: 'number' };

export default class Record extends LightningElement {
  @api recordId;
  @api recordType;
  type = null;
  record = null;
  changes = null;
  problems = null;
  chosen = null;
  action = null;

  async connectedCallback() {
    try {
      [this.type, this.record] = await Promise.all([describe(this.recordType), readRecord(this.recordId)]);
    } catch (error) {
      this.problems = reasonsOf(error);
    }
  }

  get typeLabel() {
    return this.type?.label ?? '';
  }

  get name() {
    return this.record?.fields.Name?.value ?? '';
  }

  /** A field as people read it. */
  shown(field) {
    const { value, displayValue } = this.record?.fields[field.name] ?? {};
    return { name: field.name, label: labelOf(field), text: textOf(field, value, displayValue) };
  }

  get fields() {
    return (this.type?.fields ?? []).filter(({ name }) => !hidden.test(name)).map((field) => this.shown(field));
  }

  get highlights() {
    const names = headed[this.recordType] ?? [];
    return names
      .flatMap((name) => this.type?.fields.filter((field) => field.name === name) ?? [])
      .map((field) => this.shown(field));
  }

  get stages() {
    const stage = this.recordType === 'Opportunity' && this.type?.fields.find(({ name }) => name === 'StageName');
    return stage ? stage.picklistValues.map(({ label, value }) => ({ label, value })) : null;
  }

  get stage() {
    return this.chosen ?? this.record?.fields.StageName?.value ?? '';
  }

  get actions() {
    return org.actions.filter(({ type }) => type === this.recordType);
  }

  get placed() {
    return org.placed[this.recordType]?.map((name) => ({ name, constructor: components[name] }));
  }

  get isEditing() {
    return this.changes !== null;
  }

  get inputs() {
    const editable = (this.type?.fields ?? []).filter(({ updateable, type }) => updateable && type !== 'reference');
    return editable.map(({ name, label, type, picklistValues }) => {
      const value = this.changes[name] ?? this.record.fields[name]?.value ?? '';
      const options = type === 'picklist' ? [{ label: '--None--', value: '' }, ...picklistValues] : null;
      const kind = inputKinds[type] ?? 'text';
      return { name, label, value, options, kind, step: kind === 'number' ? 'any' : null };
    });
  }

  chooseStage(event) {
    this.chosen = event.detail.value;
  }

  markStage() {
    return this.put({ StageName: this.stage });
  }

  edit() {
    this.changes = {};
  }

  cancel() {
    this.changes = null;
    this.problems = null;
  }

  keep(event) {
    this.changes = { ...this.changes, [event.target.dataset.field]: event.detail.value };
  }

  save() {
    const numbers = new Set(
      this.type.fields.filter(({ type }) => inputKinds[type] === 'number').map(({ name }) => name),
    );
    const entries = Object.entries(this.changes).map(([name, value]) => {
      if (value === '') return [name, null];
      return [name, numbers.has(name) ? Number(value) : value];
    });
    return this.put(Object.fromEntries(entries));
  }

  async put(fields) {
    try {
      this.record = await saveRecord(this.recordId, fields);
      this.changes = null;
      this.problems = null;
      this.chosen = null;
    } catch (error) {
      this.problems = reasonsOf(error);
    }
  }

  /** Headless actions are made when they are clicked, and then asked to do their work. */
  act(event) {
    this.action = components[event.target.dataset.component];
    this.isActing = true;
  }

  renderedCallback() {
    if (!this.isActing || !this.refs.action) return;
    this.isActing = false;
    Promise.resolve(this.refs.action.invoke()).finally(() => {
      this.action = null;
    });
  }
}
