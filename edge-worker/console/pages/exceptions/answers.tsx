// Answers of people: to one exception, and to everything that waits for a cause, as a job that says how far it is.
import { useState } from 'react';
import { troubleOf, useAnswer, useChange, useRenewal } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Ask, Button, Field } from '../../parts/controls.tsx';
import { DialogFoot } from '../../parts/dialog-foot.tsx';
import { Note, Progress, TroubleNote } from '../../parts/states.tsx';

type Action = Shape<'Action'>;
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
}

export function AnswerAll({ cause, open, actions }: AnswerAllProps) {
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
      {answer.data && <Job job={answer.data.job} />}
      <div className="row">
        {actions.map((action, index) => (
          <AnswerDialog
            key={action.action}
            action={action}
            isMain={index === 0}
            count={open}
            isPending={answer.isPending}
            trouble={answer.error}
            onAnswer={(reason, close) => answer.mutate({ action: action.action, reason }, { onSuccess: close })}
          />
        ))}
      </div>
    </>
  );
}

/** Goes on at the hub whether somebody looks on or not. */
function Job({ job }: { readonly job: string }) {
  const read = useAnswer(
    ['exceptions', 'job', job],
    ({ api, installation }) =>
      api.GET('/installations/{installation}/jobs/{job}', { params: { path: { installation, job } } }),
    { everyMs: lookEveryMs, isLast: ({ state }) => state === 'done' },
  );
  useRenewal(['exceptions'], read.data?.state === 'done');
  if (!read.data) return read.error ? <TroubleNote trouble={troubleOf(read.error)} /> : null;
  const { state, done, failed, total, problem } = read.data;
  if (state === 'running')
    return <Progress label="Answering; you may leave this page" done={done + failed} total={total} />;
  return (
    <Note tone={failed > 0 ? 'warning' : 'good'}>
      <p role="status">
        {done.toLocaleString()} of {total.toLocaleString()} answered.
        {failed > 0 && ` ${failed.toLocaleString()} were refused and wait as before: ${problem ?? ''}`}
      </p>
    </Note>
  );
}
