// Values that stand in real records and that a table does not know, each with how many hold it and one press to add it.
import { useState } from 'react';
import { Link } from 'react-router';
import { Answer, useAnswer } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Button, Field } from '../../parts/controls.tsx';
import { wordsFrom } from '../../parts/people.ts';
import { Note } from '../../parts/states.tsx';
import type { Pair } from './csv.ts';
import type { Full } from './sides.ts';

type Seen = Shape<'TableSeen'>;
type Unmatched = Seen['unmatched'][number];

interface UnknownProps {
  readonly draft: Full;
  readonly table: string;
  readonly entries: readonly Pair[];
  /** Null where the table cannot be changed. */
  readonly onAdd: ((pair: Pair) => void) | null;
}

export function UnknownValues(props: UnknownProps) {
  const { draft, table } = props;
  const isOpen = draft.state === 'draft' || draft.state === 'submitted';
  return (
    <section className="stack-close" aria-label="Values it does not know">
      <h2>Values it does not know</h2>
      {isOpen ? (
        <Asked key={`${table} ${draft.revision}`} {...props} />
      ) : (
        <p className="quiet">This draft has ended; records are no longer compared with it.</p>
      )}
    </section>
  );
}

function Asked(props: UnknownProps) {
  const { draft, table } = props;
  const seen = useAnswer(['table', draft.id, table, draft.revision], ({ api, installation }) =>
    api.GET('/installations/{installation}/mapping-drafts/{draft}/tables/{table}', {
      params: { path: { installation, draft: draft.id, table } },
    }),
  );
  return (
    <Answer what="the values of real records" answer={seen}>
      {(found) => <List {...props} seen={found} />}
    </Answer>
  );
}

const shownMax = 100;

function List({ seen, entries, onAdd }: UnknownProps & { readonly seen: Seen }) {
  const { uses, looked, unmatched, problems } = seen;
  const [asked, ask] = useState('');
  const [shown, show] = useState(shownMax);
  if (uses.length === 0)
    return <p className="quiet">No row uses this table yet. Choose it at a row, under “Translated by the table”.</p>;
  // Looked up once for each value, of which there may be thousands on both sides.
  const known = {
    theirs: new Set(entries.map(({ theirs }) => theirs.trim())),
    ours: new Set(entries.map(({ ours }) => ours.trim())),
  };
  const left = unmatched.filter(({ side, value }) => !known[side].has(value));
  const found = left.filter(({ value }) => value.toLowerCase().includes(asked.trim().toLowerCase()));
  const isTaken = (theirs: string) => known.theirs.has(theirs);
  return (
    <>
      <p className="quiet">
        Used by{' '}
        {uses.map(({ connection, kind, field }) => `${connection}, ${wordsFrom(kind)}: ${wordsFrom(field)}`).join('; ')}
        . {looked.toLocaleString()} {looked === 1 ? 'value' : 'values'} of the newest records were looked at.
      </p>
      {problems.map(({ connection, problem }) => (
        <Note key={connection} tone="warning">
          {connection}: {problem}
        </Note>
      ))}
      {left.length === 0 && looked === 0 && problems.length === 0 && <p className="quiet">No record holds one yet.</p>}
      {left.length === 0 && looked > 0 && <Note tone="good">The table knows every value of them.</Note>}
      {left.length > 10 && <Field label="Look for an unknown value" type="search" value={asked} onChange={ask} />}
      {left.length > 0 && found.length === 0 && <p className="quiet">No such value is unknown.</p>}
      <ul className="mappings-unknown">
        {found.slice(0, shown).map((one) => (
          <Value
            key={`${one.side} ${one.connection} ${one.kind} ${one.field} ${one.value}`}
            {...{ one, uses, isTaken, onAdd }}
          />
        ))}
      </ul>
      {found.length > shown && (
        <div className="row">
          <span className="quiet">
            The {shown.toLocaleString()} most frequent of {found.length.toLocaleString()} are shown.
          </span>
          <Button onPress={() => show(shown + shownMax)}>Show more</Button>
        </div>
      )}
    </>
  );
}

interface ValueProps {
  readonly one: Unmatched;
  readonly uses: Seen['uses'];
  /** Their value means something else already. */
  readonly isTaken: (theirs: string) => boolean;
  readonly onAdd: UnknownProps['onAdd'];
}

function Value({ one, uses, isTaken, onAdd }: ValueProps) {
  const { side, value, count, connection, kind, field, records } = one;
  const choices = uses.find(
    (use) => use.connection === connection && use.kind === kind && use.field === field,
  )?.choices;
  // Where ours may be any text, what the other side calls it is a fair beginning; of choices the one of that name.
  const same = choices ? (choices.find((choice) => choice.toLowerCase() === value.toLowerCase()) ?? '') : value;
  const taken = isTaken(value) ? '' : value;
  const pair = side === 'theirs' ? { theirs: value, ours: same } : { theirs: taken, ours: value };
  return (
    <li className="row-apart">
      <span>
        <strong>{value}</strong>{' '}
        <span className="quiet">
          {side === 'theirs' ? 'theirs' : 'ours'}, in {count.toLocaleString()} {count === 1 ? 'record' : 'records'} (
          {records.slice(0, 3).map((record, at) => (
            <span key={record}>
              {at > 0 && ', '}
              {side === 'ours' ? <Link to={`/records/${record}`}>record {at + 1}</Link> : record}
            </span>
          ))}
          )
        </span>
      </span>
      {onAdd && (
        <Button aria-label={`Add ${value}`} onPress={() => onAdd(pair)}>
          Add
        </Button>
      )}
    </li>
  );
}
