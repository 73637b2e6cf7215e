// What SuiteScript throws for one record, in the words of the wire.
import type * as record from 'N/record';
import { Refusal } from './asked.ts';
import { type KnownType, knownType } from './record-types.ts';

/** SuiteScript's names for what the REST interface calls otherwise; the hub knows the latter. */
const names: Readonly<Record<string, string>> = {
  RCRD_DSNT_EXIST: 'NONEXISTENT_ID',
  INVALID_KEY_OR_REF: 'NONEXISTENT_ID',
  SSS_INVALID_RECORD_TYPE: 'NOT_FOUND',
  INSUFFICIENT_PERMISSION: 'INSUFFICIENT_PERMISSION',
  DUP_RCRD: 'USER_ERROR',
  DUP_ENTITY: 'USER_ERROR',
};

/** The run itself is at its end: nothing more can be done in it, so it is not one record's refusal. */
const endings = ['SSS_USAGE_LIMIT_EXCEEDED', 'SSS_TIME_LIMIT_EXCEEDED'];

export function refusalFrom(problem: unknown): Refusal {
  if (problem instanceof Refusal) return problem;
  const { name = 'UNEXPECTED_ERROR', message = '' } = problem as { readonly name?: string; readonly message?: string };
  if (endings.includes(name)) throw problem;
  if (names[name] === noSuchRecord().code) return noSuchRecord();
  return new Refusal(names[name] ?? name, message === '' ? name : message);
}

const missingText = /^Please enter value\(s\) for: (.+?)\.?$/;
const invalidText = /for the following field: ([\w.[\]]+?)\.?(?:\s|$)/i;
/** Texts with words of their own for what is wrong. In the user's language, which we ask to be English. */
const ownTexts: readonly (readonly [RegExp, string])[] = [[/accounting period/i, 'trandate']];

/** SuiteScript tells what is wrong in a sentence only: which field it means is found by its name or its label. */
export function refusedSave(problem: unknown, saved: record.Record): Refusal {
  const refusal = refusalFrom(problem);
  if (refusal.field !== null) return refusal;
  return new Refusal(refusal.code, refusal.message, fieldMeant(refusal.message, saved));
}

function fieldMeant(message: string, saved: record.Record): string | null {
  const named = invalidText.exec(message)?.[1];
  if (named !== undefined) return named;
  const [label] = missingText.exec(message)?.[1]?.split(',') ?? [];
  if (label === undefined) return ownTexts.find(([text]) => text.test(message))?.[1] ?? null;
  return saved.getFields().find((fieldId) => saved.getField({ fieldId })?.label === label.trim()) ?? null;
}

export interface Refused {
  readonly outcome: 'refused';
  readonly code: string;
  readonly message: string;
  readonly field: string | null;
}

export function refused(problem: unknown): Refused {
  const { code, message, field } = refusalFrom(problem);
  return { outcome: 'refused', code, message, field: field === null ? null : field.toLowerCase() };
}

export const noSuchRecord = () =>
  new Refusal('NONEXISTENT_ID', 'The record instance does not exist. Provide a valid record instance ID.');

export function typeNamed(name: string): KnownType {
  const type = knownType(name);
  if (type === null) throw new Refusal('NOT_FOUND', `Record type '${name}' does not exist`);
  return type;
}
