// Fields of one system that change in mid-run: a field is wanted that no mapping names, a value of a list is gone, or
// a field has another name. The system refuses what concerns the type until it was asked what its fields are now, or
// until it is called with the new name; whoever administers it agrees with the hub some minutes later.
import type { Connector } from '../../edge-worker/connectors/connector.ts';
import type { MappingContent } from '../../edge-worker/flow/mapping.ts';
import type { Seat } from './systems.ts';
import type { Dice } from './world.ts';

/** `list` loses its last value; `from` is called `to` from now on; otherwise a field is wanted. */
type Difference =
  | { readonly how: 'wanted' }
  | { readonly how: 'gone'; readonly list: string }
  | { readonly how: 'renamed'; readonly from: string; readonly to: string };

export interface Drift {
  readonly seat: Seat;
  readonly type: string;
  readonly difference: Difference;
  readonly minutes: number;
  /** Between its being found and its being answered. */
  readonly patienceMs: number;
}

const wanted: Difference = { how: 'wanted' };
const gone = (list: string): Difference => ({ how: 'gone', list });
const renamed = (from: string, to: string): Difference => ({ how: 'renamed', from, to });

/** Types that the hub writes there, lists that it reads or writes, and fields of every sort. */
const places: readonly (readonly [Seat, string, Difference])[] = [
  ['crm', 'client', gone('stage')],
  ['crm', 'bill', wanted],
  ['psa', 'client', wanted],
  ['psa', 'engagement', gone('state')],
  ['psa', 'hours', gone('approval')],
  ['psa', 'cost', gone('approval')],
  ['psa', 'bill', wanted],
  ['erp', 'client', wanted],
  ['erp', 'engagement', wanted],
  ['erp', 'hours', wanted],
  ['erp', 'cost', wanted],
  ['erp', 'bill', gone('state')],
  ['crm', 'client', renamed('phone', 'telephone')],
  ['crm', 'opportunity', renamed('amount', 'value')],
  ['crm', 'bill', renamed('no', 'bill_no')],
  ['psa', 'client', renamed('number', 'client_no')],
  ['psa', 'engagement', renamed('title', 'project_name')],
  ['psa', 'hours', renamed('quantity', 'worked')],
  ['psa', 'cost', renamed('approval', 'released')],
  ['erp', 'client', renamed('terms', 'payment_terms')],
  ['erp', 'engagement', renamed('client_id', 'customer_id')],
  ['erp', 'hours', renamed('billed', 'invoiced')],
  ['erp', 'person', renamed('full_name', 'person_name')],
  ['erp', 'bill', renamed('paid', 'received')],
];

export function drawDrift(dice: Dice): Drift | null {
  const isDrifting = dice.hits(0.6);
  const [seat, type, difference] = dice.pick(places);
  const when = { minutes: dice.between(4, 48), patienceMs: dice.between(1, 6) * 60_000 };
  return isDrifting ? { seat, type, difference, ...when } : null;
}

/** The mapping in force, but that it names what has another name now. */
export function agreedContent({ maps }: Connector, drift: Drift, content: MappingContent): MappingContent {
  const { seat, type, difference } = drift;
  if (difference.how !== 'renamed') return content;
  const { from, to } = difference;
  const kinds = { ...content.maps[seat] };
  for (const [kind, map] of Object.entries(maps).filter(([, { recordType }]) => recordType === type)) {
    const rows = Object.entries(map.fields).filter(([, row]) => row.at === from);
    const fields = rows.map(([field, { codec, direction }]) => [field, { at: to, codec: codec.name, direction }]);
    kinds[kind] = { extra: [], ...kinds[kind], fields: { ...kinds[kind]?.fields, ...Object.fromEntries(fields) } };
  }
  return { ...content, maps: { ...content.maps, [seat]: kinds } };
}

export const unknownField = 'unknown_field';

const pathsHeader = 'x-paths';
const typeIn = (request: Request) => /\/v1\/([a-z]+)\/(?:batch|read|find|withdraw)$/.exec(request.url)?.[1] ?? null;

/** A call names the fields that it is about, as a query does; these servers need not be told, but this door looks. */
export function naming(request: Request, paths: Readonly<Record<string, readonly string[]>>): Request {
  request.headers.set(pathsHeader, (paths[typeIn(request) ?? ''] ?? []).join());
  return request;
}

interface DescribedField {
  readonly path: string;
  readonly choices: readonly string[] | null;
}

/** What a system's door does with calls once its fields have changed. */
export class Drifted {
  readonly #drift: Drift;
  #isTold = false;

  constructor(drift: Drift) {
    this.#drift = drift;
  }

  /** A call that concerns the type is no longer understood. */
  refusal(request: Request): Response | null {
    const { type, difference } = this.#drift;
    if (typeIn(request) !== type || !this.#isStrange(request)) return null;
    const field = difference.how === 'gone' ? difference.list : difference.how === 'renamed' ? difference.from : 'id';
    const body = { code: unknownField, message: `The fields of ${type} have changed`, fields: [field] };
    return new Response(JSON.stringify(body), { status: 404 });
  }

  #isStrange(request: Request): boolean {
    const { difference } = this.#drift;
    if (difference.how !== 'renamed') return !this.#isTold && /(batch|read)$/.test(request.url);
    return request.headers.get(pathsHeader)?.split(',').includes(difference.from) ?? false;
  }

  async described(request: Request, response: Response): Promise<Response> {
    const { type, difference } = this.#drift;
    if (!response.ok || new URL(request.url).pathname !== `/v1/${type}/schema`) return response;
    this.#isTold = true;
    const { fields } = (await response.json()) as { fields: readonly DescribedField[] };
    return new Response(JSON.stringify({ fields: changed(fields, difference) }), { status: 200 });
  }
}

const costCenter = { path: 'cost_center', type: 'text', required: true, to: null, choices: null } as const;

function changed(fields: readonly DescribedField[], difference: Difference): readonly DescribedField[] {
  if (difference.how === 'wanted') return [...fields, costCenter];
  const list = difference.how === 'gone' ? difference.list : null;
  return fields.map((field) =>
    field.path === list ? { ...field, choices: field.choices?.slice(0, -1) ?? null } : field,
  );
}

/** The switch of the stand-in that gives a field its other name; null where something else changes. */
export function renaming({ type, difference }: Drift): string | null {
  return difference.how === 'renamed' ? `${type}.${difference.from}:${difference.to}` : null;
}
