// A record as the form of its page: each field with what may be done to it there, and what came back from the browser.
import { type Field, labelOf } from '../fields.ts';
import { Form, FormField, FormSublist } from '../suitescript/n/form.ts';
import type { ScriptRecord } from '../suitescript/n/script-record.ts';
import { type Value, type Values, valueFrom } from '../values.ts';

export type Mode = 'create' | 'copy' | 'edit' | 'view';

const fieldTypes: Readonly<Record<Field['kind'], string>> = {
  text: 'TEXT',
  number: 'FLOAT',
  amount: 'CURRENCY',
  hours: 'TEXT',
  flag: 'CHECKBOX',
  date: 'DATE',
  instant: 'DATETIMETZ',
  choice: 'SELECT',
  reference: 'SELECT',
};
const longerThanALine = 1000;
const listedMax = 200;

export function recordForm(record: ScriptRecord, mode: Mode, title: string): Form {
  const form = new Form(title, true);
  for (const field of record.recordType.fields.values()) form.hold(fieldOnForm(record, field, mode));
  for (const list of record.recordType.sublists.values()) {
    const shown = new FormSublist({ id: list.id, label: labelOf(list.name) });
    for (const field of list.fields.values()) {
      shown.addField({ id: field.id, type: fieldTypes[field.kind], label: field.label });
      for (let line = 0; line < record.lines.count(list.id); line++) {
        const value = record.getSublistText({ sublistId: list.id, fieldId: field.id, line });
        shown.setSublistValue({ id: field.id, line, value });
      }
    }
    form.holdSublist(shown);
  }
  return form;
}

function fieldOnForm(record: ScriptRecord, field: Field, mode: Mode): FormField {
  const choices = mode === 'view' ? [] : (record.getField({ fieldId: field.id })?.getSelectOptions() ?? []);
  const isList = (field.kind === 'choice' || field.kind === 'reference') && choices.length > 0;
  const isLong = field.kind === 'text' && (field.maxLength ?? 0) > longerThanALine;
  const type = isLong ? 'TEXTAREA' : isList || mode === 'view' ? fieldTypes[field.kind] : plain(field);
  const shown = new FormField({ id: field.id, type, label: field.label });
  shown.isMandatory = field.isMandatory;
  const held = typedIn(record.held(field));
  const offered = choices.filter(({ value }, at) => at < listedMax || value === held);
  for (const choice of isList ? offered : []) shown.addSelectOption(choice);
  if (field.display === 'hidden') shown.updateDisplayType({ displayType: 'HIDDEN' });
  else if (mode === 'view' || field.isReadOnly || field.display === 'locked') {
    shown.updateDisplayType({ displayType: 'INLINE' });
  }
  return shown;
}

/** A reference to a list that is not kept here is typed in by its id. */
const plain = ({ kind }: Field) => (kind === 'choice' || kind === 'reference' ? 'TEXT' : fieldTypes[kind]);

/** After the scripts of the page had their say. */
export function fillForm(form: Form, record: ScriptRecord, mode: Mode): void {
  for (const field of record.recordType.fields.values()) {
    const shown = form.getField({ id: field.id });
    if (shown?.defaultValue !== '') continue;
    shown.defaultValue = mode === 'view' ? record.getText(field.id) : typedIn(record.held(field));
  }
}

export function typedIn(value: Value): string {
  if (typeof value === 'boolean') return value ? 'T' : 'F';
  return value ?? '';
}

/** What a person's browser sends back, as far as it differs from what the page showed. */
export function changesIn(record: ScriptRecord, sent: URLSearchParams): Values {
  const changed: Record<string, Value> = {};
  for (const field of record.recordType.fields.values()) {
    if (field.isReadOnly) continue;
    const shown = typedIn(record.held(field));
    const given = sent.get(field.id) ?? (field.kind === 'flag' && field.display === 'normal' ? 'F' : shown);
    const isSame = given === shown || (field.kind === 'flag' && given === 'F' && shown === '');
    if (!isSame) changed[field.key] = valueFrom(field, given, () => null);
  }
  return changed;
}
