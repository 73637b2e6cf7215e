// What waits for people: grouped by cause, one cause with all that waits for it, and one exception in full.
import { useState } from 'react';
import { Route, Routes, useNavigate } from 'react-router';
import { Answer, useAnswer } from '../asking.tsx';
import type { Shape } from '../client.ts';
import { useNowMs } from '../clock.ts';
import { Choice } from '../parts/controls.tsx';
import { Ago } from '../parts/figures.tsx';
import { Grid } from '../parts/grid.tsx';
import { ownerTitle, wordsFrom } from '../parts/people.ts';
import { Badge, Empty } from '../parts/states.tsx';
import { CausePage } from './exceptions/cause.tsx';
import { OnePage } from './exceptions/one.tsx';

const watchEveryMs = 15_000;
const everybody = 'everybody';
const owners = [
  { id: everybody, label: 'Everybody' },
  ...['finance', 'delivery', 'sales', 'integration'].map((id) => ({ id, label: ownerTitle(id) })),
];

export default function Exceptions() {
  return (
    <Routes>
      <Route index element={<Inbox />} />
      <Route path="cause/:cause" element={<CausePage />} />
      <Route path="one/:exception" element={<OnePage />} />
    </Routes>
  );
}

function Inbox() {
  const [owner, setOwner] = useState(everybody);
  const causes = useAnswer(
    ['exceptions', 'causes', owner],
    ({ api, installation }) =>
      api.GET('/installations/{installation}/causes', {
        params: { path: { installation }, query: owner === everybody ? {} : { owner } },
      }),
    { everyMs: watchEveryMs },
  );
  return (
    <div className="stack">
      <div className="row-apart">
        <h1>Exceptions</h1>
        <Choice label="Whose turn" options={owners} chosen={owner} onChoose={setOwner} />
      </div>
      <Answer what="what waits" answer={causes}>
        {({ rows }) => <Causes rows={rows} isNarrowed={owner !== everybody} />}
      </Answer>
    </div>
  );
}

function Causes({ rows, isNarrowed }: { readonly rows: readonly Shape<'Cause'>[]; readonly isNarrowed: boolean }) {
  const nowMs = useNowMs();
  const navigate = useNavigate();
  const sum = rows.reduce((total, { open }) => total + open, 0);
  return (
    <div className="stack-close">
      {rows.length > 0 && (
        <p className="quiet" role="status">
          {sum.toLocaleString()} waiting for {rows.length.toLocaleString()} {rows.length === 1 ? 'cause' : 'causes'},
          the most frequent first. Open one to answer all of it at once.
        </p>
      )}
      <Grid
        label="Exceptions by cause"
        lines={rows}
        idOf={(row) => `${row.cause} ${row.owner}`}
        onOpen={({ cause }) => navigate(`/exceptions/cause/${encodeURIComponent(cause)}`)}
        empty={
          <Empty title={isNarrowed ? 'Nothing waits for them' : 'Nothing waits for anybody'}>
            Whatever needs a person appears here, with whose turn it is and what to do.
          </Empty>
        }
        columns={[
          { id: 'title', title: 'Cause', isName: true, width: '3fr', minWidth: 200, show: (row) => row.words.title },
          {
            id: 'open',
            title: 'Waiting',
            isFigure: true,
            width: 90,
            minWidth: 90,
            show: (row) => row.open.toLocaleString(),
          },
          { id: 'owner', title: 'Whose turn', minWidth: 130, show: (row) => ownerTitle(row.owner) },
          { id: 'kinds', title: 'Records', minWidth: 100, show: (row) => row.kinds.map(wordsFrom).join(', ') },
          {
            id: 'since',
            title: 'Oldest',
            minWidth: 120,
            show: (row) => <Ago atMs={Date.parse(row.oldestAt)} nowMs={nowMs} />,
          },
          {
            id: 'due',
            title: 'Next due',
            minWidth: 140,
            show: (row) => <Due row={row} nowMs={nowMs} />,
          },
          {
            id: 'unassigned',
            title: 'Nobody on it',
            isFigure: true,
            width: 130,
            minWidth: 130,
            show: (row) => row.unassigned.toLocaleString(),
          },
        ]}
      />
    </div>
  );
}

function Due({ row, nowMs }: { readonly row: Shape<'Cause'>; readonly nowMs: number }) {
  if (row.overdue > 0) return <Badge tone="bad">{row.overdue.toLocaleString()} overdue</Badge>;
  return <Ago atMs={Date.parse(row.dueAt)} nowMs={nowMs} />;
}
