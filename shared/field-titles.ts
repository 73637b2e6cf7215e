// What people call the fields of our records, by kind and code.
import type { z } from 'zod';
import { type EntityName, entities } from './entities/_registry.ts';
import { titleOf } from './entities/entity.ts';

/** Empty for what is no field of such a kind, or not any more. */
export function fieldTitleIn(kind: string | null, field: string): string {
  const shape = kind !== null && kind in entities ? entities[kind as EntityName].schema.shape : {};
  const schema = (shape as Readonly<Record<string, z.ZodType>>)[field];
  return schema ? titleOf(schema) : '';
}
