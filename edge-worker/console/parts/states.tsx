// What stands where there is nothing to show yet, nothing at all, or something went wrong. None of them is silent.
import type { ReactNode } from 'react';
import { Button } from './controls.tsx';
import './states.css';

export function Loading({ what }: { readonly what: string }) {
  return (
    <p className="state quiet" role="status">
      <span className="spinner" aria-hidden="true" />
      Loading {what} …
    </p>
  );
}

export interface EmptyProps {
  readonly title: string;
  /** What would have to happen for something to stand here. */
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div className="state state-empty">
      <h2>{title}</h2>
      <p className="quiet">{children}</p>
      {action}
    </div>
  );
}

/** The API's problem as it came, or what kept it from coming. */
export interface Trouble {
  readonly title: string;
  readonly detail: string;
  /** What to do, and who does it. */
  readonly next: string;
  readonly code: string;
}

export function TroubleNote({ trouble, onRetry }: { readonly trouble: Trouble; readonly onRetry?: () => void }) {
  return (
    <div className="note note-bad" role="alert">
      <div className="stack-close">
        <h2>{trouble.title}</h2>
        <p>{trouble.detail}</p>
        <p>{trouble.next}</p>
        {onRetry && (
          <div>
            <Button onPress={onRetry}>Try again</Button>
          </div>
        )}
      </div>
    </div>
  );
}

export type Tone = 'good' | 'notice' | 'warning' | 'bad' | 'neutral';

export function Note({ tone = 'notice', children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return <div className={`note note-${tone}`}>{children}</div>;
}

/** A state in a word. Colour repeats what the word says and never stands for it. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}

export interface ProgressProps {
  readonly label: string;
  readonly done: number;
  /** Null while nobody knows how much there is. */
  readonly total: number | null;
}

export function Progress({ label, done, total }: ProgressProps) {
  const count = total === null ? done.toLocaleString() : `${done.toLocaleString()} of ${total.toLocaleString()}`;
  return (
    <div className="stack-close">
      <div className="row-apart">
        <span>{label}</span>
        <span className="figures">{count}</span>
      </div>
      <progress aria-label={label} max={total ?? 1} {...(total !== null && { value: Math.min(done, total) })} />
    </div>
  );
}
