// One call of the vendor's record API or of SuiteQL: what answers as JSON is handed on, everything else is a Fault.
import { z } from 'zod';
import { parseExactJson } from '../../../../shared/canonical-json.ts';
import { Fault } from '../../../faults.ts';
import type { IfCut } from '../access.ts';
import { faultOf, isLoginRefused, isPage, problemIn } from '../refusals.ts';
import { addressesOf } from '../settings.ts';
import { callWithToken, type Options, type Reached } from '../token.ts';

export const recordPath = '/services/rest/record/v1';
const queryPath = '/services/rest/query/v1/suiteql';
const pageRows = 1_000;
/** More than any question of ours has. */
const pagesMax = 50;

export interface RestCall {
  readonly method: 'GET' | 'PATCH' | 'PUT' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type Row = Readonly<Record<string, string>>;

const rowsAnswer = z.object({
  items: z.array(z.record(z.string(), z.unknown())),
  hasMore: z.boolean(),
});

export class Door {
  readonly #options: Options;
  readonly #base: string;

  constructor(options: Options) {
    this.#options = options;
    this.#base = addressesOf(options.settings).rest;
  }

  get settings(): Options['settings'] {
    return this.#options.settings;
  }

  nowMs(): number {
    return this.#options.nowMs();
  }

  /** Answers of 2xx and 4xx are the caller's to judge; what fails the whole call is thrown. */
  async send({ method, path, query = {}, headers = {}, body }: RestCall, ifCut: IfCut): Promise<Reached> {
    const search = new URLSearchParams(query).toString();
    const url = `${this.#base}${path}${search === '' ? '' : `?${search}`}`;
    const make = (bearer: string) =>
      new Request(url, {
        method,
        headers: {
          authorization: `Bearer ${bearer}`,
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    const reached = await callWithToken(this.#options, 'rest_webservices', make, ifCut);
    const { status, text } = reached;
    const isWhole = status >= 500 || status === 429 || isLoginRefused(status, text) || isPage(reached);
    if (isWhole) throw faultOf({ ...reached, ifCut });
    return reached;
  }

  /** The JSON of an answer to a question; a refusal is a Fault. */
  async ask(call: RestCall): Promise<unknown> {
    const reached = await this.send(call, 'unreachable');
    if (reached.status > 299) throw refusedQuestion(reached);
    return jsonOf(reached);
  }

  /** All rows of a query, as texts; a column without a value is left out. */
  async rows(q: string, params: readonly (string | number)[], rowsMax = pageRows * pagesMax): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (let page = 0; page < pagesMax && rows.length < rowsMax; page++) {
      const answer = rowsAnswer.safeParse(
        await this.ask({
          method: 'POST',
          path: queryPath,
          query: { limit: String(pageRows), offset: String(page * pageRows) },
          headers: { prefer: 'transient' },
          body: { q, params },
        }),
      );
      if (!answer.success) throw new Fault('unreadable', 'the answer to a NetSuite query was not understood');
      for (const { links: _links, ...item } of answer.data.items) rows.push(textsIn(item));
      if (!answer.data.hasMore) break;
    }
    return rows.slice(0, rowsMax);
  }
}

/** A table that is not there is one that the role may not see; a column is another matter. */
function refusedQuestion(reached: Reached): Fault {
  const { code, message } = problemIn(reached.text);
  const isUnseen = reached.status === 403 || /Record '\w+' was not found/.test(message);
  const fault = isUnseen ? 'unauthorised' : reached.status === 404 ? 'orphaned' : 'schema-changed';
  return new Fault(fault, `NetSuite answered ${reached.status}: ${message}`, { vendorCode: code });
}

export function jsonOf(reached: Reached): unknown {
  try {
    return parseExactJson(reached.text);
  } catch (cause) {
    throw new Fault('unreadable', 'NetSuite answered with something that is no JSON', { cause });
  }
}

function textsIn(item: Readonly<Record<string, unknown>>): Row {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, String(value)]));
}
