// Differences of one sort, over any number of records: how many, by how much money, and the first of them to be opened.
import { useState } from 'react';
import { Link } from 'react-router';
import { moneyOf } from '../../../../shared/exact-money.ts';
import { Amount } from '../../parts/figures.tsx';
import { Value } from '../../parts/values.tsx';

interface DifferencesProps {
  readonly title: string;
  readonly count: number;
  /** Currency -> the sum of the differences in minor units, as text. */
  readonly money: Readonly<Record<string, string>>;
  readonly rows: readonly {
    readonly entity: string;
    readonly recordId: string | null;
    readonly before?: unknown;
    readonly after?: unknown;
  }[];
  /** What happens to the record as a whole, where no field is meant. */
  readonly isWhole?: boolean;
}

export function Differences({ title, count, money, rows, isWhole = false }: DifferencesProps) {
  // A thousand rows are drawn for whoever wants to see them.
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="mappings-group" onToggle={({ currentTarget: { open } }) => setOpen(open)}>
      <summary>
        <strong>{title}</strong>, in {count.toLocaleString()} {count === 1 ? 'record' : 'records'}
        {Object.entries(money).map(([currency, minor]) => (
          <span key={currency}>
            , by <Amount value={moneyOf(minor, currency)} />
          </span>
        ))}
      </summary>
      <ul className="mappings-list">
        {(isOpen ? rows : []).map(({ entity, recordId, before, after }) => (
          <li key={`${entity} ${recordId}`}>
            <Link to={`/records/${entity}`}>{recordId ?? 'New record'}</Link>
            {!isWhole && (
              <>
                : <Value value={before} /> becomes <Value value={after} />
              </>
            )}
          </li>
        ))}
      </ul>
      {count > rows.length && <p className="quiet">The first {rows.length.toLocaleString()} are shown.</p>}
    </details>
  );
}
