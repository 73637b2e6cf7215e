// N/ui/serverWidget: forms as lists of what was put on them. How they look is the affair of the pages.
import type { Module } from '../loader.ts';
import { scriptError } from '../script-error.ts';

const upper = (names: string) => Object.fromEntries(names.split(' ').map((name) => [name, name]));

export const FieldType = upper(
  'TEXT TEXTAREA LONGTEXT RICHTEXT INLINEHTML HELP LABEL URL EMAIL PHONE SELECT MULTISELECT CHECKBOX RADIO DATE ' +
    'DATETIME DATETIMETZ TIMEOFDAY INTEGER FLOAT CURRENCY PERCENT PASSWORD FILE IMAGE',
);
const FieldDisplayType = upper('NORMAL DISABLED ENTRY HIDDEN INLINE READONLY');
const SublistType = upper('LIST STATICLIST INLINEEDITOR EDITOR');

export interface SelectChoice {
  readonly value: string;
  readonly text: string;
}

interface FieldOptions {
  readonly id: string;
  readonly type: string;
  readonly label: string;
  readonly container?: string;
}

export class FormField {
  readonly id: string;
  readonly type: string;
  label: string;
  readonly container: string | null;
  defaultValue: unknown = '';
  isMandatory = false;
  displayType = 'NORMAL';
  helpText = '';
  readonly choices: SelectChoice[] = [];
  /** Of a field whose value is a secret: the scripts that may use it. */
  readonly secretFor: readonly string[] | null;

  constructor({ id, type, label, container }: FieldOptions, secretFor: readonly string[] | null = null) {
    this.id = id;
    this.type = String(type);
    this.label = label;
    this.container = container ?? null;
    this.secretFor = secretFor;
  }

  get isHidden(): boolean {
    return this.displayType === 'HIDDEN';
  }

  updateDisplayType({ displayType }: { displayType: string }): this {
    this.displayType = displayType;
    return this;
  }

  setHelpText({ help }: { help: string }): this {
    this.helpText = help;
    return this;
  }

  addSelectOption(choice: SelectChoice): void {
    this.choices.push(choice);
  }
}

/** Only what is asked of it: columns and the lines' values. */
export class FormSublist {
  readonly id: string;
  readonly label: string;
  readonly tab: string | null;
  readonly fields = new Map<string, FormField>();
  readonly lines: Record<string, string>[] = [];

  constructor({ id, label, tab }: { id: string; label: string; tab?: string }) {
    this.id = id;
    this.label = label;
    this.tab = tab ?? null;
  }

  addField(options: FieldOptions): FormField {
    const field = new FormField(options);
    this.fields.set(field.id, field);
    return field;
  }

  getField({ id }: { id: string } | { id: string; line: number }): FormField | null {
    return this.fields.get(id) ?? null;
  }

  setSublistValue({ id, line, value }: { id: string; line: number; value: string }): void {
    this.lines[line] = { ...this.lines[line], [id]: value };
  }

  get lineCount(): number {
    return this.lines.length;
  }
}

export interface FormButton {
  readonly id: string;
  readonly label: string;
  readonly functionName: string;
}

/** A form's own parts begin with custpage; on a record's page there are the record's beside them. */
export class Form {
  title: string;
  readonly tabs: { readonly id: string; readonly label: string }[] = [];
  readonly fields: FormField[] = [];
  readonly sublists = new Map<string, FormSublist>();
  readonly buttons: FormButton[] = [];
  submitLabel: string | null = null;
  clientScriptModulePath: string | null = null;
  readonly #isRecordPage: boolean;

  constructor(title: string, isRecordPage = false) {
    this.title = title;
    this.#isRecordPage = isRecordPage;
  }

  addTab(tab: { id: string; label: string }): void {
    this.#checkId(tab.id);
    if (tab.label.length > 40) throw scriptError('SSS_TAB_LABEL_TOO_LONG', 'at most 40 characters');
    this.tabs.push(tab);
  }

  addField(options: FieldOptions): FormField {
    this.#checkId(options.id);
    if (options.container !== undefined && !this.tabs.some((tab) => tab.id === options.container)) {
      throw scriptError('SSS_INVALID_CONTAINER', `no tab ${options.container}`);
    }
    return this.#keep(new FormField(options));
  }

  addSecretKeyField(options: Omit<FieldOptions, 'type'> & { restrictToScriptIds?: readonly string[] }): FormField {
    this.#checkId(options.id);
    return this.#keep(new FormField({ ...options, type: 'PASSWORD' }, options.restrictToScriptIds ?? []));
  }

  /** A field of the record whose page this is. */
  hold(field: FormField): FormField {
    return this.#keep(field);
  }

  holdSublist(sublist: FormSublist): void {
    this.sublists.set(sublist.id, sublist);
  }

  addSublist(options: { id: string; label: string; tab?: string; type: string }): FormSublist {
    this.#checkId(options.id);
    const made = new FormSublist(options);
    this.sublists.set(made.id, made);
    return made;
  }

  getField({ id }: { id: string }): FormField | null {
    return this.fields.find((field) => field.id === id) ?? null;
  }

  getSublist({ id }: { id: string }): FormSublist | null {
    return this.sublists.get(id) ?? null;
  }

  addButton({ id, label, functionName = '' }: { id: string; label: string; functionName?: string }): void {
    this.#checkId(id);
    this.buttons.push({ id, label, functionName });
  }

  addSubmitButton({ label = 'Submit' }: { label?: string } = {}): void {
    this.submitLabel = label;
  }

  updateDefaultValues(values: Readonly<Record<string, unknown>>): void {
    for (const [id, value] of Object.entries(values)) {
      const field = this.getField({ id });
      if (field) field.defaultValue = value;
    }
  }

  #keep(field: FormField): FormField {
    this.fields.push(field);
    return field;
  }

  /** On a record's page other ids would be taken for the record's own. */
  #checkId(id: string): void {
    if (this.#isRecordPage ? !/^custpage[a-z0-9_]*$/.test(id) : !/^[a-z][a-z0-9_]*$/.test(id)) {
      throw scriptError('SSS_INVALID_UI_OBJECT_ID', `${id}: ids on a form begin with custpage, in lower case`);
    }
  }
}

export const serverWidgetModule: Module = {
  FieldDisplayType,
  FieldType,
  SublistType,
  createForm: ({ title }: { title: string }) => new Form(title),
};
