// What the ways in have in common: a frame with a title, and which account of the system it is.
import type { ReactNode } from 'react';
import { Choice, Field } from '../../parts/controls.tsx';

const environments = [
  { id: 'production', label: 'Production' },
  { id: 'sandbox', label: 'Sandbox' },
] as const;
export type Environment = (typeof environments)[number]['id'];

interface PlaceProps {
  readonly account: string;
  readonly environment: Environment;
  readonly onPlace: (place: { readonly account?: string; readonly environment?: Environment }) => void;
  readonly problem?: string | undefined;
}

export function Place({ account, environment, onPlace, problem }: PlaceProps) {
  return (
    <>
      <Field
        label="Account"
        value={account}
        onChange={(text) => onPlace({ account: text })}
        isRequired
        problem={problem}
        hint="Its id in that system, which tells it from any other customer’s."
      />
      <Choice
        label="Environment"
        options={environments}
        chosen={environment}
        onChoose={(chosen) => onPlace({ environment: chosen })}
      />
    </>
  );
}

export function Way({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="card stack connections-form" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
