// Values of records in the forms SuiteScript gives and takes: dates, numbers, flags, and '' for what is empty.
import type { Field } from '../../fields.ts';
import { type Value, valueFrom } from '../../values.ts';
import { ScriptDate } from '../loader.ts';
import { inWordsOfScripts, scriptError } from '../script-error.ts';

export const fieldTypes: Readonly<Record<Field['kind'], string>> = {
  text: 'text',
  number: 'float',
  amount: 'currency',
  hours: 'timetrack',
  flag: 'checkbox',
  date: 'date',
  instant: 'datetimetz',
  choice: 'select',
  reference: 'select',
};

/** Days are dates at midnight of the script's own zone. */
export function toScript(field: Field, value: Value | undefined): unknown {
  if (value === null || value === undefined) return field.kind === 'flag' ? false : '';
  switch (field.kind) {
    case 'date': {
      const [year = 0, month = 1, day = 1] = String(value).split('-').map(Number);
      return new ScriptDate(year, month - 1, day);
    }
    case 'instant':
      return new ScriptDate(String(value));
    case 'number':
    case 'amount':
    case 'hours':
      return Number(value);
    default:
      return value;
  }
}

const two = (part: number) => String(part).padStart(2, '0');

export function fromScript(field: Field, value: unknown): Value {
  if (value instanceof Date) {
    const day = `${value.getFullYear()}-${two(value.getMonth() + 1)}-${two(value.getDate())}`;
    return inWordsOfScripts(() => valueFrom(field, field.kind === 'date' ? day : value.toISOString(), () => null));
  }
  if (field.kind === 'date' && value !== '' && value !== null) {
    throw scriptError(
      'INVALID_FLD_VALUE',
      `You have entered an Invalid Field Value for the following field: ${field.id}`,
    );
  }
  return inWordsOfScripts(() => valueFrom(field, value, () => null));
}
