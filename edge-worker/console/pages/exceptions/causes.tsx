// What waits for people as a table of causes, each of which opens.
import { useNavigate } from 'react-router';
import type { Shape } from '../../client.ts';
import { useNowMs } from '../../clock.ts';
import { Ago, amountText } from '../../parts/figures.tsx';
import { Grid, Lines } from '../../parts/grid.tsx';
import { ownerTitle, wordsFrom } from '../../parts/people.ts';
import { Badge, Empty } from '../../parts/states.tsx';

interface CausesProps {
  /** Those fetched so far. */
  readonly rows: readonly Shape<'Cause'>[];
  readonly total: { readonly causes: number; readonly open: number };
  /** Only those of one owner are shown. */
  readonly isNarrowed: boolean;
  readonly onEnd: () => void;
}

export function Causes({ rows, total, isNarrowed, onEnd }: CausesProps) {
  const nowMs = useNowMs();
  const navigate = useNavigate();
  // One that came to have more or fewer between two pages may be on both.
  const lines = [...new Map(rows.map((row) => [idOf(row), row])).values()];
  return (
    <div className="stack-close">
      {rows.length > 0 && (
        <p className="quiet" role="status">
          {total.open.toLocaleString()} waiting for {total.causes.toLocaleString()}{' '}
          {total.causes === 1 ? 'cause' : 'causes'}, the most frequent first. Open one to answer all of it at once.
          {lines.length < total.causes && ` The first ${lines.length.toLocaleString()}; more come as you scroll.`}
        </p>
      )}
      <Grid
        label="Exceptions by cause"
        isTall
        lines={lines}
        idOf={idOf}
        onEnd={onEnd}
        onOpen={({ cause }) => navigate(`/exceptions/cause/${encodeURIComponent(cause)}`)}
        empty={
          <Empty title={isNarrowed ? 'Nothing waits for them' : 'Nothing waits for anybody'}>
            Whatever needs a person appears here, with whose turn it is and what to do.
          </Empty>
        }
        columns={[
          {
            ...{ id: 'title', title: 'Cause', isName: true, width: '3fr', minWidth: 230 },
            show: (row) => <Lines first={row.words.title} second={whereOf(row)} />,
          },
          {
            ...{ id: 'open', title: 'Waiting', isFigure: true, width: 90, minWidth: 90 },
            show: (row) => row.open.toLocaleString(),
          },
          {
            id: 'worth',
            title: 'At stake',
            isFigure: true,
            minWidth: 150,
            show: (row) => row.amounts.map(amountText).join(' + '),
          },
          { id: 'owner', title: 'Whose turn', minWidth: 160, show: (row) => ownerTitle(row.owner) },
          {
            id: 'since',
            title: 'Oldest',
            minWidth: 140,
            show: (row) => <Ago atMs={Date.parse(row.oldestAt)} nowMs={nowMs} />,
          },
          {
            id: 'due',
            title: 'Next due',
            minWidth: 140,
            show: (row) => <Due row={row} nowMs={nowMs} />,
          },
          {
            ...{ id: 'unassigned', title: 'Nobody on it', isFigure: true, width: 130, minWidth: 130 },
            show: (row) => row.unassigned.toLocaleString(),
          },
        ]}
      />
    </div>
  );
}

/** In which system, and of what kinds: causes of one title differ in these. */
const whereOf = ({ systemTitle, kinds }: Shape<'Cause'>) =>
  [systemTitle, ...kinds.map(wordsFrom)].filter((part) => part !== null).join(', ');

const idOf = ({ cause, owner }: Shape<'Cause'>) => `${cause} ${owner}`;

function Due({ row, nowMs }: { readonly row: Shape<'Cause'>; readonly nowMs: number }) {
  if (row.overdue > 0) return <Badge tone="bad">{row.overdue.toLocaleString()} overdue</Badge>;
  return <Ago atMs={Date.parse(row.dueAt)} nowMs={nowMs} />;
}
