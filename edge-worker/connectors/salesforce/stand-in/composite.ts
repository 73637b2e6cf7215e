// Composite and batch: several calls in one, the later ones naming results of the earlier ones.
import { type Answer, Refused } from './refusals.ts';
import { type Body, isBody } from './values.ts';
import { bodyOf, type Call, noHeader, type Visit } from './visit.ts';

const partsMax = 25;
const queryPartsMax = 5;

interface Part {
  readonly method: string;
  readonly url: string;
  readonly referenceId: string;
  readonly body: unknown;
}

interface PartAnswer {
  readonly body: unknown;
  readonly httpHeaders: Readonly<Record<string, string>>;
  readonly httpStatusCode: number;
  readonly referenceId: string;
}

const halted = (referenceId: string, message: string): PartAnswer => ({
  body: [{ errorCode: 'PROCESSING_HALTED', message }],
  httpHeaders: {},
  httpStatusCode: 400,
  referenceId,
});

const rolledBack = 'The transaction was rolled back since another operation in the same transaction failed.';

class RollBack extends Error {}

function partsOf(body: Body, key: string): readonly Body[] {
  const list = Array.isArray(body[key]) ? body[key].filter(isBody) : [];
  if (list.length === 0) throw new Refused('REQUIRED_FIELD_MISSING', `At least 1 entry is required: ${key}`, null);
  const queries = list.filter((part) => /\/query|\/composite\/sobjects/.test(String(part['url'])));
  if (list.length > partsMax || (key === 'compositeRequest' && queries.length > queryPartsMax)) {
    const what = list.length > partsMax ? `${partsMax} operations` : `${queryPartsMax} query or collection operations`;
    throw new Refused('LIMIT_EXCEEDED', `Limit exceeded: no more than ${what} are allowed in one request`, null);
  }
  return list;
}

/** The value behind `acc.id` or `found.records[0].Id` in the results so far; undefined when there is none. */
function referred(results: ReadonlyMap<string, unknown>, reference: string): unknown {
  const [head = '', ...steps] = reference.replace(/\[(\d+)\]/g, '.$1').split('.');
  let value = results.get(head);
  for (const step of steps) {
    if (Array.isArray(value)) value = value[Number(step)];
    else value = isBody(value) ? value[step] : undefined;
  }
  return value;
}

class Unresolved extends Error {}

function fill(results: ReadonlyMap<string, unknown>, text: string): string {
  return text.replace(/@\{([^}]+)\}/g, (_, reference: string) => {
    const value = referred(results, reference);
    if (value !== undefined && value !== null) return String(value);
    const [head] = reference.split('.');
    throw new Unresolved(`Invalid reference specified. No value for ${reference} found in ${head}`);
  });
}

function fillAll(results: ReadonlyMap<string, unknown>, value: unknown): unknown {
  if (typeof value === 'string') return fill(results, value);
  if (Array.isArray(value)) return value.map((one) => fillAll(results, one));
  if (!isBody(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillAll(results, one)]));
}

function callOf(method: string, url: string, body: unknown): Call {
  const { pathname, searchParams } = new URL(url, 'http://part.invalid');
  return { method, path: pathname, query: searchParams, header: noHeader, body: () => body, text: '' };
}

function serve(visit: Visit, part: Part, results: Map<string, unknown>): PartAnswer {
  const { referenceId } = part;
  try {
    const answer = visit.again(callOf(part.method, fill(results, part.url), fillAll(results, part.body)));
    if (answer.status < 400) results.set(referenceId, answer.json);
    const location = answer.headers?.['Location'];
    const httpHeaders = location ? { Location: location } : {};
    return { body: answer.json ?? null, httpHeaders, httpStatusCode: answer.status, referenceId };
  } catch (error) {
    if (error instanceof Unresolved) return halted(referenceId, error.message);
    throw error;
  }
}

/** The request itself answers 200, whatever became of its parts. */
export function composite(visit: Visit): Answer {
  const body = bodyOf(visit);
  const parts = partsOf(body, 'compositeRequest').map(
    (part): Part => ({
      method: String(part['method'] ?? '').toUpperCase(),
      url: String(part['url'] ?? ''),
      referenceId: String(part['referenceId'] ?? ''),
      body: part['body'],
    }),
  );
  const isAllOrNone = body['allOrNone'] === true;
  const results = new Map<string, unknown>();
  const answers: PartAnswer[] = [];
  try {
    visit.org.books.atomically(() => {
      for (const part of parts) {
        answers.push(serve(visit, part, results));
        if (isAllOrNone && (answers.at(-1)?.httpStatusCode ?? 200) >= 400) throw new RollBack();
      }
    });
  } catch (error) {
    if (!(error instanceof RollBack)) throw error;
    const culprit = answers.length - 1;
    const all = parts.map((part, at) => (at === culprit ? answers[at] : halted(part.referenceId, rolledBack)));
    return { status: 200, json: { compositeResponse: all } };
  }
  return { status: 200, json: { compositeResponse: answers } };
}

/** Batch parts stand on their own: none sees another's result, none is rolled back for another. */
export function batch(visit: Visit): Answer {
  const results = partsOf(bodyOf(visit), 'batchRequests').map((part) => {
    const url = String(part['url'] ?? '').replace(/^\/?(?=v\d)/, '/services/data/');
    const answer = visit.again(callOf(String(part['method'] ?? '').toUpperCase(), url, part['richInput']));
    return { statusCode: answer.status, result: answer.json ?? null };
  });
  return { status: 200, json: { hasErrors: results.some((one) => one.statusCode >= 400), results } };
}
