// What drafts and versions have in common: their states in words, changes in words.
import type { Shape } from '../../client.ts';
import { wordsFrom } from '../../parts/people.ts';
import type { Tone } from '../../parts/states.tsx';

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
