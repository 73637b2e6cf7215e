// What an outbound event is: what must happen, what subscribers are told, and an example. One file each; nothing lists
// them by hand.
import { z } from 'zod';
import { instantText } from '../dates.ts';
import { confidentialIn, type Entity, type Role, roles, titleOf } from '../entities/entity.ts';
import type { Words } from '../words.ts';

export type Params = Readonly<Record<string, string>>;

/** One thing that a lane transaction wrote on a timeline. */
export interface Told {
  readonly code: string;
  readonly params: Params;
}

/** An entity as it stands at the end of the transaction. */
export interface KnownEntity {
  readonly id: string;
  readonly kind: string;
  readonly version: number;
  readonly record: Readonly<Record<string, unknown>>;
}

/** A record that an entity is in an outside system. */
export interface KnownRecord {
  readonly connection: string;
  readonly system: string;
  readonly roles: readonly Role[];
  readonly recordType: string;
  readonly recordId: string;
  readonly url: string | null;
  /** Whether the hub has written to it. */
  readonly isWritten: boolean;
}

/** The same in a payload. */
export const recordPlace = z
  .object({
    connection: z.string().meta({ title: 'Connection' }),
    system: z.string().meta({ title: 'System' }),
    roles: z.array(z.enum(roles)).meta({ title: 'Seats of the connection' }),
    recordType: z.string().meta({ title: 'Record type there' }),
    recordId: z.string().meta({ title: 'Record id there' }),
    url: z.string().nullable().meta({ title: 'Its page', description: 'Null where the system has no page for it.' }),
  })
  .meta({ title: 'Record' });

export function placesOf(records: readonly KnownRecord[]): z.infer<typeof recordPlace>[] {
  return records.map(({ isWritten: _isWritten, ...record }) => ({ ...record, roles: [...record.roles] }));
}

/** An exception that is open at the end of the transaction. */
export interface KnownException {
  readonly id: string;
  readonly entity: string;
  /** Null when it is about no record: a connection, a subscriber. */
  readonly kind: string | null;
  readonly connection: string | null;
  readonly system: string | null;
  readonly control: string;
  readonly owner: string;
  readonly code: string;
  readonly params: Params;
  readonly words: Words;
  readonly dueMs: number;
  /** Whether it holds back something that was to be sent. */
  readonly isOfCommand: boolean;
}

/** Everything one transaction told of one subject, and what stands around it. */
export interface Moment {
  /** An entity's id, or for exceptions whatever else they lie on. */
  readonly subject: string;
  /** Null for a subject that is no entity. */
  readonly entity: KnownEntity | null;
  readonly told: readonly Told[];
  readonly records: readonly KnownRecord[];
  /** Connections that should hold the entity. */
  readonly targets: readonly { readonly connection: string; readonly roles: readonly Role[] }[];
  /** Open exceptions on the subject, and on what comes from the same record. */
  readonly exceptions: readonly KnownException[];
  /** An entity that this one refers to, by its id; null when it is not known. */
  readonly look: (id: unknown) => KnownEntity | null;
  /** The entity of another kind that comes from the same record. */
  readonly sibling: (kind: string) => KnownEntity | null;
}

/** What subscribers are told of one moment. `key` names the occurrence: the same key is the same event for ever. */
export interface Made<Payload> {
  readonly key: string;
  readonly payload: Payload;
}

export interface OutboundEvent<Payload extends z.ZodObject = z.ZodObject> {
  /** `noun.happened`. Subscribers filter by it, so it never changes. */
  readonly name: string;
  /** Raised when a reader of the older payload would break. Fields may be added without. */
  readonly version: number;
  readonly title: string;
  readonly description: string;
  /** The kinds it may happen to; null = also to what is no entity. */
  readonly about: readonly string[] | null;
  /** Timeline codes that may bring it about; moments without any of them are not looked at. */
  readonly codes: readonly string[];
  readonly payload: Payload;
  /** Nothing when this moment is none. */
  readonly make: (moment: Moment) => readonly Made<z.input<Payload>>[];
  readonly example: z.input<Payload>;
}

export function defineEvent<const Payload extends z.ZodObject>(event: OutboundEvent<Payload>): OutboundEvent<Payload> {
  if (!/^[a-z-]+\.[a-z-]+$/.test(event.name)) throw new Error(`${event.name}: an event is called noun.happened`);
  return event;
}

/** Timeline codes that say: an entity has a record in one more system. */
export const linkedCodes = ['command-created', 'command-found', 'link-born', 'link-matched', 'link-adopted'] as const;

/** An entity as subscribers see it: its id, its version, every field; null where no system has said anything yet. */
export function canonicalOf(entity: Pick<Entity, 'title' | 'prefix' | 'schema'>): z.ZodLazy<z.ZodObject> {
  // Made when it is looked at: only documents and tests do, and every start of the hub would pay for it.
  return z.lazy(() => shapeOf(entity));
}

function shapeOf({ title, prefix, schema }: Pick<Entity, 'title' | 'prefix' | 'schema'>): z.ZodObject {
  const hidden = confidentialIn({ schema });
  const open = Object.entries(schema.shape as Record<string, z.ZodType>).filter(([field]) => !hidden.has(field));
  const fields = open.map(([field, type]) => [field, type.nullable().meta({ title: titleOf(type) })] as const);
  const id = z.string().meta({ title: 'Id', description: `Ours, the same for ever; begins with ${prefix}_.` });
  const version = z.int().meta({ title: 'Version', description: 'Rises with every change of the entity.' });
  return z.object({ id, version, ...Object.fromEntries(fields) }).meta({ title });
}

/** An entity in that form. */
export function shown(entity: KnownEntity): Readonly<Record<string, unknown>> {
  return { id: entity.id, version: entity.version, ...entity.record };
}

