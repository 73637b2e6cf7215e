// Between the JSON of the record API and the records of PROTOCOL.md: SuiteScript's ids, figures and hours as decimal
// texts, references as ids, the default billing address as fields of the customer.
import { divideDecimal, multiplyDecimal, parseDecimal } from '../../../../shared/decimal.ts';
import type { AnsweredRecord } from '../answers.ts';
import { isValues, type Values, valuesAt } from '../records.ts';
import type { CatalogField, Fields } from './catalog.ts';

/** A value that this interface cannot take: refused here, because it would be changed there without a word. */
export class Untakeable extends Error {
  override readonly name = 'Untakeable';
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** Any decimal of so many digits survives a binary float. */
const floatDigitsMax = 15;

/** Columns that only our package brings. */
export const isOfPackage = (id: string) => /^cust(entity|body|col|event)_tieout_/.test(id);

const addressFields = ['addressee', 'addr1', 'addr2', 'city', 'state', 'zip', 'country'] as const;
const addressBook = 'addressbook';
const addressWithin = 'addressBookAddress';

/** Lines of orders as they are written. The catalogue says nothing of lines; more is not written. */
const lineKinds: Readonly<Record<string, 'reference' | 'number' | 'text'>> = {
  line: 'number',
  item: 'reference',
  price: 'reference',
  quantity: 'number',
  rate: 'number',
  description: 'text',
};

export function readRecord(type: string, json: Values): AnsweredRecord {
  const values: Record<string, unknown> = {};
  const sublists: Record<string, Values[]> = {};
  for (const [name, raw] of Object.entries(json)) {
    const id = name.toLowerCase();
    if (id === 'links' || id === 'id' || id === 'externalid' || id === 'lastmodifieddate') continue;
    const lines = isValues(raw) ? raw['items'] : undefined;
    if (Array.isArray(lines)) sublists[id] = lines.filter(isValues).map(readLine);
    else if (isShown(raw)) values[id] = type === 'timebill' && id === 'hours' ? hoursOf(raw) : plainOf(raw);
  }
  if (type === 'customer') Object.assign(values, addressIn(sublists[addressBook] ?? []));
  const { [addressBook]: _addresses, ...lists } = sublists;
  const stamp = String(json['lastModifiedDate'] ?? '');
  const externalid = typeof json['externalId'] === 'string' ? json['externalId'] : null;
  return { type, id: String(json['id']), externalid, lastmodified: stamp, values, sublists: lists };
}

/** A list that was not asked for is told by its link only. */
function isShown(raw: unknown): boolean {
  return !isValues(raw) || raw['id'] !== undefined;
}

function readLine(line: Values): Values {
  const { links: _links, [addressWithin]: within, ...rest } = line;
  const own = { ...rest, ...(isValues(within) && within) };
  const shown = Object.entries(own).filter(([name, raw]) => name !== 'links' && isShown(raw));
  return Object.fromEntries(shown.map(([name, raw]) => [name.toLowerCase(), plainOf(raw)]));
}

/** A reference is its id, a figure its text; texts and flags are as they are. */
function plainOf(raw: unknown): unknown {
  if (isValues(raw)) return String(raw['id']);
  return typeof raw === 'number' ? parseDecimal(raw) : raw;
}

/** `7:30` -> `7.5`. */
function hoursOf(raw: unknown): string {
  const [, hours = '0', minutes = '0'] = /^(-?\d+):(\d{2})$/.exec(String(raw)) ?? [];
  return divideDecimal(parseDecimal(Number(hours) * 60 + Number(minutes)), '60', 4, 'half-up');
}

const isDefault = (line: Values) => line['defaultbilling'] === true;

function addressIn(lines: readonly Values[]): Values {
  const own = lines.find(isDefault) ?? {};
  return Object.fromEntries(addressFields.map((field) => [field, own[field] ?? null]));
}

/** What a save says. `before` is the record as it is, where its address is to be changed. */
export function writtenBody(
  type: string,
  fields: Fields,
  { values, sublists = {} }: { readonly values: Values; readonly sublists?: Values },
  before: Values | null,
): Values {
  const body: Record<string, unknown> = {};
  const address: Record<string, unknown> = {};
  for (const [id, value] of Object.entries(values)) {
    if (type === 'customer' && (addressFields as readonly string[]).includes(id)) address[id] = value;
    else if (!isOfPackage(id) || fields.has(id)) {
      const field = fields.get(id);
      // What the account does not have is sent as it is called: it is refused by name, and so found out.
      body[field?.name ?? id] = field ? written(id, field, value) : value;
    }
  }
  if (Object.keys(address).length > 0) body['addressBook'] = addressBody(address, before);
  for (const [id, lines] of Object.entries(sublists)) {
    if (Array.isArray(lines)) body[fields.get(id)?.name ?? id] = { items: lines.filter(isValues).map(writtenLine) };
  }
  return body;
}

function written(id: string, { kind }: Pick<CatalogField, 'kind'>, value: unknown): unknown {
  if (value === null) return null;
  if (kind === 'reference') return { id: String(value) };
  if (kind === 'number') return numberOf(id, value);
  return kind === 'hours' ? durationOf(id, value) : value;
}

function writtenLine(line: Values): Values {
  const known = Object.entries(line).filter(([id]) => id in lineKinds);
  return Object.fromEntries(known.map(([id, value]) => [id, written(id, { kind: lineKinds[id] ?? 'text' }, value)]));
}

/** A customer has one default billing address; the others stay as they are. */
function addressBody(address: Values, before: Values | null): Values {
  const lines = before ? valuesAt(before, 'addressBook')['items'] : null;
  const there = Array.isArray(lines) ? lines.filter(isValues).find((line) => line['defaultBilling'] === true) : null;
  const country = address['country'];
  const within = { ...address, ...(typeof country === 'string' && { country: { id: country } }) };
  const line = there?.['line'];
  const place = line === undefined ? { defaultBilling: true, defaultShipping: true } : { line };
  return { items: [{ ...place, [addressWithin]: within }] };
}

/** Figures are binary floats there: one that such a float would change is not sent. */
function numberOf(id: string, value: unknown): number {
  const text = parseDecimal(String(value));
  if (text.replace(/\D/g, '').length > floatDigitsMax)
    throw new Untakeable(id, `NetSuite's record interface would change ${text}: it keeps ${floatDigitsMax} digits.`);
  return Number(text);
}

/** `7.5` -> `7:30`. */
function durationOf(id: string, value: unknown): string {
  const minutes = Number(multiplyDecimal(parseDecimal(String(value)), '60'));
  if (!Number.isSafeInteger(minutes)) {
    throw new Untakeable(id, `NetSuite's record interface takes whole minutes; ${String(value)} hours are none.`);
  }
  const whole = Math.abs(minutes);
  return `${minutes < 0 ? '-' : ''}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
