// What drafts and versions have in common: their states in words, changes in words.
import { Link } from 'react-router';
import type { Shape } from '../../client.ts';
import { wordsFrom } from '../../parts/people.ts';
import type { Tone } from '../../parts/states.tsx';
import { extrasOf, type Full, rowPlaceOf } from './sides.ts';

type Change = Shape<'MappingChange'>;

export const stateOf: Readonly<Record<Shape<'Draft'>['state'], { readonly title: string; readonly tone: Tone }>> = {
  draft: { title: 'Being written', tone: 'notice' },
  submitted: { title: 'Waits for approval', tone: 'warning' },
  published: { title: 'Published', tone: 'good' },
  dropped: { title: 'Given up', tone: 'neutral' },
};

interface ChangesProps {
  readonly rows: readonly Change[];
  /** Each change of a draft leads to where it was made. */
  readonly draft?: Full;
}

export function Changes({ rows, draft }: ChangesProps) {
  if (rows.length === 0) return <p className="quiet">Nothing differs.</p>;
  return (
    <ul className="mappings-list">
      {rows.map((change) => {
        const { connection, kind, text } = change;
        const place = draft ? placeOfChange(draft, change) : null;
        return (
          <li key={`${connection} ${kind} ${text}`}>
            {connection !== null && <strong>{`${connection}${kind === null ? '' : `, ${wordsFrom(kind)}`}: `}</strong>}
            {place === null ? text : <Link to={place}>{text}</Link>}
          </li>
        );
      })}
    </ul>
  );
}

function placeOfChange(draft: Full, { connection, kind, what }: Change): string | null {
  if (connection === null || kind === null) return null;
  const at = extrasOf(draft.content, connection, kind).findIndex((row) => row.at === what);
  const isOwnRow = draft.content.maps[connection]?.[kind]?.fields[what] !== undefined;
  return at < 0 && !isOwnRow ? null : rowPlaceOf(draft, connection, kind, isOwnRow ? what : `=${at}`);
}
