// What two mappings have otherwise, row by row, in words that need no knowledge of how a mapping is stored.
import { canonicalJson } from '../../shared/canonical-json.ts';
import { codecTitle } from '../../shared/codec-words.ts';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { fieldTitleIn } from '../../shared/field-titles.ts';
import type { MappingContent } from './mapping.ts';

export interface MappingChange {
  /** Null where it concerns no single connection. */
  readonly connection: string | null;
  readonly kind: string | null;
  /** A field, a path of the system's own, or the name of a table. */
  readonly what: string;
  /** Paths of the system's own stand in quotes, so that whoever shows it can say what people call them there. */
  readonly text: string;
}

interface Part {
  readonly connection: string | null;
  readonly kind: string | null;
  /** Of a field its title; left out where `what` is what people call it. */
  readonly title?: string;
  readonly text: string;
}
type Parts = Map<string, Part>;

export function mappingDiff(before: MappingContent, after: MappingContent): readonly MappingChange[] {
  const [was, is] = [partsOf(before), partsOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((key): MappingChange[] => {
    const [one, other] = [was.get(key), is.get(key)];
    const place = other ?? one;
    if (!place || one?.text === other?.text) return [];
    const what = key.slice(key.lastIndexOf('\n') + 1);
    const absent = key.startsWith('~table') ? 'not in the table' : 'as it comes with Tieout';
    const [from, to] = [one?.text ?? absent, other?.text ?? absent];
    return [
      { connection: place.connection, kind: place.kind, what, text: `${place.title ?? what}: ${to}, before: ${from}` },
    ];
  });
}

/** Everything that can differ by itself, under a key that sorts by place. */
function partsOf({ maps, lookups, ownership, targets }: MappingContent): Parts {
  const parts: Parts = new Map();
  for (const [connection, kinds] of Object.entries(maps)) {
    for (const [kind, { fields, extra }] of Object.entries(kinds)) {
      const put = (what: string, title: string, text: string) =>
        parts.set(`${connection}\n${kind}\n${what}`, { connection, kind, title, text });
      for (const [field, row] of Object.entries(fields))
        put(field, titleIn(kind, field), row === null ? 'not carried' : rowText(row));
      for (const row of extra) put(row.at, `“${row.at}”`, extraText(row));
    }
  }
  for (const [name, table] of Object.entries(lookups)) {
    for (const [theirs, ours] of Object.entries(table))
      parts.set(`~table\n${name}: ${theirs}`, { connection: null, kind: null, text: `means ${ours}` });
  }
  for (const [place, role] of Object.entries(ownership)) {
    const [kind = '', field = ''] = place.split('.');
    const title = `${entities[kind as EntityName]?.title ?? kind}, ${titleIn(kind, field)}`;
    parts.set(`~owner\n${place}`, { connection: null, kind: null, title, text: `owned by the ${roleWords[role]}` });
  }
  const put = (what: string, text: string) => parts.set(`~target\n${what}`, { connection: null, kind: null, text });
  for (const [passage, { minutes, calendar, owner }] of Object.entries(targets?.passages ?? {}))
    put(passage, `within ${minutes} minutes${calendar === null ? '' : ` of ${calendar}`}, looked after by ${owner}`);
  for (const [indicator, goal] of Object.entries(targets?.indicators ?? {}))
    put(indicator, goal === null ? 'no target' : `target ${goal}`);
  for (const [name, calendar] of Object.entries(targets?.calendars ?? {}))
    put(`calendar ${name}`, canonicalJson(calendar));
  return parts;
}

const roleWords = { crm: 'CRM', psa: 'PSA', erp: 'ERP', billing: 'billing system' } as const;

/** A field that is no more is named as it was written. */
const titleIn = (kind: string, field: string) => fieldTitleIn(kind, field) || field;

const words = (codec: string) => codecTitle(codec).replace(/^./, (first) => first.toLowerCase());

const arrows = { both: 'read from and written to', in: 'read from', out: 'written to' } as const;

function rowText({ at, codec, direction, lookup }: NonNullable<Field>): string {
  return `${arrows[direction]} “${at}” as ${words(codec)}${lookup ? ` by the table ${lookup}` : ''}`;
}
type Field = MappingContent['maps'][string][string]['fields'][string];

function extraText({ codec, constant, formula }: MappingContent['maps'][string][string]['extra'][number]): string {
  const filled = formula === undefined ? `always ${canonicalJson(constant ?? null)}` : formula;
  return `${filled} as ${words(codec)}`;
}
