// The `q` parameter of record collections: `companyName START_WITH "Ac" AND isInactive IS false`.
import { canonical } from './decimals.ts';
import type { Field, RecordType } from './fields.ts';
import { refusals } from './refusal.ts';
import type { Entry } from './shelf.ts';

type Test = (entry: Entry) => boolean;

const words = /"((?:[^"\\]|\\.)*)"|\[([^\]]*)\]|([^\s()]+)|[()]/g;
const dateForm = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;

function tokens(q: string): string[] {
  return [...q.matchAll(words)].map((match) => match[1] ?? match[2] ?? match[0]);
}

/** The account's own date form; anything else is refused as the vendor refuses it. */
function dayOf(raw: string): string {
  const match = dateForm.exec(raw);
  if (!match) {
    const message = `Parse of date/time "${raw}" failed with date format "M/d/yy" in time zone America/Los_Angeles`;
    throw refusals.badParameter(message);
  }
  const [, month = '', day = '', year = ''] = match;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

function shownValue(entry: Entry, type: RecordType, name: string, field: Field | undefined): string | null {
  if (name === 'id') return entry.id;
  if (name === 'externalid') return entry.externalId;
  if (name === type.modifiedName.toLowerCase()) return new Date(entry.stampMs).toISOString();
  if (name === type.createdName.toLowerCase()) return new Date(entry.createdMs).toISOString();
  const value = field ? (entry.values[field.key] ?? null) : null;
  return value === null ? null : String(value);
}

type Compare = (value: string, wanted: readonly string[]) => boolean;

const textTests: Readonly<Record<string, Compare>> = {
  IS: (value, [wanted = '']) => value.toLowerCase() === wanted.toLowerCase(),
  IS_NOT: (value, [wanted = '']) => value.toLowerCase() !== wanted.toLowerCase(),
  CONTAIN: (value, [wanted = '']) => value.toLowerCase().includes(wanted.toLowerCase()),
  START_WITH: (value, [wanted = '']) => value.toLowerCase().startsWith(wanted.toLowerCase()),
  END_WITH: (value, [wanted = '']) => value.toLowerCase().endsWith(wanted.toLowerCase()),
  ENDWITH: (value, [wanted = '']) => value.toLowerCase().endsWith(wanted.toLowerCase()),
};

const numberTests: Readonly<Record<string, Compare>> = {
  EQUAL: (value, [wanted = '']) => canonical(value) === canonical(wanted),
  GREATER: (value, [wanted]) => Number(value) > Number(wanted),
  LESS: (value, [wanted]) => Number(value) < Number(wanted),
  GREATER_OR_EQUAL: (value, [wanted]) => Number(value) >= Number(wanted),
  LESS_OR_EQUAL: (value, [wanted]) => Number(value) <= Number(wanted),
  BETWEEN: (value, [low, high]) => Number(value) >= Number(low) && Number(value) <= Number(high),
  ANY_OF: (value, wanted) => wanted.includes(value),
};

const dateTests: Readonly<Record<string, Compare>> = {
  ON: (value, [day = '']) => value.slice(0, 10) === dayOf(day),
  BEFORE: (value, [day = '']) => value.slice(0, 10) < dayOf(day),
  AFTER: (value, [day = '']) => value.slice(0, 10) > dayOf(day),
  ON_OR_AFTER: (value, [day = '']) => value.slice(0, 10) >= dayOf(day),
  ON_OR_BEFORE: (value, [day = '']) => value.slice(0, 10) <= dayOf(day),
};

const tests: Readonly<Record<string, Compare>> = { ...textTests, ...numberTests, ...dateTests };

function parseOne(type: RecordType, queue: string[]): Test {
  const name = (queue.shift() ?? '').toLowerCase();
  const field = type.fields.get(name);
  const isKnown =
    field || ['id', 'externalid', type.modifiedName.toLowerCase(), type.createdName.toLowerCase()].includes(name);
  if (!isKnown) throw refusals.badParameter(`Invalid search query. Unknown field '${name}'.`);
  const operator = (queue.shift() ?? '').toUpperCase();
  if (operator === 'EMPTY') return (entry) => shownValue(entry, type, name, field) === null;
  if (operator === 'EMPTY_NOT') return (entry) => shownValue(entry, type, name, field) !== null;
  const compare = tests[operator];
  if (!compare) throw refusals.badParameter(`Invalid search query. Unknown operator '${operator}'.`);
  const wanted = (queue.shift() ?? '').split(',').map((each) => each.trim());
  if (operator === 'BETWEEN' && queue[0]?.toUpperCase() === 'AND') wanted.push(queue.splice(0, 2)[1] ?? '');
  if (operator in dateTests) dayOf(wanted[0] ?? '');
  return (entry) => {
    const value = shownValue(entry, type, name, field);
    return value !== null && compare(value, wanted);
  };
}

/** AND binds closer than OR; parentheses group. */
function parseAny(type: RecordType, queue: string[]): Test {
  const branches = [parseAll(type, queue)];
  while (queue[0]?.toUpperCase() === 'OR') {
    queue.shift();
    branches.push(parseAll(type, queue));
  }
  return (entry) => branches.some((branch) => branch(entry));
}

function parseAll(type: RecordType, queue: string[]): Test {
  const conditions: Test[] = [];
  do {
    if (queue[0]?.toUpperCase() === 'AND') queue.shift();
    if (queue[0] === '(') {
      queue.shift();
      conditions.push(parseAny(type, queue));
      if (queue.shift() !== ')') throw refusals.badParameter('Invalid search query. Missing parenthesis.');
    } else conditions.push(parseOne(type, queue));
  } while (queue[0]?.toUpperCase() === 'AND');
  return (entry) => conditions.every((condition) => condition(entry));
}

export function parseFilter(type: RecordType, q: string): Test {
  const queue = tokens(q);
  const test = parseAny(type, queue);
  if (queue.length > 0) throw refusals.badParameter(`Invalid search query. Unexpected '${queue[0]}'.`);
  return test;
}
