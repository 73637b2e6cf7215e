// The forms of values: ours on the wire are texts, booleans and null; SuiteScript's are dates, numbers and ''.
import { Refusal } from './asked.ts';
import { isoSeconds } from './instants.ts';

export type WireValue = string | boolean | readonly string[] | null;

const dayTypes = ['date'];
const instantTypes = ['datetime', 'datetimetz'];
const figureTypes = /^(pos)?(integer|float|currency2?|rate)$|^percent$/;
/** UNVERIFIED: the type SuiteScript gives a duration, and whether it reads as hours or as h:mm; both are understood. */
const durationTypes = ['timetrack', 'duration'];
const digitsMax = 15;

const isFigure = (type: string) => figureTypes.test(type) || durationTypes.includes(type);

export function toWire(type: string, raw: unknown): WireValue {
  if (type === 'checkbox') return raw === true || raw === 'T';
  if (raw === null || raw === undefined || raw === '') return null;
  if (raw instanceof Date) return dayTypes.includes(type) ? dayOf(raw) : isoSeconds(raw.getTime());
  if (Array.isArray(raw)) return raw.map(String);
  if (typeof raw === 'number') return plainDecimal(raw);
  const text = String(raw);
  return durationTypes.includes(type) && text.includes(':') ? hoursOf(text) : text;
}

/** Figures as texts, flags as booleans: nothing may slip in as a floating point number. */
export function fromWire(id: string, type: string, raw: unknown): Date | number | string | boolean {
  const isFlag = type === 'checkbox';
  if (raw !== null && typeof raw !== (isFlag ? 'boolean' : 'string'))
    throw wrongKind(id, isFlag ? 'boolean' : 'string');
  if (typeof raw === 'boolean') return raw;
  if (isFlag) return false;
  const text = typeof raw === 'string' ? raw : '';
  if (text === '') return '';
  if (dayTypes.includes(type)) return dayFrom(id, text);
  if (instantTypes.includes(type)) return instantFrom(id, text);
  if (isFigure(type)) return figureFrom(id, type, text);
  return text;
}

export const wrongKind = (id: string, wanted: string) =>
  new Refusal('INVALID_CONTENT', `Invalid value for the property '${id}'. Provide a valid ${wanted}.`, id);

const two = (part: number) => String(part).padStart(2, '0');

/** Days are dates at midnight of the script's own zone. */
function dayOf(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

function dayFrom(id: string, text: string): Date {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const at = new Date(Number(year), Number(month) - 1, Number(day));
  // The vendor reads 30 February as 2 March; the round trip tells.
  if (Number.isNaN(at.getTime()) || dayOf(at) !== text) throw wrongKind(id, 'date in the form YYYY-MM-DD');
  return at;
}

function instantFrom(id: string, text: string): Date {
  const ms = /^\d{4}-\d\d-\d\dT.*Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw wrongKind(id, 'date and time in ISO 8601');
  return new Date(ms);
}

/** Up to fifteen digits a number keeps exactly what the text says; more would be cut silently. */
function figureFrom(id: string, type: string, text: string): number {
  const isDecimal = /^-?\d+(\.\d+)?$/.test(text);
  const digits = text.replace(/[-.]/g, '').replace(/^0+/, '').length;
  if (!isDecimal || digits > digitsMax) throw wrongKind(id, durationTypes.includes(type) ? 'decimal string' : 'number');
  return Number(text);
}

function plainDecimal(figure: number): string {
  const text = String(figure);
  return text.includes('e') ? figure.toFixed(digitsMax).replace(/\.?0+$/, '') : text;
}

function hoursOf(duration: string): string {
  const [hours = '0', minutes = '0'] = duration.split(':');
  const sign = hours.startsWith('-') ? -1 : 1;
  return plainDecimal(Number((Number(hours) + (sign * Number(minutes)) / 60).toFixed(4)));
}