export function shownOrNull(entity: KnownEntity | null): Readonly<Record<string, unknown>> | null {
  return entity && shown(entity);
}

/** An entity by its name alone, where a payload only refers to it. */
export const mention = z.object({ id: z.string(), name: z.string().nullable() }).meta({ title: 'Reference' });

export function mentionOf(entity: KnownEntity | null): z.infer<typeof mention> | null {
  if (!entity) return null;
  const name = entity.record['name'] ?? entity.record['number'];
  return { id: entity.id, name: typeof name === 'string' ? name : null };
}

/** Timeline codes of an entity that came to be or changed. */
export const changedCodes = ['entity-new', 'entity-changed'] as const;

/** The fields that changed in this moment. */
export function changedFields({ told }: Moment): string[] {
  const isChange = (code: string) => (changedCodes as readonly string[]).includes(code);
  const fields = told.filter(({ code }) => isChange(code)).flatMap(({ params }) => (params['fields'] ?? '').split(','));
  return [...new Set(fields.filter((field) => field !== ''))];
}

/** Whether a field has just taken one of these values. */
export function becomes(moment: Moment, field: string, ...values: readonly unknown[]): boolean {
  return values.includes(moment.entity?.record[field]) && changedFields(moment).includes(field);
}

/** Records that the hub has made or found in a seat of this role, in this moment. */
export function madeIn({ told, records }: Moment, role: Role): KnownRecord[] {
  const isMade = (record: KnownRecord) =>
    told.some(
      ({ code, params }) =>
        (code === 'command-created' || code === 'command-found') && params['connection'] === record.connection,
    );
  return records.filter((record) => record.roles.includes(role) && isMade(record));
}

/** One that counts again in the ERP, or for the first time, each with what names the occurrence. */
export function postings(moment: Moment): { readonly key: string; readonly record: z.infer<typeof recordPlace> }[] {
  const { subject, told, records } = moment;
  const first = placesOf(madeIn(moment, 'erp')).map((record) => ({
    ...{ key: `${subject} ${record.connection} ${record.recordId}`, record },
  }));
  const revived = told.filter(({ code }) => code === 'command-revived');
  const again = revived.flatMap(({ params }) => {
    const back = records.filter((one) => one.connection === params['connection'] && one.roles.includes('erp'));
    return placesOf(back).map((record) => ({ key: `${subject} ${params['command']}`, record }));
  });
  return [...first, ...again];
}

/** A record that counts no more: where the hub has taken it back. Its system may have deleted it. */
export const formerPlace = z
  .object({
    connection: z.string().meta({ title: 'Connection' }),
    recordType: z.string().meta({ title: 'Record type there' }),
    recordId: z.string().meta({ title: 'Record id there' }),
  })
  .meta({ title: 'Former record' });

export function withdrawals({ subject, told }: Moment) {
  return told.flatMap(({ code, params }) => {
    const { connection, recordType = '', recordId = '', command } = params;
    if (code !== 'command-withdrawn' || connection === undefined) return [];
    return [{ key: `${subject} ${command}`, record: { connection, recordType, recordId } }];
  });
}

/** An exception in a payload. */
export const exceptionShape = z
  .object({
    id: z.string().meta({ title: 'Id' }),
    entity: z.string().meta({ title: 'What it lies on', description: 'The id of an entity where `kind` is given.' }),
    kind: z.string().nullable().meta({ title: 'Kind', description: 'Null when it is about no record.' }),
    connection: z.string().nullable().meta({ title: 'Connection' }),
    system: z.string().nullable().meta({ title: 'System' }),
    control: z.string().meta({ title: 'What raised it' }),
    owner: z.string().meta({ title: 'Whose turn it is' }),
    code: z.string().meta({ title: 'Code' }),
    params: z.record(z.string(), z.string()).meta({ title: 'Parameters of the code' }),
    words: z.object({ title: z.string(), text: z.string(), next: z.string() }).meta({ title: 'The code in words' }),
    dueAt: z.iso.datetime().meta({ title: 'When it is overdue' }),
  })
  .meta({ title: 'Exception' });

export function exceptionFrom(exception: KnownException): z.infer<typeof exceptionShape> {
  const { dueMs, isOfCommand: _isOfCommand, ...told } = exception;
  return { ...told, params: { ...told.params }, words: { ...told.words }, dueAt: instantText(dueMs) };
}

export const exceptionExample: z.infer<typeof exceptionShape> = {
  id: 'exc_01J00000000000000000000000',
  entity: 'con_01J00000000000000000000000',
  kind: 'contract',
  connection: 'erp',
  system: 'example',
  control: 'missing-tax-profile',
  owner: 'finance',
  code: 'missing-tax-profile',
  params: { contract: 'Harbour & Pine ERP rollout' },
  words: {
    title: 'Tax profile is missing',
    text: 'The contract Harbour & Pine ERP rollout does not say how it is taxed, so it cannot be billed.',
    next: 'Enter the tax profile on the deal, then choose Retry.',
  },
  dueAt: '2026-11-23T10:15:00.000Z',
};

/** Exceptions opened in this moment that are open still. */
export function opened({ told, exceptions }: Moment): KnownException[] {
  const ids = told.filter(({ code }) => code === 'held').map(({ params }) => params['exception']);
  return exceptions.filter(({ id }) => ids.includes(id));
}

/** Exceptions closed in this moment that somebody may have heard of before. */
export function closed({ told }: Moment): Params[] {
  const raised = told.filter(({ code }) => code === 'held').map(({ params }) => params['exception']);
  const ended = told.filter(({ code }) => code === 'hold-closed').map(({ params }) => params);
  return ended.filter((params) => !raised.includes(params['exception']));
}
