// What an outbound event is: what must happen, what subscribers are told, and an example. One file each; nothing lists
// them by hand.
import { z } from 'zod';
import { type Entity, type Role, roles, titleOf } from '../entities/entity.ts';

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

/** Everything one transaction told of one entity, and what stands around it. */
export interface Moment {
  readonly entity: KnownEntity;
  readonly told: readonly Told[];
  readonly records: readonly KnownRecord[];
  /** Connections that should hold the entity. */
  readonly targets: readonly { readonly connection: string; readonly roles: readonly Role[] }[];
  /** An entity that this one refers to, by its id; null when it is not known. */
  readonly look: (id: unknown) => KnownEntity | null;
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
  /** The kinds it may happen to. */
  readonly about: readonly string[];
  /** Timeline codes that may bring it about; moments without any of them are not looked at. */
  readonly codes: readonly string[];
  readonly payload: Payload;
  /** Null when this moment is none. */
  readonly make: (moment: Moment) => Made<z.input<Payload>> | null;
  readonly example: z.input<Payload>;
}

export function defineEvent<const Payload extends z.ZodObject>(event: OutboundEvent<Payload>): OutboundEvent<Payload> {
  if (!/^[a-z-]+\.[a-z-]+$/.test(event.name)) throw new Error(`${event.name}: an event is called noun.happened`);
  event.payload.parse(event.example);
  return event;
}

/** Timeline codes that say: an entity has a record in one more system. */
export const linkedCodes = ['command-created', 'command-found', 'link-born', 'link-matched', 'link-adopted'] as const;

/** An entity as subscribers see it: its id, its version, every field; null where no system has said anything yet. */
export function canonicalOf({ title, prefix, schema }: Pick<Entity, 'title' | 'prefix' | 'schema'>): z.ZodObject {
  const fields = Object.entries(schema.shape as Record<string, z.ZodType>).map(
    ([field, type]) => [field, type.nullable().meta({ title: titleOf(type) })] as const,
  );
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
