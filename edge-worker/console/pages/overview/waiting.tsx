// What waits for people in short: the causes with the most records, each a door to all that waits for it.
import { Link } from 'react-router';
import type { Shape } from '../../client.ts';
import { useNowMs } from '../../clock.ts';
import { Ago, amountText } from '../../parts/figures.tsx';
import { ownerTitle } from '../../parts/people.ts';
import { Badge, Empty } from '../../parts/states.tsx';
import './waiting.css';

export const causesMax = 6;

interface WaitingProps {
  /** The first few. */
  readonly rows: readonly Shape<'Cause'>[];
  /** How many there are. */
  readonly causes: number;
}

export function Waiting({ rows, causes }: WaitingProps) {
  const nowMs = useNowMs();
  if (rows.length === 0)
    return (
      <Empty title="Nothing waits for anybody">Whatever needs a person appears here, with whose turn it is.</Empty>
    );
  return (
    <>
      <ul className="waiting">
        {rows.map((row) => (
          <li key={`${row.cause} ${row.owner}`} className="row-apart">
            <span>
              <Link to={`/exceptions/cause/${encodeURIComponent(row.cause)}`}>{row.words.title}</Link>{' '}
              {row.systemTitle && <span className="quiet">{row.systemTitle}</span>}{' '}
              {row.overdue > 0 && <Badge tone="bad">{row.overdue.toLocaleString()} overdue</Badge>}
            </span>
            <span className="quiet">
              <strong className="figures">{row.open.toLocaleString()}</strong> waiting
              {row.amounts.length > 0 && `, worth ${row.amounts.map(amountText).join(' + ')}`}, for{' '}
              {ownerTitle(row.owner)}, the oldest <Ago atMs={Date.parse(row.oldestAt)} nowMs={nowMs} />
            </span>
          </li>
        ))}
      </ul>
      <p>
        <Link to="/exceptions">
          {causes > rows.length ? `All ${causes.toLocaleString()} causes` : 'All exceptions'}
        </Link>
      </p>
    </>
  );
}
