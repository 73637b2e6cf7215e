// Which fields a record type has in this account, how the record API spells them and what kind of value each takes:
// from the vendor's metadata catalogue, asked once per type and session, and anew once a field was refused.
import { z } from 'zod';
import { Fault } from '../../../faults.ts';
import { type Door, recordPath } from './door.ts';
import { type RestType, restTypeOf } from './types.ts';

export type Kind = 'text' | 'number' | 'flag' | 'date' | 'instant' | 'reference' | 'hours' | 'lines';

export interface CatalogField {
  /** As the record API writes it, e.g. `companyName`. */
  readonly name: string;
  readonly kind: Kind;
  readonly label: string;
  readonly isRequired: boolean;
  readonly lengthMax: number | null;
  readonly choices: readonly string[] | null;
}

/** By SuiteScript's id, which is the name in lower case. */
export type Fields = ReadonlyMap<string, CatalogField>;

const property = z.object({
  type: z.string().optional(),
  format: z.string().optional(),
  title: z.string().optional(),
  maxLength: z.number().optional(),
  properties: z.object({ id: z.object({ enum: z.array(z.string()).optional() }).optional() }).optional(),
});
const schemaAnswer = z.object({
  properties: z.record(z.string(), property),
  required: z.array(z.string()).default([]),
});

/** Durations are texts to the catalogue; of which fields they are is known. */
const hoursFields = new Set(['timebill hours']);
/** Not the record's own: links, ids and stamps have their places. */
const apart = new Set(['links', 'id', 'externalid', 'lastmodifieddate', 'datecreated', 'createddate']);

export class Catalog {
  readonly #door: Door;
  readonly #known = new Map<string, Promise<Fields>>();

  constructor(door: Door) {
    this.#door = door;
  }

  fieldsOf(recordType: string): Promise<Fields> {
    const known = this.#known.get(recordType);
    if (known) return known;
    const asked = this.#ask(restTypeOf(recordType)).catch((fault: unknown) => {
      this.#known.delete(recordType);
      throw fault;
    });
    this.#known.set(recordType, asked);
    return asked;
  }

  /** The account's fields may be others by now: the next question is asked anew. */
  forget(recordType: string): void {
    this.#known.delete(recordType);
  }

  async #ask(type: RestType): Promise<Fields> {
    const answer = schemaAnswer.safeParse(
      await this.#door.ask({
        method: 'GET',
        path: `${recordPath}/metadata-catalog/${type.name}`,
        headers: { accept: 'application/schema+json' },
      }),
    );
    if (!answer.success) throw new Fault('unreadable', `the catalogue of ${type.name} was not understood`);
    const { properties, required } = answer.data;
    const fields = Object.entries(properties).map(([name, told]): [string, CatalogField] => {
      const id = name.toLowerCase();
      const kind = hoursFields.has(`${type.id} ${id}`) ? 'hours' : kindOf(told);
      const choices = told.properties?.id?.enum ?? null;
      const { title: label = name, maxLength: lengthMax = null } = told;
      return [id, { name, kind, label, isRequired: required.includes(name), lengthMax, choices }];
    });
    return new Map(fields.filter(([id]) => !apart.has(id)));
  }
}

function kindOf({ type, format, properties }: z.infer<typeof property>): Kind {
  if (type === 'boolean') return 'flag';
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'object') return properties?.id ? 'reference' : 'lines';
  if (format === 'date') return 'date';
  return format === 'date-time' ? 'instant' : 'text';
}
