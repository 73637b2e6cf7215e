// Answers to a whole cause that are taken back: the step, how far it is, what waits again, and what is out already.
import { Link } from 'react-router';
import { useChange, useMe, useRenewal } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Instant } from '../../parts/figures.tsx';
import { nameOf, wordsFrom } from '../../parts/people.ts';
import { Note, Progress } from '../../parts/states.tsx';
import { Step } from '../../parts/step.tsx';

type Job = Shape<'Job'>;

const means =
  'What has not gone out waits again, looked after by the same people and due as before. What its system holds ' +
  'already, or is just being sent, stays there: it is listed with what to do.';

/** `undo` is the job that takes it back, once there is one. */
export function TakeBack({ job, undo }: { readonly job: Job; readonly undo: Job | null }) {
  const { operations } = useMe();
  const begin = useChange(
    ({ api, installation }) =>
      api.POST('/installations/{installation}/jobs/{job}/undo', { params: { path: { installation, job: job.job } } }),
    ['exceptions'],
  );
  useRenewal(['exceptions'], undo?.state === 'done');
  if (undo) return <TakenBack undo={undo} />;
  const isOver = job.state === 'done' || job.state === 'cancelled';
  if (!isOver || job.answer === 'retry' || !operations.includes('undoJob')) return null;
  return (
    <div className="row">
      <Step
        title="Take these answers back"
        text={means}
        isPending={begin.isPending}
        trouble={begin.error}
        onStep={(_, close) => begin.mutate(null, { onSuccess: close })}
      />
    </div>
  );
}

function TakenBack({ undo: { state, done, total, found, by, startedAt, problem } }: { readonly undo: Job }) {
  if (state === 'running') return <Progress label="Taking them back" done={done} total={total} />;
  const { held = 0, groups = [] } = found ?? {};
  const kept = groups.filter(({ action }) => action === 'stays' || action === 'left');
  return (
    <Note tone={kept.length > 0 || state !== 'done' ? 'warning' : 'good'}>
      <div className="stack-close">
        <p role="status">
          Taken back by {nameOf(by)}, <Instant atMs={Date.parse(startedAt)} />: {held.toLocaleString()} of{' '}
          {total.toLocaleString()} wait again.
          {state !== 'done' && ` The job is ${state}. ${problem ?? ''}`}
        </p>
        {kept.map(({ connection, kind, action, count, words, rows }) => (
          <details key={[connection, kind, action].join(' ')}>
            <summary>
              <strong>{words?.title}</strong>: {count.toLocaleString()}, {wordsFrom(kind).toLowerCase()}
            </summary>
            <p>
              {words?.text} {words?.next}
            </p>
            <ul>
              {rows.map(({ entity, recordId }) => (
                <li key={entity}>
                  <Link to={`/records/${entity}`}>{recordId ?? entity}</Link>
                </li>
              ))}
            </ul>
            {count > rows.length && <p className="quiet">The first {rows.length.toLocaleString()} are shown.</p>}
          </details>
        ))}
      </div>
    </Note>
  );
}

/** What was answered all at once of late: its cause may have gone from the list since. */
export function Lately({ jobs }: { readonly jobs: readonly Job[] }) {
  const latest = jobs.filter(({ kind }) => kind === 'answer').slice(0, 3);
  if (latest.length === 0) return null;
  return (
    <section className="stack-close" aria-label="Answered lately">
      <h2>Answered lately</h2>
      <ul>
        {latest.map(({ job, cause, answer, by, total, startedAt }) => (
          <li key={job}>
            <Link to={`/exceptions/cause/${encodeURIComponent(cause ?? '')}`}>
              {wordsFrom((cause ?? '').split('.')[0] ?? '')}: {wordsFrom(answer ?? '').toLowerCase()},{' '}
              {total.toLocaleString()}
            </Link>{' '}
            <span className="quiet">
              by {nameOf(by)}, <Instant atMs={Date.parse(startedAt)} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
