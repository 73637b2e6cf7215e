// The status rows of one record as its page shows them. Read locally: no call leaves the account, hub up or down.
import { statusField, statusType } from './status-rows.ts';
import { select } from './suiteql.ts';

export interface Step {
  readonly at: string;
  readonly state: string;
  readonly reason: string;
  readonly params: Readonly<Record<string, string>> | null;
}

export interface ShownStatus {
  readonly system: string;
  readonly state: string;
  readonly reason: string;
  readonly params: Readonly<Record<string, string>> | null;
  readonly link: string;
  readonly last: string;
  readonly next: string;
  readonly owner: string;
  readonly amounts: Readonly<Record<string, string>>;
  readonly timeline: readonly Step[];
}

const texts = ['system', 'state', 'reason', 'params', 'link', 'last', 'next', 'owner', 'amounts', 'timeline'] as const;
const columns = texts.map((name) => `${statusField(name)} AS shown_${name}`).join(', ');

/** 10 units. */
export function statusesOf(type: string, id: string): ShownStatus[] {
  const where = `${statusField('recid')} = ? AND ${statusField('rectype')} = ?`;
  const rows = select(`SELECT ${columns} FROM ${statusType} WHERE ${where} ORDER BY ${statusField('system')}`, [
    id,
    type,
  ]);
  return rows.map((row) => {
    const text = (name: (typeof texts)[number]) => row[`shown_${name}`] ?? '';
    return {
      system: text('system'),
      state: text('state'),
      reason: text('reason'),
      params: textsIn(parsed(text('params'))),
      link: text('link'),
      last: text('last'),
      next: text('next'),
      owner: text('owner'),
      amounts: textsIn(parsed(text('amounts'))) ?? {},
      timeline: stepsIn(parsed(text('timeline'))),
    };
  });
}

/** A page is shown even when a row is damaged. */
function parsed(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function textsIn(value: unknown): Record<string, string> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, String(each)]));
}

function stepsIn(value: unknown): Step[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown) => {
    const step = textsIn(each);
    if (step === null) return [];
    const { at = '', state = '', reason = '', params = '' } = step;
    return [{ at, state, reason, params: textsIn(parsed(params)) }];
  });
}
