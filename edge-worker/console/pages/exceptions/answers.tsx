// Answers of people: to one exception, and to everything that waits for a cause, as a job that says how far it is.
import { useState } from 'react';
import { useAnswer, useChange, useRenewal } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Ask, Button, Field } from '../../parts/controls.tsx';
import { DialogFoot } from '../../parts/dialog-foot.tsx';
import { Note, Progress } from '../../parts/states.tsx';
import { TakeBack } from './taken-back.tsx';

type Action = Shape<'Action'>;
type Job = Shape<'Job'>;
const lookEveryMs = 1_000;

interface AnswerDialogProps {
  readonly action: Action;
  readonly isMain: boolean;
  /** How many it is given to, when more than one. */
  readonly count?: number;
  readonly isPending: boolean;
  readonly trouble: Error | null;
  readonly onAnswer: (reason: string, close: () => void) => void;
}

/** What an answer does is read before it is given. */
function AnswerDialog({ action, isMain, count, isPending, trouble, onAnswer }: AnswerDialogProps) {
  const [reason, setReason] = useState('');
  const isMissing = action.needsReason && reason.trim() === '';
  const title = count === undefined ? action.title : `${action.title}: all ${count.toLocaleString()}`;
  return (
    <Ask trigger={<Button look={isMain ? 'main' : 'plain'}>{title}</Button>} title={title}>
      {(close) => (
        <>
          <p>{action.text}</p>
          <Field
            label={action.needsReason ? 'Reason' : 'Reason, if you want to give one'}
            value={reason}
            onChange={setReason}
            rows={2}
            isRequired={action.needsReason}
            hint="It is kept in the audit, with your name."
          />
          <DialogFoot
            trouble={trouble}
            isDisabled={isMissing || isPending}
            onStep={() => onAnswer(reason.trim(), close)}
            onCancel={close}
          >
            {action.title}
          </DialogFoot>
        </>
      )}
    </Ask>
  );
}

interface AnswerOneProps {
  readonly exception: string;
  readonly actions: readonly Action[];
  readonly onAnswered: () => void;
}

export function AnswerOne({ exception, actions, onAnswered }: AnswerOneProps) {
  const answer = useChange(
    ({ api, installation }, given: { readonly action: Action['action']; readonly reason: string }) =>
      api.POST('/installations/{installation}/exceptions/{exception}/{answer}', {
        params: { path: { installation, exception, answer: given.action } },
        body: { reason: given.reason },
      }),
    ['exceptions'],
  );
  return (
    <div className="row">
      {actions.map((action, index) => (
        <AnswerDialog
          key={action.action}
          action={action}
          isMain={index === 0}
          isPending={answer.isPending}
          trouble={answer.error}
          onAnswer={(reason) => answer.mutate({ action: action.action, reason }, { onSuccess: onAnswered })}
        />
      ))}
    </div>
  );
}

interface AnswerAllProps {
  readonly cause: string;
  readonly open: number;
  readonly actions: readonly Action[];
  readonly job: Job | null;
  readonly undo: Job | null;
  readonly onBegun: (job: string) => void;
}

export function AnswerAll({ cause, open, actions, job, undo, onBegun }: AnswerAllProps) {
  const answer = useChange(
    ({ api, installation }, given: { readonly action: Action['action']; readonly reason: string }) =>
      api.POST('/installations/{installation}/causes/{cause}/{answer}', {
        params: { path: { installation, cause, answer: given.action } },
        body: { reason: given.reason },
      }),
    ['exceptions'],
  );
  return (
    <>
      {job && !undo && <Answering job={job} />}
      {job && <TakeBack job={job} undo={undo} />}
      <div className="row">
        {actions.map((action, index) => (
          <AnswerDialog
            key={action.action}
            action={action}
            isMain={index === 0}
            count={open}
            isPending={answer.isPending}
            trouble={answer.error}
            onAnswer={(reason, close) =>
              answer.mutate(
                { action: action.action, reason },
                {
                  onSuccess: (begun) => {
                    onBegun(begun.job);
                    close();
                  },
                },
              )
            }
          />
        ))}
      </div>
    </>
  );
}

const lookSeldomMs = 15_000;

export const useLateJobs = (isFollowed: (rows: readonly Job[] | undefined) => boolean = () => false) =>
  useAnswer(
    ['exceptions', 'jobs'],
    ({ api, installation }) => api.GET('/installations/{installation}/jobs', { params: { path: { installation } } }),
    { everyMs: (body) => (isFollowed(body?.rows) ? lookEveryMs : lookSeldomMs) },
  );

/**
 * The job that answers a cause or did so last, whoever began it and whether somebody looked on meanwhile; and the one
 * that takes its answers back. One that was begun here is known before the list tells of it.
 */
export function useAnsweringOf(
  cause: string,
  begun: string | null,
): { readonly job: Job | null; readonly undo: Job | null } {
  const jobsOf = (rows: readonly Job[] = []) => {
    const own = rows.filter((one) => one.kind === 'answer' && one.cause === cause);
    const isLater = begun !== null && !own.some((one) => one.job === begun);
    const job = isLater ? null : (own.find(({ state }) => state === 'running') ?? own[0] ?? null);
    const undo = rows.find(({ undoes, state }) => job !== null && undoes === job.job && state !== 'cancelled') ?? null;
    return { job, undo, isRunning: job?.state === 'running' || undo?.state === 'running' };
  };
  const jobs = useLateJobs((rows) => jobsOf(rows).isRunning);
  const { job, undo } = jobsOf(jobs.data?.rows);
  useRenewal(['exceptions'], job?.job === begun && job?.state === 'done');
  return { job, undo };
}

/** Goes on at the hub whether somebody looks on or not. */
function Answering({ job: { state, done, failed, total, problem } }: { readonly job: Job }) {
  if (state === 'running')
    return <Progress label="Answering; you may leave this page" done={done + failed} total={total} />;
  return (
    <Note tone={failed > 0 || state !== 'done' ? 'warning' : 'good'}>
      <p role="status">
        {done.toLocaleString()} of {total.toLocaleString()} answered.
        {failed > 0 && ` ${failed.toLocaleString()} were refused and wait as before: ${problem ?? ''}`}
        {state !== 'done' && ` The job is ${state}; what is left waits as before.`}
      </p>
    </Note>
  );
}
