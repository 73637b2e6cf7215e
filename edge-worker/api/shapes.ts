// Shapes that several routes answer with, and how rows of the record become them.
import { z } from 'zod';
import { type EntityName, entityNames } from '../../shared/entities/_registry.ts';
import { fieldTitleIn } from '../../shared/field-titles.ts';
import { wordsFor } from '../../shared/words.ts';
import { connectors } from '../connectors/_registry.ts';
import type { connectionCopies } from '../store/record-schema.ts';
import type { StoredRow } from '../store/rows.ts';

export const kindName = z.enum(entityNames as [EntityName, ...EntityName[]]);
export const instant = z.iso.datetime();
export const params = z.record(z.string(), z.string());

export function instantOf(ms: number): string;
export function instantOf(ms: number | null): string | null;
export function instantOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

export const words = z
  .object({
    title: z.string(),
    text: z.string().meta({ description: 'What happened.' }),
    next: z.string().meta({ description: 'What to do, and who does it.' }),
  })
  .meta({ id: 'Words' });

/**
 * Codes are stored, words are made here; a system is called by its title, and so are the fields of a record whose kind
 * is known.
 */
export function wordsOf(code: string, given: string | null, system: string | null, kind: string | null = null) {
  const named = Object.entries(parsed<Record<string, string>>(given) ?? {}).map(([name, text]) =>
    name === 'field' || name === 'fields' ? [name, titlesOf(kind, text)] : [name, text],
  );
  return wordsFor(code, { ...(system && { system: titleOf(system) }), ...Object.fromEntries(named) });
}

/** `terms` and `customer.terms` are called by their title; what is no field of ours stays as it is. */
function titlesOf(kind: string | null, codes: string): string {
  return codes
    .split(',')
    .map((code) => {
      const name = code.trim().replace(new RegExp(`^${kind}\\.`), '');
      return fieldTitleIn(kind, name) || code.trim();
    })
    .join(', ');
}

export function titleOf(system: string): string {
  return connectors[system]?.title ?? system;
}

export function parsed<Value>(text: string | null): Value | null {
  return text === null ? null : (JSON.parse(text) as Value);
}

export const connectionShape = z
  .object({
    id: z.string(),
    system: z.string(),
    title: z.string(),
    roles: z.array(z.string()),
    account: z.string(),
    environment: z.string(),
    settings: z.record(z.string(), z.unknown()),
    state: z
      .string()
      .meta({ description: '`active`; `paused` until somebody acts; `ending` and `ended` once it was taken away.' }),
    fault: z.string().nullable().meta({ description: 'The fault that paused it.' }),
    words: words.nullable().meta({ description: 'The fault in words.' }),
  })
  .meta({ id: 'Connection' });

export function shownConnection(row: StoredRow<typeof connectionCopies>): z.input<typeof connectionShape> {
  const { id, system, roles, account, environment, settings, state, fault } = row;
  return {
    ...{ id, system, account, environment, state, fault },
    title: titleOf(system),
    roles: parsed<string[]>(roles) ?? [],
    settings: parsed<Record<string, unknown>>(settings) ?? {},
    words: fault === null ? null : wordsOf('connection', null, system),
  };
}
