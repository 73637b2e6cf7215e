// Fields that a caller is not shown: what a person costs is for those who answer for money, and for no machine.
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { confidentialIn } from '../../shared/entities/entity.ts';
import { confidentialTo } from './access.ts';
import type { Caller } from './caller.ts';

const none: ReadonlySet<string> = new Set();

export function isInConfidence({ kind, roles }: Caller): boolean {
  return kind === 'operator' || confidentialTo.some((role) => roles.includes(role));
}

export function hiddenFrom(caller: Caller, kind: string | null): ReadonlySet<string> {
  const isKind = kind !== null && kind in entities;
  return isKind && !isInConfidence(caller) ? confidentialIn(entities[kind as EntityName]) : none;
}

/** A record without what is hidden: a field that is left out is not shown, an empty one is empty. */
export function withoutHidden<Value>(
  record: Readonly<Record<string, Value>>,
  hidden: ReadonlySet<string>,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([field]) => !hidden.has(field)));
}
