// N/ui/serverWidget: forms as lists of what was put on them, and the HTML a person would be served.

export interface FormField {
  readonly id: string;
  readonly type: string;
  readonly label: string;
  readonly container: string | null;
  defaultValue: string;
  isMandatory: boolean;
  isHidden: boolean;
  readonly updateDisplayType: (options: { displayType: string }) => void;
}

const FieldDisplayType = { HIDDEN: 'HIDDEN' };
const FieldType = { INLINEHTML: 'INLINEHTML', TEXT: 'TEXT', URL: 'URL', HELP: 'HELP' };

export class Form {
  readonly title: string;
  readonly tabs: { readonly id: string; readonly label: string }[] = [];
  readonly fields: FormField[] = [];
  readonly buttons: { readonly id: string; readonly label: string; readonly functionName: string }[] = [];
  readonly secretFields: { readonly id: string; readonly restrictToScriptIds: readonly string[] }[] = [];
  submitLabel: string | null = null;
  clientScriptModulePath: string | null = null;

  constructor(title: string) {
    this.title = title;
  }

  addTab(tab: { id: string; label: string }): void {
    this.#checkId(tab.id);
    this.tabs.push(tab);
  }

  addField({ id, type, label, container }: { id: string; type: string; label: string; container?: string }): FormField {
    this.#checkId(id);
    if (container !== undefined && !this.tabs.some((tab) => tab.id === container))
      throw new Error(`no tab ${container}`);
    const field: FormField = {
      id,
      type,
      label,
      container: container ?? null,
      defaultValue: '',
      isMandatory: false,
      isHidden: false,
      updateDisplayType: ({ displayType }) => {
        field.isHidden = displayType === FieldDisplayType.HIDDEN;
      },
    };
    this.fields.push(field);
    return field;
  }

  addSecretKeyField({ id, restrictToScriptIds }: { id: string; restrictToScriptIds: string[] }): {
    isMandatory: boolean;
  } {
    this.#checkId(id);
    this.secretFields.push({ id, restrictToScriptIds });
    return { isMandatory: false };
  }

  addButton(button: { id: string; label: string; functionName: string }): void {
    this.#checkId(button.id);
    this.buttons.push(button);
  }

  addSubmitButton({ label }: { label: string }): void {
    this.submitLabel = label;
  }

  /** The inline HTML of a tab, or of the whole form. */
  html(container: string | null = null): string {
    const shown = this.fields.filter((field) => field.type === FieldType.INLINEHTML && field.container === container);
    return shown.map((field) => field.defaultValue).join('\n');
  }

  #checkId(id: string): void {
    if (!/^custpage[a-z0-9_]*$/.test(id)) throw new Error(`${id}: ids on a form begin with custpage, in lower case`);
  }
}

export const serverWidgetModule = {
  FieldDisplayType,
  FieldType,
  createForm: ({ title }: { title: string }) => new Form(title),
};
