// What is missing, what is stuck, since when and whose turn it is, how each connection is doing, and the indicators.
import { lazy, Suspense } from 'react';
import { Link } from 'react-router';
import { Answer, useAnswer, useMe } from '../asking.tsx';
import { Loading, Note } from '../parts/states.tsx';
import { Steps } from '../parts/steps.tsx';
import { Together } from './overview/together.tsx';
import { causesMax, Waiting } from './overview/waiting.tsx';

const Backlog = lazy(() => import('./overview/backlog.tsx'));
const Connections = lazy(() => import('../parts/connections.tsx'));
const Indicators = lazy(() => import('./overview/indicators.tsx'));

const watchEveryMs = 15_000;
/** What the parts below ask is kept under these. */
const parts = ['health', 'exceptions', 'forecast', 'indicators', 'utilisation'];

export default function Overview() {
  const { operations } = useMe();
  const health = useAnswer(
    ['health'],
    ({ api, installation }) => api.GET('/installations/{installation}/health', { params: { path: { installation } } }),
    { everyMs: watchEveryMs },
  );
  const causes = useAnswer(
    ['exceptions', 'causes', 'first'],
    ({ api, installation }) =>
      api.GET('/installations/{installation}/causes', {
        params: { path: { installation }, query: { limit: causesMax } },
      }),
    { everyMs: watchEveryMs },
  );
  return (
    <div className="stack">
      <h1>Overview</h1>
      <Together parts={parts}>
        {(health.data?.missing.length ?? 0) > 0 && (
          <section aria-label="Still missing">
            <Note tone="warning">
              <Steps steps={health.data?.missing ?? []} />
            </Note>
          </section>
        )}
        <section className="stack-close" aria-label="Waiting for people">
          <h2>Waiting for people</h2>
          <Answer what="what waits" answer={causes}>
            {({ rows, total }) => <Waiting rows={rows} causes={total.causes} />}
          </Answer>
        </section>
        <section className="stack-close" aria-label="Indicators">
          <div className="row-apart">
            <h2>Indicators of the last 30 days</h2>
            <span className="row">
              <Link to="/targets">Targets: by when, in whose time, who is asked</Link>
              {operations.includes('readAlerts') && <Link to="/alerts">Alerts: who is told</Link>}
            </span>
          </div>
          <Suspense fallback={<Loading what="the indicators" />}>
            <Indicators />
          </Suspense>
        </section>
        <section className="stack-close" aria-label="On its way">
          <h2>When the backlog clears</h2>
          <Suspense fallback={<Loading what="the forecast" />}>
            <Backlog />
          </Suspense>
        </section>
        <section className="stack-close" aria-label="Connections">
          <h2>Connections</h2>
          <Answer what="the connections" answer={health}>
            {({ connections }) => (
              <Suspense fallback={<Loading what="the connections" />}>
                <Connections rows={connections} />
              </Suspense>
            )}
          </Answer>
        </section>
      </Together>
    </div>
  );
}
