// How far the latest first load of a connection is, and what it came to.
import { Answer, useAnswer } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Instant } from '../../parts/figures.tsx';
import { Note, Progress } from '../../parts/states.tsx';

const watchEveryMs = 5_000;

export function LatestLoad({ connection }: { readonly connection: string }) {
  const jobs = useAnswer(
    ['jobs'],
    ({ api, installation }) => api.GET('/installations/{installation}/jobs', { params: { path: { installation } } }),
    { everyMs: watchEveryMs },
  );
  return (
    <Answer what="the first load" answer={jobs}>
      {({ rows }) => {
        const latest = rows.find((job) => job.kind === 'load' && job.connection === connection);
        return latest ? <Load job={latest} /> : null;
      }}
    </Answer>
  );
}

function Load({ job }: { readonly job: Shape<'Job'> }) {
  const { state, done, total, problem, startedAt, endedAt } = job;
  if (endedAt === null) {
    const label = state === 'running' ? 'A first load is reading; you may leave this page' : 'The first load waits';
    return (
      <>
        <Progress label={label} done={done} total={total > 0 ? total : null} />
        {problem !== null && <Note tone="warning">{problem}</Note>}
      </>
    );
  }
  const isWhole = state === 'done' && done === total;
  return (
    <Note tone={isWhole ? 'good' : 'warning'}>
      <p>
        {isWhole ? 'Read in full' : 'Not read in full'}: {done.toLocaleString()} of {total.toLocaleString()} records
        that were told, begun <Instant atMs={Date.parse(startedAt)} />, ended <Instant atMs={Date.parse(endedAt)} />.
        {problem !== null && ` ${problem}`}
      </p>
    </Note>
  );
}
