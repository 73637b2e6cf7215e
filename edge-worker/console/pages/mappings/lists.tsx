// What drafts and versions have in common: their states in words, changes in words, a step with a reason.
import { type ReactNode, useState } from 'react';
import { troubleOf } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Ask, Button, Field } from '../../parts/controls.tsx';
import { wordsFrom } from '../../parts/people.ts';
import { type Tone, TroubleNote } from '../../parts/states.tsx';

export const stateOf: Readonly<Record<Shape<'Draft'>['state'], { readonly title: string; readonly tone: Tone }>> = {
  draft: { title: 'Being written', tone: 'notice' },
  submitted: { title: 'Waits for approval', tone: 'warning' },
  published: { title: 'Published', tone: 'good' },
  dropped: { title: 'Given up', tone: 'neutral' },
};

export function Changes({ items }: { readonly items: readonly Shape<'MappingChange'>[] }) {
  if (items.length === 0) return <p className="quiet">Nothing differs.</p>;
  return (
    <ul className="mappings-list">
      {items.map(({ connection, kind, text }) => (
        <li key={`${connection} ${kind} ${text}`}>
          {connection !== null && <strong>{`${connection}${kind === null ? '' : `, ${wordsFrom(kind)}`}: `}</strong>}
          {text}
        </li>
      ))}
    </ul>
  );
}

export interface StepProps {
  readonly title: string;
  readonly text: ReactNode;
  /** What is asked for in words; absent = nothing is. */
  readonly asks?: string;
  readonly isRequired?: boolean;
  readonly look?: 'main' | 'plain' | 'danger';
  readonly isPending: boolean;
  readonly trouble: Error | null;
  readonly onStep: (said: string, close: () => void) => void;
}

/** What a step does is read before it is taken. */
export function Step(props: StepProps) {
  const { title, text, asks, isRequired = false, look = 'plain', isPending, trouble, onStep } = props;
  const [said, setSaid] = useState('');
  const isMissing = isRequired && said.trim() === '';
  return (
    <Ask trigger={<Button look={look}>{title}</Button>} title={title}>
      {(close) => (
        <>
          <p>{text}</p>
          {asks !== undefined && (
            <Field label={asks} value={said} onChange={setSaid} rows={2} isRequired={isRequired} />
          )}
          {trouble && <TroubleNote trouble={troubleOf(trouble)} />}
          <div className="row">
            <Button look="main" isDisabled={isMissing || isPending} onPress={() => onStep(said.trim(), close)}>
              {title}
            </Button>
            <Button look="quiet" onPress={close}>
              Cancel
            </Button>
          </div>
        </>
      )}
    </Ask>
  );
}
