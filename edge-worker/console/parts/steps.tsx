// Steps that somebody has to take, in words.
import type { Shape } from '../client.ts';
import './steps.css';

export function Steps({ steps }: { readonly steps: readonly Shape<'Missing'>[] }) {
  if (steps.length === 0) return null;
  return (
    <ul className="steps">
      {steps.map(({ code, words }) => (
        <li key={`${code} ${words.text}`}>
          <strong>{words.title}.</strong> {words.text} {words.next}
        </li>
      ))}
    </ul>
  );
}
