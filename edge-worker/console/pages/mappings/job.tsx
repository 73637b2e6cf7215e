// One job over existing records: how far it is, what it would write or has written, and the steps that are open to it.
import { Link, useNavigate, useParams } from 'react-router';
import { Answer, troubleOf, useAnswer, useChange, useMe } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Button } from '../../parts/controls.tsx';
import { Instant } from '../../parts/figures.tsx';
import { nameOf, wordsFrom } from '../../parts/people.ts';
import { Badge, Note, Progress, TroubleNote } from '../../parts/states.tsx';
import { Step } from '../../parts/step.tsx';
import { Differences } from './differences.tsx';
import { standingOf, titleOf, useJobs } from './job-words.ts';
import './mappings.css';

type Job = Shape<'Job'>;
type Found = NonNullable<Job['found']>;

const followEveryMs = 2_000;

export default function JobPage() {
  const { job = '' } = useParams();
  const read = useAnswer(
    ['jobs', job],
    ({ api, installation }) =>
      api.GET('/installations/{installation}/jobs/{job}', { params: { path: { installation, job } } }),
    { everyMs: followEveryMs, isLast: ({ endedAt }) => endedAt !== null },
  );
  return (
    <div className="stack">
      <p>
        <Link to="/mappings">All mappings</Link>
      </p>
      <Answer what="the job" title="A job" answer={read}>
        {(found) => <One job={found} />}
      </Answer>
    </div>
  );
}

function One({ job }: { readonly job: Job }) {
  const { title, tone } = standingOf(job);
  const { state, phase, done, total, problem, found, startedAt, endedAt, by, undoes } = job;
  return (
    <>
      <div className="row-apart">
        <h1>{titleOf(job)}</h1>
        <Badge tone={tone}>{title}</Badge>
      </div>
      <p className="quiet">
        Begun by {nameOf(by)}, <Instant atMs={Date.parse(startedAt)} />
        {endedAt !== null && (
          <>
            ; ended <Instant atMs={Date.parse(endedAt)} />
          </>
        )}
        {undoes !== null && (
          <>
            . It takes back <Link to={`/mappings/job/${encodeURIComponent(undoes)}`}>this application</Link>
          </>
        )}
        .
      </p>
      <Progress
        label={phase === 'look' ? 'Records looked at; nothing is written' : 'Records decided again'}
        done={done}
        total={total}
      />
      {problem !== null && state !== 'done' && <Note tone="bad">{problem}</Note>}
      <Steps job={job} />
      {found && (state !== 'running' || phase === 'run') && <What found={found} job={job} />}
    </>
  );
}

const offered: Readonly<Record<Job['state'], readonly ('run' | 'pause' | 'resume' | 'cancel')[]>> = {
  running: ['pause', 'cancel'],
  ready: ['run', 'cancel'],
  paused: ['resume', 'cancel'],
  failed: ['resume', 'cancel'],
  done: [],
  cancelled: [],
};

function Steps({ job: { job, state, kind, phase, found } }: { readonly job: Job }) {
  const { operations } = useMe();
  const steer = useChange(
    ({ api, installation }, step: 'run' | 'pause' | 'resume' | 'cancel') =>
      api.POST('/installations/{installation}/jobs/{job}/{step}', { params: { path: { installation, job, step } } }),
    ['jobs'],
  );
  if (!operations.includes('steerJob')) return null;
  const steps = offered[state];
  const cancel = phase === 'look' ? 'Nothing was written, and nothing will be.' : 'What is done already stays done.';
  const isNothing = found !== null && found.written + found.held === 0;
  return (
    <div className="stack-close">
      {steer.error && <TroubleNote trouble={troubleOf(steer.error)} />}
      <div className="row">
        {steps.includes('run') && !isNothing && (
          <Step
            title="Let it run"
            text={`${sayOf(found)} You can pause or cancel it${kind === 'apply' ? ', and undo it afterwards' : ''}.`}
            look="main"
            isPending={steer.isPending}
            trouble={null}
            onStep={(_, close) => steer.mutate('run', { onSuccess: close })}
          />
        )}
        {steps.includes('pause') && <Button onPress={() => steer.mutate('pause')}>Pause</Button>}
        {steps.includes('resume') && (
          <Button look="main" onPress={() => steer.mutate('resume')}>
            Go on
          </Button>
        )}
        {steps.includes('cancel') && (
          <Step
            title="Cancel it"
            text={`${cancel} It cannot go on afterwards.`}
            look="danger"
            isPending={steer.isPending}
            trouble={null}
            onStep={(_, close) => steer.mutate('cancel', { onSuccess: close })}
          />
        )}
        {kind === 'apply' && phase === 'run' && steps.length === 0 && <Undo job={job} />}
      </div>
    </div>
  );
}

