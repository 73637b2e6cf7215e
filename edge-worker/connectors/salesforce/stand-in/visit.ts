// One authenticated call on its way through the routes: what was asked, and what bends the answer.
import type { Actor } from './books.ts';
import { parseId } from './ids.ts';
import type { Org } from './org.ts';
import { type Answer, notFound, Refused, unreadable } from './refusals.ts';
import type { FieldShape, Schema, TypeShape } from './shape.ts';
import type { Stored } from './table.ts';
import { type Body, isBody } from './values.ts';

/** A request, or one part of a composite, in the form the routes read. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | null;
  readonly body: () => unknown;
  /** The body as it came, for what is not JSON. */
  readonly text: string;
}

/** A rule or a lock that refuses every write of this call. */
export type Spoiler = (type: TypeShape, id: string | null, body: Body) => Refused;

export interface Visit {
  readonly org: Org;
  readonly call: Call;
  readonly version: string;
  readonly by: Actor;
  /** The types and fields the visitor may see. */
  readonly schema: Schema;
  /** Whether sharing lets the visitor see a record. */
  readonly canSee: (row: Stored) => boolean;
  readonly spoiler: Spoiler | null;
  readonly isSearchable: (row: Stored) => boolean;
  /** Serves another call as the same visitor, as a composite does with its parts. */
  readonly again: (call: Call) => Answer;
}

export const noHeader = (): null => null;

export function typeNamed(visit: Visit, name: string): TypeShape {
  const type = visit.schema.type(name);
  if (!type) throw notFound();
  return type;
}

export function fieldNamed(type: TypeShape, name: string): FieldShape {
  const field = type.byName.get(name.toLowerCase());
  if (!field) throw new Refused('INVALID_FIELD', `No such column '${name}' on entity '${type.name}'`, null);
  return field;
}

export function bodyOf(visit: Visit): Body {
  const body = visit.call.body();
  if (isBody(body)) return body;
  throw unreadable('The HTTP entity body is required, but this request has no entity body.');
}

/** The row a write names. Salesforce tells a wrong id, a deleted row and a missing row apart. */
export function rowToWrite(visit: Visit, type: TypeShape, text: string): Stored {
  const id = parseId(text);
  if (!id?.startsWith(type.prefix)) {
    throw new Refused('MALFORMED_ID', `${type.label} ID: id value of incorrect type: ${text}`, ['Id']);
  }
  const row = visit.org.books.find(type, id);
  if (!row || !visit.canSee(row)) throw notFound();
  return row;
}
