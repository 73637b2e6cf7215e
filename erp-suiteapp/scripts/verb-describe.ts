// The verbs that tell about the account: the fields of a record type, and what the integration's role may do.
import * as record from 'N/record';
import * as runtime from 'N/runtime';
import { addressFields, addressLengthMax, hasAddress } from './address.ts';
import { type Json, textIn } from './asked.ts';
import { accountId, environment } from './environment.ts';
import { bodyFields } from './record-form.ts';
import { typeNamed } from './refusals.ts';

interface Option {
  readonly id: string;
  readonly label: string;
}

interface DescribedField {
  readonly id: string;
  readonly label: string;
  readonly type: string;
  readonly mandatory: boolean;
  readonly options: readonly Option[] | null;
  readonly maxLength: number | null;
}

/** SuiteScript does not say how long a text may be. By type, and for standard fields that differ, by name. */
const lengthsByType: Readonly<Record<string, number>> = {
  text: 300,
  email: 254,
  phone: 32,
  url: 999,
  textarea: 4000,
  longtext: 1_000_000,
  clobtext: 1_000_000,
};
const lengthsByName: Readonly<Record<string, number>> = {
  companyname: 83,
  entityid: 83,
  firstname: 32,
  lastname: 32,
  email: 254,
  phone: 32,
  url: 100,
  accountnumber: 99,
  tranid: 45,
  otherrefnum: 45,
};

/** Lists that an administrator keeps. Of references to records the options are the records: too many to tell. */
const listed = new Set(
  (
    'subsidiary currency terms entitystatus jobbillingtype jobtype approvalstatus timeapproval orderstatus status ' +
    'price category timetype billingschedule constrainttype priority department class location'
  ).split(' '),
);
const isListed = (id: string) => listed.has(id) || /^cust[a-z]+_/.test(id);

export function describe(request: Json): readonly DescribedField[] {
  const type = typeNamed(textIn(request, 'type'));
  // Options are known to a record in dynamic mode only.
  const blank = record.create({ type: type.id, isDynamic: true });
  const fields = [...bodyFields(blank)].flatMap(([fieldId, kind]): DescribedField[] => {
    const field = blank.getField({ fieldId });
    if (field === null) return [];
    const maxLength = lengthsByName[fieldId] ?? lengthsByType[kind] ?? null;
    const options = kind.endsWith('select') && isListed(fieldId) ? optionsOf(field) : null;
    return [{ id: fieldId, label: field.label, type: kind, mandatory: field.isMandatory, options, maxLength }];
  });
  return hasAddress(type.id) ? [...fields, ...addressFields.map(describedAddress)] : fields;
}

/** None, rather than some, where the vendor will not tell. */
function optionsOf(field: record.Field): readonly Option[] | null {
  try {
    const options = field.getSelectOptions().map(({ value, text }) => ({ id: String(value), label: text }));
    return options.length > 0 ? options.filter(({ id }) => id !== '') : null;
  } catch {
    return null;
  }
}

function describedAddress(id: string): DescribedField {
  return {
    id,
    label: `Address: ${id}`,
    type: 'text',
    mandatory: false,
    options: null,
    maxLength: addressLengthMax,
  };
}

const levels = ['NONE', 'VIEW', 'CREATE', 'EDIT', 'FULL'] as const;

/** What the shipped role holds; a test keeps this table and the role's XML the same. */
const needed: Readonly<Record<string, (typeof levels)[number]>> = {
  ADMI_RESTWEBSERVICES: 'FULL',
  ADMI_LOGIN_OAUTH2: 'FULL',
  ADMI_DELETEDRECORD: 'FULL',
  ADMI_ACCTPERIODS: 'VIEW',
  REPO_ANALYTICS: 'EDIT',
  LIST_CUSTJOB: 'EDIT',
  LIST_JOB: 'EDIT',
  LIST_PROJECTTASK: 'EDIT',
  LIST_EMPLOYEE: 'EDIT',
  LIST_SUBSIDIARY: 'VIEW',
  LIST_ITEM: 'VIEW',
  LIST_BILLINGSCHEDULE: 'EDIT',
  LIST_CUSTRECORDENTRY: 'FULL',
  TRAN_TIMEBILL: 'EDIT',
  TRAN_EXPREPT: 'EDIT',
  TRAN_SALESORD: 'EDIT',
  TRAN_CUSTINVC: 'EDIT',
  TRAN_CUSTCRED: 'EDIT',
  TRAN_CUSTPYMT: 'VIEW',
};

export function ping(): readonly Json[] {
  const user = runtime.getCurrentUser();
  const held = Object.keys(needed).map((name) => [name, Number(user.getPermission({ name }))] as const);
  const permissions = Object.fromEntries(held.map(([name, level]) => [name, levels[level] ?? 'NONE']));
  const missing = held.filter(([name, level]) => level < levels.indexOf(needed[name] ?? 'NONE')).map(([name]) => name);
  return [{ account: accountId(), environment: environment(), role: user.roleId, permissions, missing }];
}
