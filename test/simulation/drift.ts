// Fields of one system that change in mid-run: a field is wanted that no mapping names, or a value of a list is gone.
// The system refuses what concerns the type until it was asked what its fields are now; whoever administers it agrees
// with the hub some minutes later.

import type { Seat } from './systems.ts';
import type { Dice } from './world.ts';

export interface Drift {
  readonly seat: Seat;
  readonly type: string;
  /** Of this list the last value goes; where it is null, a field is wanted from now on. */
  readonly list: string | null;
  readonly minutes: number;
  /** Between its being found and its being answered. */
  readonly patienceMs: number;
}

/** Types that the hub writes there, and lists that it reads or writes. */
const places: readonly (readonly [Seat, string, string | null])[] = [
  ['crm', 'client', 'stage'],
  ['crm', 'bill', null],
  ['psa', 'client', null],
  ['psa', 'engagement', 'state'],
  ['psa', 'hours', 'approval'],
  ['psa', 'cost', 'approval'],
  ['psa', 'bill', null],
  ['erp', 'client', null],
  ['erp', 'engagement', null],
  ['erp', 'hours', null],
  ['erp', 'cost', null],
  ['erp', 'bill', 'state'],
];

export function drawDrift(dice: Dice): Drift | null {
  const isDrifting = dice.hits(0.5);
  const [seat, type, list] = dice.pick(places);
  const when = { minutes: dice.between(4, 48), patienceMs: dice.between(1, 6) * 60_000 };
  return isDrifting ? { seat, type, list, ...when } : null;
}

export const unknownField = 'unknown_field';

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

  /** A call that concerns the type is no longer understood, until somebody has asked why. */
  refusal(request: Request): Response | null {
    const { type, list } = this.#drift;
    const { pathname } = new URL(request.url);
    if (this.#isTold || !pathname.startsWith(`/v1/${type}/`) || !/(batch|read)$/.test(pathname)) return null;
    const body = { code: unknownField, message: `The fields of ${type} have changed`, fields: [list ?? wanted.path] };
    return new Response(JSON.stringify(body), { status: 404 });
  }

  async described(request: Request, response: Response): Promise<Response> {
    const { type, list } = this.#drift;
    if (!response.ok || new URL(request.url).pathname !== `/v1/${type}/schema`) return response;
    this.#isTold = true;
    const { fields } = (await response.json()) as { fields: readonly DescribedField[] };
    const now = fields.map((field) =>
      field.path === list ? { ...field, choices: field.choices?.slice(0, -1) ?? null } : field,
    );
    return new Response(JSON.stringify({ fields: list === null ? [...now, wanted] : now }), { status: 200 });
  }
}

const wanted = { path: 'cost_center', type: 'text', required: true, to: null, choices: null } as const;
