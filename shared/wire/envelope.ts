// The batch of notices our packages send to the hub: shape, limits, versions. It says which records changed, never how.

export interface EnvelopeNotice {
  /** The outbox row, so that the same notice sent twice is known. */
  readonly id: string;
  readonly type: string;
  readonly record: string;
  readonly kind: 'changed' | 'deleted';
  /** When the row was written, ISO 8601 in UTC. */
  readonly at: string;
}

export interface Envelope {
  /** The version it was written in. */
  readonly v: number;
  readonly installation: string;
  readonly system: string;
  readonly account: string;
  readonly environment: 'production' | 'sandbox';
  readonly sentAt: string;
  /** The batch's own id, the same at every attempt to send it. */
  readonly delivery: string;
  readonly notices: readonly EnvelopeNotice[];
}

/** Turns one version of the envelope into today's shape; null when it is not of that version's shape. */
export type EnvelopeReader = (raw: Readonly<Record<string, unknown>>) => Envelope | null;

export type EnvelopeResult =
  | { readonly ok: true; readonly envelope: Envelope }
  | { readonly ok: false; readonly problem: 'unsupported-version' | 'malformed'; readonly detail: string };

export const noticesMax = 100;
const idLengthMax = 100;
const typeLengthMax = 60;

/** A new version adds a row here. Packages are updated by their customers, hence the one before is understood too. */
export const envelopeVersions: Readonly<Record<number, EnvelopeReader>> = { 1: readVersion1 };
export const currentVersion = Math.max(...acceptedVersions(envelopeVersions));

/** The newest version of the table and the one before it. */
export function acceptedVersions(versions: Readonly<Record<number, EnvelopeReader>> = envelopeVersions): number[] {
  const known = Object.keys(versions).map(Number);
  const newest = Math.max(...known);
  return known.filter((version) => version >= newest - 1);
}

/** Reads parsed JSON. */
export function readEnvelope(
  parsed: unknown,
  versions: Readonly<Record<number, EnvelopeReader>> = envelopeVersions,
): EnvelopeResult {
  if (!isRecord(parsed)) return malformed('the body is not a JSON object');
  const version = parsed['v'];
  if (typeof version !== 'number' || !Number.isInteger(version)) return malformed('v is not a version number');
  const accepted = acceptedVersions(versions);
  const reader = accepted.includes(version) ? versions[version] : undefined;
  if (reader === undefined) {
    const isOld = version < Math.max(...accepted);
    const next = isOld ? 'update the package that sends it' : 'the hub has to be updated before it can read it';
    const detail = `version ${version} is not understood, only ${accepted.join(' and ')}: ${next}`;
    return { ok: false, problem: 'unsupported-version', detail };
  }
  const envelope = reader(parsed);
  return envelope === null
    ? malformed(`a field of the version ${version} envelope is missing, too long or of another type`)
    : { ok: true, envelope };
}

/** An envelope of the current version. Throws when a field breaks the limits, since the hub would refuse it. */
export function makeEnvelope(fields: Omit<Envelope, 'v'>): Envelope {
  const envelope = envelopeVersions[currentVersion]?.({ ...fields, v: currentVersion }) ?? null;
  if (envelope === null)
    throw new RangeError(`not an envelope: at most ${noticesMax} notices, every field within its limit`);
  return envelope;
}

function readVersion1(raw: Readonly<Record<string, unknown>>): Envelope | null {
  const { installation, system, account, environment, sentAt, delivery, notices } = raw;
  if (!isText(installation, idLengthMax) || !isText(system, typeLengthMax) || !isText(account, idLengthMax))
    return null;
  if (environment !== 'production' && environment !== 'sandbox') return null;
  if (!isInstant(sentAt) || !isText(delivery, idLengthMax)) return null;
  if (!Array.isArray(notices) || notices.length > noticesMax) return null;
  const read: EnvelopeNotice[] = [];
  for (const candidate of notices) {
    const notice = readNotice(candidate);
    if (notice === null) return null;
    read.push(notice);
  }
  return { v: 1, installation, system, account, environment, sentAt, delivery, notices: read };
}

function readNotice(raw: unknown): EnvelopeNotice | null {
  if (!isRecord(raw)) return null;
  const { id, type, record, kind, at } = raw;
  if (!isText(id, idLengthMax) || !isText(type, typeLengthMax) || !isText(record, idLengthMax)) return null;
  if ((kind !== 'changed' && kind !== 'deleted') || !isInstant(at)) return null;
  return { id, type, record, kind, at };
}

function malformed(detail: string): EnvelopeResult {
  return { ok: false, problem: 'malformed', detail };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown, lengthMax: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= lengthMax;
}

function isInstant(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/.test(value)) return false;
  const ms = Date.parse(value);
  // Engines read 30 February as 2 March; the round trip tells.
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 19) === value.slice(0, 19);
}
