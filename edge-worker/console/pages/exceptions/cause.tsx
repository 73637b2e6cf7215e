// One cause: what it is in words, one answer to all of it as a job, and everything that waits for it.
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { Answer, useAnswer, usePages } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { useNowMs } from '../../clock.ts';
import { Ago, amountText } from '../../parts/figures.tsx';
import { Grid } from '../../parts/grid.tsx';
import { nameOf, ownerTitle, wordsFrom } from '../../parts/people.ts';
import { Empty } from '../../parts/states.tsx';
import { AnswerAll, useAnsweringOf } from './answers.tsx';

const pageMax = 200;
const watchEveryMs = 15_000;

export function CausePage() {
  const { cause = '' } = useParams();
  const causes = useAnswer(
    ['exceptions', 'causes', 'one', cause],
    ({ api, installation }) =>
      api.GET('/installations/{installation}/causes', { params: { path: { installation }, query: { cause } } }),
    { everyMs: watchEveryMs },
  );
  return (
    <div className="stack">
      <p>
        <Link to="/exceptions">All causes</Link>
      </p>
      <Answer what="the cause" title="A cause" answer={causes}>
        {({ rows }) => <Cause key={cause} cause={cause} row={rows[0] ?? null} />}
      </Answer>
    </div>
  );
}

/** The job on it goes on being shown when nothing waits any more. */
function Cause({ cause, row }: { readonly cause: string; readonly row: Shape<'Cause'> | null }) {
  const [begun, setBegun] = useState<string | null>(null);
  const { job, undo } = useAnsweringOf(cause, begun);
  const isWorking = job?.state === 'running';
  const left = isWorking ? job.total - job.done - job.failed : null;
  return (
    <>
      <h1>{row?.words.title ?? 'Nothing waits for this cause any more'}</h1>
      {row && (
        <div className="stack-close">
          <p>
            {left === null ? waitingText(row) : `${left.toLocaleString()} left to be answered`}. It is{' '}
            {ownerTitle(row.owner)}’s turn. {row.words.next}
          </p>
          {row.actions.length === 0 && (
            <p className="quiet">What is done about it is for {ownerTitle(row.owner)} to say.</p>
          )}
        </div>
      )}
      <AnswerAll
        cause={cause}
        open={row?.open ?? 0}
        actions={isWorking ? [] : (row?.actions ?? [])}
        job={job}
        undo={undo}
        onBegun={setBegun}
      />
      {row && <Members cause={cause} open={row.open} />}
    </>
  );
}

function waitingText({ open, amounts }: Shape<'Cause'>): string {
  const worth = amounts.map(amountText).join(' + ');
  return `${open.toLocaleString()} waiting${worth === '' ? '' : `, worth ${worth}`}`;
}

function Members({ cause, open }: { readonly cause: string; readonly open: number }) {
  const nowMs = useNowMs();
  const navigate = useNavigate();
  const members = usePages(['exceptions', 'of', cause], ({ api, installation }, after) =>
    api.GET('/installations/{installation}/exceptions', {
      params: {
        path: { installation },
        query: { cause, snoozed: 'with', limit: pageMax, ...(after !== null && { after }) },
      },
    }),
  );
  return (
    <Answer what="what waits" answer={members.answer}>
      {() => (
        <div className="stack-close">
          <p className="quiet" role="status">
            {members.rows.length < open &&
              `The oldest ${members.rows.length.toLocaleString()}; more come as you scroll.`}
          </p>
          <Grid
            label="What waits for this cause"
            lines={members.rows}
            idOf={(row) => row.id}
            onOpen={({ id }) => navigate(`/exceptions/one/${id}`)}
            onEnd={members.more}
            empty={<Empty title="Nothing waits any more">What was answered is on its way.</Empty>}
            columns={[
              {
                id: 'label',
                title: 'Record',
                isName: true,
                width: '2fr',
                minWidth: 180,
                show: (row) => row.label ?? (row.kind === null ? row.words.title : wordsFrom(row.kind)),
              },
              { id: 'text', title: 'What is wrong', width: '3fr', minWidth: 220, show: (row) => row.words.text },
              {
                id: 'since',
                title: 'Since',
                minWidth: 120,
                show: (row) => <Ago atMs={Date.parse(row.madeAt)} nowMs={nowMs} />,
              },
              {
                id: 'due',
                title: 'Due',
                minWidth: 120,
                show: (row) => <Ago atMs={Date.parse(row.dueAt)} nowMs={nowMs} />,
              },
              {
                id: 'assignee',
                title: 'Looked after by',
                minWidth: 140,
                show: (row) => (row.assignee === null ? <span className="quiet">Nobody</span> : nameOf(row.assignee)),
              },
            ]}
          />
        </div>
      )}
    </Answer>
  );
}