/** A count with its noun, or nothing. */
function part(count: number, says: string): readonly string[] {
  return count === 0 ? [] : [`${count.toLocaleString()} ${count === 1 ? 'record' : 'records'} ${says}`];
}

function sayOf(found: Found | null): string {
  const { written = 0, held = 0, billed = 0 } = found ?? {};
  const says = [
    ...part(written, 'would be written'),
    ...part(held, 'would be held'),
    ...part(billed, 'left: billed already'),
  ];
  return says.length === 0 ? 'Nothing would be written.' : `${says.join(', ')}.`;
}

const undoing =
  'Each value that it wrote is what it was before. What somebody has changed since, records that it created and what ' +
  'is billed stay as they are, and are listed.';

function Undo({ job }: { readonly job: string }) {
  const navigate = useNavigate();
  const { operations } = useMe();
  const jobs = useJobs(60_000);
  const undo = useChange(
    ({ api, installation }) =>
      api.POST('/installations/{installation}/jobs/{job}/undo', { params: { path: { installation, job } } }),
    ['jobs'],
  );
  const already = jobs.data?.rows.find(({ undoes, state }) => undoes === job && state !== 'cancelled');
  if (already)
    return (
      <Link to={`/mappings/job/${encodeURIComponent(already.job)}`}>It was taken back: see what became of it</Link>
    );
  if (!operations.includes('undoJob') || jobs.data === undefined) return null;
  return (
    <Step
      title="Undo it"
      text={undoing}
      look="danger"
      isPending={undo.isPending}
      trouble={undo.error}
      onStep={(_, close) =>
        undo.mutate(null, {
          onSuccess: ({ job: begun }) => {
            close();
            navigate(`/mappings/job/${encodeURIComponent(begun)}`);
          },
        })
      }
    />
  );
}

const actions = {
  create: 'created',
  update: 'changed',
  withdraw: 'withdrawn',
  billed: 'left, for an invoice has billed it',
  'put-back': 'put back',
  reopened: 'waiting again',
  stays: 'out already',
  left: 'left as it is now',
} as const;

function What({ found, job }: { readonly found: Found; readonly job: Job }) {
  const { groups, written, held, billed, left } = found;
  const isUndo = job.kind === 'undo';
  const taken = [
    ...part(written, 'put back'),
    ...part(left, 'left as they are'),
    ...part(billed, 'left: billed already'),
  ];
  const undone = taken.length === 0 ? 'Nothing yet.' : `${taken.join(', ')}.`;
  const isHarmless = written + held === 0;
  return (
    <section className="stack-close" aria-label="What it changes">
      <h2>{isUndo ? 'What was put back' : 'What the look found'}</h2>
      <Note tone={isHarmless || isUndo ? 'good' : 'warning'}>
        <p role="status">{isUndo ? undone : sayOf(found)}</p>
      </Note>
      {groups.map(({ connection, kind, action, heldBy, field, ...group }) => (
        <Differences
          key={[connection, kind, action, heldBy, field].join(' ')}
          title={`${connection}, ${wordsFrom(kind)}: ${nameOfField(field)} ${actions[action]}${
            heldBy === null ? '' : `, held: ${wordsFrom(heldBy).toLowerCase()}`
          }`}
          isWhole={field === null}
          {...group}
        />
      ))}
    </section>
  );
}

function nameOfField(field: string | null): string {
  if (field === null) return 'the record is';
  return `${field.startsWith('=') ? field.slice(1) : wordsFrom(field)} is`;
}
