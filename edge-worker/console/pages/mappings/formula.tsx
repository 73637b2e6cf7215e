// A formula while it is written: checked by the hub once the typing rests, with the place of what is wrong.
import { useEffect } from 'react';
import { useChange } from '../../asking.tsx';
import { after } from '../../clock.ts';
import { Field } from '../../parts/controls.tsx';
import type { Kind } from './sides.ts';

interface Checked {
  readonly formula: string;
  readonly type: string | null;
  readonly problem: string | null;
  readonly next: string | null;
  readonly start: number | null;
  readonly end: number | null;
}

/** Asked once the typing has rested. */
const restMs = 250;

/** What the hub says of a formula as it stands; null until it has said so. */
export function useCheck(kind: Kind, formula: string | null): Checked | null {
  const { mutate, data } = useChange(
    async ({ api, installation }, text: string) => {
      const answered = await api.POST('/installations/{installation}/mapping-ground/check-formula', {
        params: { path: { installation } },
        body: { kind, formula: text },
      });
      const { data: found, ...rest } = answered;
      return found ? { ...rest, data: { ...found, formula: text } } : { ...rest };
    },
    ['formula'],
  );
  useEffect(() => {
    if (formula === null || formula.trim() === '') return undefined;
    return after(restMs, () => mutate(formula));
  }, [formula, mutate]);
  return data && data.formula === formula ? data : null;
}

function faultOf(checked: Checked | null, text: string): string | undefined {
  if (!checked || checked.problem === null) return undefined;
  const { start, end, problem, next } = checked;
  const place = start === null ? '' : ` At character ${start + 1}${end === null ? '' : `: ${text.slice(start, end)}`}.`;
  return `${problem}.${place} ${next ?? ''}`;
}

interface FormulaProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly checked: Checked | null;
  /** What was said of it when it was saved. */
  readonly problem: string | undefined;
  readonly isDisabled: boolean;
}

export function FormulaField({ text, onChange, checked, problem, isDisabled }: FormulaProps) {
  return (
    <Field
      label="Formula"
      value={text}
      onChange={onChange}
      rows={4}
      hint="it is our record, as in it.name or default(it.practice, 'None')."
      problem={text.trim() === '' ? undefined : (faultOf(checked, text) ?? problem)}
      isDisabled={isDisabled}
    />
  );
}
