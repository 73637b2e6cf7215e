// The query routes: run a query, show a page, and keep a cursor for the rest.
import type { IdMaker } from './ids.ts';
import { type Answer, Refused } from './refusals.ts';
import { parseSoql } from './soql-parse.ts';
import { type Render, type RunScope, runQuery } from './soql-run.ts';
import type { Stored } from './table.ts';
import { days } from './times.ts';
import type { Visit } from './visit.ts';

interface Cursor {
  readonly rows: readonly Stored[];
  readonly render: Render;
  readonly madeMs: number;
}

const pageRowsMax = 2000;
const pageRowsMin = 200;
/** UNVERIFIED: how long a cursor lives, and how many are kept for one user. */
const cursorLifeMs = days(2);
const cursorsMax = 50;

export class Queries {
  readonly #ids: IdMaker;
  readonly #cursors = new Map<string, Cursor>();

  constructor(ids: IdMaker) {
    this.#ids = ids;
  }

  run(visit: Visit, areDeletedShown: boolean): Answer {
    const soql = visit.call.query.get('q');
    if (!soql) throw new Refused('MALFORMED_QUERY', 'SOQL statements cannot be empty or null', null);
    const outcome = runQuery(this.scope(visit, soql, areDeletedShown), parseSoql(soql));
    if (outcome.kind === 'count') return { status: 200, json: { totalSize: outcome.total, done: true, records: [] } };
    if (outcome.kind === 'sums') {
      return { status: 200, json: { totalSize: 1, done: true, records: [outcome.record] } };
    }
    return { status: 200, json: this.#firstPage(visit, outcome.rows, outcome.render) };
  }

  more(visit: Visit, locator: string): Answer {
    const cut = locator.lastIndexOf('-');
    const cursor = this.#cursors.get(locator.slice(0, cut));
    const from = Number(locator.slice(cut + 1));
    const isKnown = cursor && visit.org.nowMs() - cursor.madeMs < cursorLifeMs;
    if (!isKnown || !Number.isInteger(from) || from < 0 || from > cursor.rows.length) {
      throw new Refused('INVALID_QUERY_LOCATOR', 'invalid query locator', null);
    }
    return { status: 200, json: this.#page(visit, locator.slice(0, cut), cursor, from) };
  }

  scope(visit: Visit, soql: string, areDeletedShown: boolean): RunScope {
    return {
      books: visit.org.books,
      schema: visit.schema,
      soql,
      nowMs: visit.org.nowMs(),
      version: visit.version,
      areDeletedShown,
      isSearchable: visit.isSearchable,
      canSee: visit.canSee,
      keepPage: (rows, render) => this.#firstPage(visit, rows, render),
    };
  }

  #firstPage(visit: Visit, rows: readonly Stored[], render: Render): unknown {
    const cursor = { rows, render, madeMs: visit.org.nowMs() };
    if (rows.length <= pageRows(visit)) return this.#page(visit, '', cursor, 0);
    const id = this.#ids.next('0r8');
    this.#cursors.set(id, cursor);
    const [oldest] = this.#cursors.keys();
    if (this.#cursors.size > cursorsMax && oldest) this.#cursors.delete(oldest);
    return this.#page(visit, id, cursor, 0);
  }

  #page(visit: Visit, id: string, cursor: Cursor, from: number): unknown {
    const to = from + pageRows(visit);
    const isDone = to >= cursor.rows.length;
    return {
      totalSize: cursor.rows.length,
      done: isDone,
      ...(isDone ? {} : { nextRecordsUrl: `/services/data/${visit.version}/query/${id}-${to}` }),
      records: cursor.rows.slice(from, to).map(cursor.render),
    };
  }
}

function pageRows(visit: Visit): number {
  const asked = Number(/batchSize=(\d+)/i.exec(visit.call.header('sforce-query-options') ?? '')?.[1] ?? pageRowsMax);
  return Math.min(pageRowsMax, Math.max(pageRowsMin, asked));
}
