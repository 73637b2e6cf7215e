// What is missing, what is stuck, since when and whose turn it is, how each connection is doing, and the indicators.
import { lazy, Suspense } from 'react';
import { Answer, useAnswer } from '../asking.tsx';
import type { Shape } from '../client.ts';
import { useNowMs } from '../clock.ts';
import { Connections, Steps } from '../parts/connections.tsx';
import { Ago } from '../parts/figures.tsx';
import { Grid } from '../parts/grid.tsx';
import { Empty, Loading, Note } from '../parts/states.tsx';

const Indicators = lazy(() => import('./overview/indicators.tsx'));

const watchEveryMs = 15_000;
/** The oldest of what waits; the page of exceptions has them all. */
const oldestMax = 50;

export default function Overview() {
  const health = useAnswer(
    ['health'],
    ({ api, installation }) => api.GET('/installations/{installation}/health', { params: { path: { installation } } }),
    { everyMs: watchEveryMs },
  );
  const waiting = useAnswer(
    ['exceptions', 'oldest'],
    ({ api, installation }) =>
      api.GET('/installations/{installation}/exceptions', {
        params: { path: { installation }, query: { limit: oldestMax } },
      }),
    { everyMs: watchEveryMs },
  );
  return (
    <div className="stack">
      <h1>Overview</h1>
      {(health.data?.missing.length ?? 0) > 0 && (
        <section aria-label="Still missing">
          <Note tone="warning">
            <Steps steps={health.data?.missing ?? []} />
          </Note>
        </section>
      )}
      <section className="stack-close" aria-label="Waiting for people">
        <h2>Waiting for people, the oldest first</h2>
        <Answer what="what waits" answer={waiting}>
          {({ rows }) => <Waiting rows={rows} />}
        </Answer>
      </section>
      <section className="stack-close" aria-label="Indicators">
        <h2>Indicators of the last 30 days</h2>
        <Suspense fallback={<Loading what="the indicators" />}>
          <Indicators />
        </Suspense>
      </section>
      <section className="stack-close" aria-label="Connections">
        <h2>Connections</h2>
        <Answer what="the connections" answer={health}>
          {({ connections }) => <Connections rows={connections} />}
        </Answer>
      </section>
    </div>
  );
}

function Waiting({ rows }: { readonly rows: readonly Shape<'Exception'>[] }) {
  const nowMs = useNowMs();
  return (
    <Grid
      label="Waiting for people"
      lines={rows}
      idOf={(row) => row.id}
      empty={
        <Empty title="Nothing waits for anybody">Whatever needs a person appears here, with whose turn it is.</Empty>
      }
      columns={[
        { id: 'title', title: 'What', isName: true, width: '3fr', minWidth: 180, show: (row) => row.words.title },
        { id: 'kind', title: 'Record', show: (row) => row.kind ?? '' },
        { id: 'system', title: 'System', show: (row) => row.system ?? '' },
        { id: 'owner', title: 'Whose turn', show: (row) => row.owner },
        {
          id: 'since',
          title: 'Since',
          minWidth: 120,
          show: (row) => <Ago atMs={Date.parse(row.madeAt)} nowMs={nowMs} />,
        },
        { id: 'due', title: 'Due', minWidth: 120, show: (row) => <Ago atMs={Date.parse(row.dueAt)} nowMs={nowMs} /> },
      ]}
    />
  );
}
