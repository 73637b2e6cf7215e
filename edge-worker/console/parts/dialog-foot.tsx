// The foot of a dialog: what went wrong at the last try, the step it is about, and the way out.
import type { ReactNode } from 'react';
import { troubleOf } from '../asking.tsx';
import { Button } from './controls.tsx';
import { TroubleNote } from './states.tsx';

export interface DialogFootProps {
  /** The step in a word or two. */
  readonly children: ReactNode;
  readonly trouble: Error | null;
  readonly isDisabled: boolean;
  readonly onStep: () => void;
  readonly onCancel: () => void;
}

export function DialogFoot({ children, trouble, isDisabled, onStep, onCancel }: DialogFootProps) {
  return (
    <>
      {trouble && <TroubleNote trouble={troubleOf(trouble)} />}
      <div className="row">
        <Button look="main" isDisabled={isDisabled} onPress={onStep}>
          {children}
        </Button>
        <Button look="quiet" onPress={onCancel}>
          Cancel
        </Button>
      </div>
    </>
  );
}
