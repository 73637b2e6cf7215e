// How records are written into an answer: the envelope, side-loads, and which fields show.
import type { Books } from './books.ts';
import type { Page } from './listing.ts';
import { type Row, text, type Value } from './rows.ts';
import type { Association, Shape } from './shape.ts';
import { collectionOfEvent, shapes } from './shapes.ts';

type Shown = Record<string, Value | undefined>;

/** A field that goes by another name since the vendor's last release; null in ordinary times. */
export interface Renaming {
  readonly key: string;
  readonly from: string;
  readonly to: string;
}

interface View {
  readonly shape: Shape;
  readonly included: readonly (readonly [string, Association])[];
  readonly dropped: ReadonlySet<string>;
  readonly renaming: Renaming | null;
}

function viewOf(
  shape: Shape,
  includes: readonly string[],
  optional: ReadonlySet<string>,
  renaming: Renaming | null,
): View {
  const included = includes
    .filter((name) => Object.hasOwn(shape.associations, name))
    .map((name) => [name, shape.associations[name]!] as const);
  const dropped = new Set<string>(shape.concealed);
  for (const field of shape.optional) if (!optional.has(field)) dropped.add(field);
  // An association's id shows only when it was included. FACTS.md#includes
  for (const association of Object.values(shape.associations)) dropped.add(association.field);
  return { shape, included, dropped, renaming: renaming?.key === shape.key ? renaming : null };
}

function payloadFields(books: Books, row: Row, dropped: ReadonlySet<string>): Shown {
  const { before, after } = books.payloadsOf(row.id);
  const changes: Record<string, Value> = {};
  for (const field of Object.keys(after ?? before ?? {})) {
    const [from, to] = [before?.[field] ?? null, after?.[field] ?? null];
    if (from !== to) changes[field] = { from, to };
  }
  const all: Shown = { previous_payload: before ?? {}, current_payload: after ?? {}, payload_changes: changes };
  return Object.fromEntries(Object.entries(all).filter(([field]) => !dropped.has(field)));
}

/** Where `subject` leads for an event or an external reference; null when the record is gone. */
function subjectOf(books: Books, row: Row): { readonly key: string; readonly row: Row } | null {
  const subject = text(row, 'subject_type');
  const id = String(row['subject_id']);
  if (!('event_type' in row)) return books.subjectOf(subject, id);
  const key = collectionOfEvent(subject);
  const found = key ? books.table(key).get(id) : undefined;
  return key && found ? { key, row: found } : null;
}

class Writer {
  readonly loaded = new Map<string, Map<string, Row>>();
  readonly #books: Books;

  constructor(books: Books) {
    this.#books = books;
  }

  show(row: Row, view: View): Shown {
    const shown: Shown = {};
    for (const field in row) if (!view.dropped.has(field)) shown[field] = row[field];
    if (view.shape.key === 'subscribed_events') Object.assign(shown, payloadFields(this.#books, row, view.dropped));
    for (const [name, association] of view.included) {
      if (name === 'subject') shown['subject_ref'] = this.#subjectRef(row);
      else shown[association.field] = this.#load(row, association);
    }
    if (view.renaming && view.renaming.from in shown) {
      shown[view.renaming.to] = shown[view.renaming.from];
      delete shown[view.renaming.from];
    }
    return shown;
  }

  #load(row: Row, association: Association): Value {
    const idList = association.idsOf(row, this.#books);
    const loaded = this.#loadedOf(association.key);
    for (const id of idList) {
      if (loaded.has(id) || !shapes.has(association.key)) continue;
      const other = this.#books.table(association.key).get(id);
      if (other) loaded.set(id, other);
    }
    return association.isSingle ? (idList[0] ?? null) : idList;
  }

  #subjectRef(row: Row): Value {
    const subject = subjectOf(this.#books, row);
    if (!subject) return null;
    this.#loadedOf(subject.key).set(subject.row.id, subject.row);
    return { key: subject.key, id: subject.row.id };
  }

  #loadedOf(key: string): Map<string, Row> {
    const known = this.loaded.get(key);
    if (known) return known;
    const fresh = new Map<string, Row>();
    this.loaded.set(key, fresh);
    return fresh;
  }
}

export function splitNames(query: URLSearchParams, name: string): string[] {
  return (query.get(name) ?? query.get(`${name}[]`) ?? '').split(',').filter((part) => part !== '');
}

/** `{count, results, <key>, <side-loads>, meta}`: `results` is the order, the keyed maps are the records. */
export function envelope(
  books: Books,
  shape: Shape,
  page: Page,
  query: URLSearchParams,
  renaming: Renaming | null,
): unknown {
  const writer = new Writer(books);
  const view = viewOf(shape, splitNames(query, 'include'), new Set(splitNames(query, 'optional_fields')), renaming);
  const own: Record<string, Shown> = {};
  for (const row of page.rows) own[row.id] ??= writer.show(row, view);
  const answer: Record<string, unknown> = {
    count: page.count,
    results: page.rows.map((row) => ({ key: shape.key, id: row.id })),
  };
  const aside = new Map<string, Record<string, Shown>>([[shape.key, own]]);
  const mapOf = (key: string) => {
    const map = aside.get(key) ?? {};
    aside.set(key, map);
    return map;
  };
  for (const [, association] of view.included) if (association.key !== '') mapOf(association.key);
  for (const [key, rows] of writer.loaded) {
    const other = shapes.get(key);
    const plain = other ? viewOf(other, [], new Set(), renaming) : null;
    // A record that was asked for itself keeps its fuller form.
    if (plain) for (const [id, row] of rows) mapOf(key)[id] ??= writer.show(row, plain);
  }
  for (const [key, map] of aside) answer[key] = map;
  answer['meta'] = {
    count: page.count,
    page_count: Math.ceil(page.count / page.size),
    page_number: page.count > 0 ? page.number : 0,
    page_size: page.size,
  };
  return answer;
}
