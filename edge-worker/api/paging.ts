// Lists in pages: a cursor names the last row of a page by its sort key, so that rows which come or go meanwhile
// neither double nor hide others.
import { z } from 'zod';
import { ProblemError } from './problems.ts';

export const paging = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100).meta({ description: 'Rows a page.' }),
  after: z.string().max(1000).optional().meta({ description: '`next` of the page before.' }),
});

export function pageOf<Row extends z.ZodType>(row: Row) {
  return z.object({
    rows: z.array(row),
    next: z.string().nullable().meta({
      description: 'Send it as `after` for the next page; null on the last. A page that looked far back may be short.',
    }),
  });
}

/**
 * Rows fetched are one more than the limit: whether there is another page is known without counting. `goesOn` is where
 * a page that is not full goes on.
 */
export function cursorAfter<Row, Shown>(
  rows: readonly Row[],
  limit: number,
  show: (row: Row) => Shown,
  keyOf: (row: Row) => readonly (string | number)[],
  goesOn: readonly (string | number)[] | null = null,
): { rows: Shown[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const key = rows.length > limit && last !== undefined ? keyOf(last) : goesOn;
  return { rows: page.map(show), next: key && cursorFor(key) };
}

export function cursorOf<Key extends z.ZodType>(after: string | undefined, key: Key): z.infer<Key> | null {
  if (after === undefined) return null;
  const parsed = key.safeParse(decode(after));
  if (parsed.success) return parsed.data;
  throw new ProblemError('invalid-query', 'The cursor is not one that this list gave.', {
    next: 'Send `next` of the page before as `after`, or leave it out.',
    fields: [{ field: 'after', problem: 'not a cursor of this list' }],
  });
}

/** A cursor that names a place by its sort key. */
export function cursorFor(key: readonly (string | number)[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(key));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

function decode(cursor: string): unknown {
  try {
    const binary = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (character) => character.charCodeAt(0))));
  } catch {
    return null;
  }
}
