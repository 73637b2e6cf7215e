// Answers of people: to one exception, and to everything that waits for a cause, as a job that says how far it is.
import { useState } from 'react';
import { useAnswer, useChange, useRenewal } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Ask, Button, Field } from '../../parts/controls.tsx';
import { DialogFoot } from '../../parts/dialog-foot.tsx';
import { Note, Progress } from '../../parts/states.tsx';

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
  readonly onBegun: (job: string) => void;
}

export function AnswerAll({ cause, open, actions, job, onBegun }: AnswerAllProps) {
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
      {job && <Answering job={job} />}
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

/**
 * The job that answers a cause, whoever began it and whether somebody looked on meanwhile; one that has ended, if it is
 * the one that was begun here.
 */
export function useAnsweringOf(cause: string, begun: string | null): Job | null {
  const jobOf = (rows: readonly Job[] | undefined) =>
    rows?.find((job) => (job.cause === cause && job.state === 'running') || job.job === begun) ?? null;
  const jobs = useAnswer(
    ['exceptions', 'jobs'],
    ({ api, installation }) => api.GET('/installations/{installation}/jobs', { params: { path: { installation } } }),
    { everyMs: (body) => (jobOf(body?.rows)?.state === 'running' ? lookEveryMs : lookSeldomMs) },
  );
  const job = jobOf(jobs.data?.rows);
  useRenewal(['exceptions'], job?.state === 'done');
  return job;
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
