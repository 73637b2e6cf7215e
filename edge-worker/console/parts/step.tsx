// A step that somebody may take: what it does is read before it is taken, with a reason or other answers where needed.
import { type ReactNode, useState } from 'react';
import { Ask, Button, Field } from './controls.tsx';
import { DialogFoot } from './dialog-foot.tsx';

export interface StepProps {
  readonly title: string;
  readonly text: ReactNode;
  /** What is asked for in words; absent = nothing is. */
  readonly asks?: string;
  readonly isRequired?: boolean;
  readonly look?: 'main' | 'plain' | 'danger';
  readonly isPending: boolean;
  readonly trouble: Error | null;
  /** Other questions, asked before the one in words. */
  readonly children?: ReactNode;
  /** Something of those questions is not answered yet. */
  readonly isIncomplete?: boolean;
  readonly onStep: (said: string, close: () => void) => void;
}

export function Step(props: StepProps) {
  const { title, text, asks, isRequired = false, look = 'plain', isPending, trouble, onStep } = props;
  const [said, setSaid] = useState('');
  const isMissing = props.isIncomplete === true || (isRequired && said.trim() === '');
  return (
    <Ask trigger={<Button look={look}>{title}</Button>} title={title}>
      {(close) => (
        <>
          <p>{text}</p>
          {props.children}
          {asks !== undefined && (
            <Field label={asks} value={said} onChange={setSaid} rows={2} isRequired={isRequired} />
          )}
          <DialogFoot
            trouble={trouble}
            isDisabled={isMissing || isPending}
            onStep={() => onStep(said.trim(), close)}
            onCancel={close}
          >
            {title}
          </DialogFoot>
        </>
      )}
    </Ask>
  );
}
