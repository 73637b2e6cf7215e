// What drafts and versions have in common: their states in words, changes in words.
import { Link } from 'react-router';
import type { Shape } from '../../client.ts';
import { wordsFrom } from '../../parts/people.ts';
import type { Tone } from '../../parts/states.tsx';
import { extrasOf, type Full, type Kind, rowPlaceOf, useSides } from './sides.ts';

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
        const said = connection === null || kind === null ? text : <Named {...{ connection, kind, text }} />;
        return (
          <li key={`${connection} ${kind} ${text}`}>
            {connection !== null && <strong>{`${connection}${kind === null ? '' : `, ${wordsFrom(kind)}`}: `}</strong>}
            {place === null ? said : <Link to={place}>{said}</Link>}
          </li>
        );
      })}
    </ul>
  );
}

interface NamedProps {
  readonly connection: string;
  readonly kind: string;
  readonly text: string;
}

/** A change whose paths are called as people know them in that system, once it has told. */
function Named({ connection, kind, text }: NamedProps) {
  const sides = useSides(connection, kind as Kind);
  const labels = new Map(sides.data?.theirs.map(({ path, label }) => [path, label]));
  return text.split(/“([^”]*)”/).map((piece, index) => {
    if (index % 2 === 0) return piece;
    const label = labels.get(piece);
    return label === undefined ? (
      `“${piece}”`
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a sentence are not moved
      <span key={index} title={piece}>
        “{label}”
      </span>
    );
  });
}

function placeOfChange(draft: Full, { connection, kind, what }: Change): string | null {
  if (connection === null || kind === null) return null;
  const at = extrasOf(draft.content, connection, kind).findIndex((row) => row.at === what);
  const isOwnRow = draft.content.maps[connection]?.[kind]?.fields[what] !== undefined;
  return at < 0 && !isOwnRow ? null : rowPlaceOf(draft, connection, kind, isOwnRow ? what : `=${at}`);
}
