// What a request of the hub says, read strictly: a request that is not understood is refused as a whole.

export type Json = Readonly<Record<string, unknown>>;

export const recordsMax = 100;
export const statusesMax = 200;
const pageMax = 1000;
const pageUsual = 500;

/** Told to the hub per record, or, thrown from the door, for the whole request. */
export class Refusal extends Error {
  readonly code: string;
  readonly field: string | null;

  constructor(code: string, message: string, field: string | null = null) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

export const badRequest = (message: string) => new Refusal('INVALID_REQUEST', message);

export function isJson(raw: unknown): raw is Json {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

export function textIn(json: Json, key: string): string {
  const value = json[key];
  if (typeof value !== 'string') throw badRequest(`"${key}" must be a string.`);
  return value;
}

export function optionalTextIn(json: Json, key: string): string | null {
  return (json[key] ?? null) === null ? null : textIn(json, key);
}

export function listIn(json: Json, key: string, max: number): readonly Json[] {
  const list = json[key];
  if (!Array.isArray(list) || list.length > max) throw badRequest(`"${key}" must be a list of at most ${max}.`);
  return list.map((each: unknown) => {
    if (!isJson(each)) throw badRequest(`"${key}" must hold objects.`);
    return each;
  });
}

export function limitIn(json: Json): number {
  const limit = json['limit'] ?? pageUsual;
  const isWithin = typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= pageMax;
  if (!isWithin) throw badRequest(`"limit" must be 1 to ${pageMax}.`);
  return limit;
}

/** A row id as a number; ids are digits only. */
export function idIn(json: Json, key: string): number | null {
  const text = optionalTextIn(json, key);
  if (text === null) return null;
  if (!/^\d{1,15}$/.test(text)) throw badRequest(`"${key}" must be an id.`);
  return Number(text);
}
