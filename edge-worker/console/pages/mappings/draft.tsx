// One draft: what it changes, what its rehearsal found, and the steps that whoever looks may take.
import { Link, useNavigate, useParams } from 'react-router';
import { Answer, useAnswer, useMe } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { nameOf } from '../../parts/people.ts';
import { Badge, Note } from '../../parts/states.tsx';
import { Step } from '../../parts/step.tsx';
import { Content } from './content.tsx';
import { Changes, stateOf } from './lists.tsx';
import { Rehearsed } from './rehearsed.tsx';
import { type StepName, useStep } from './steps.ts';
import './mappings.css';

export type Draft = Shape<'DraftInFull'>;

export function DraftPage() {
  const { draft = '' } = useParams();
  const read = useAnswer(['mappings', 'draft', draft], ({ api, installation }) =>
    api.GET('/installations/{installation}/mapping-drafts/{draft}', { params: { path: { installation, draft } } }),
  );
  return (
    <Answer what="the draft" answer={read}>
      {(full) => <One draft={full} />}
    </Answer>
  );
}

function One({ draft }: { readonly draft: Draft }) {
  const { operations } = useMe();
  const { title, tone } = stateOf[draft.state];
  return (
    <div className="stack">
      <p>
        <Link to="/mappings">All mappings</Link>
      </p>
      <div className="row-apart">
        <h1>{draft.title}</h1>
        <Badge tone={tone}>{title}</Badge>
      </div>
      <p className="quiet">
        Begun over version {draft.base} by {nameOf(draft.by)}, last written by {nameOf(draft.changedBy)}
        {draft.submittedBy !== null && `, submitted by ${nameOf(draft.submittedBy)}`}
      </p>
      <Said draft={draft} />
      <Steps draft={draft} />
      <section className="stack-close" aria-label="What it changes">
        <h2>What it changes</h2>
        <Changes items={draft.changes} />
      </section>
      <Rehearsed draft={draft} />
      {draft.state === 'draft' && operations.includes('editDraft') && <Content key={draft.id} draft={draft} />}
    </div>
  );
}

function Said({ draft }: { readonly draft: Draft }) {
  const { note, reason, answeredBy, version, state } = draft;
  if (state === 'published') {
    return (
      <Note tone="good">
        Approved by {nameOf(answeredBy ?? '')}. It became{' '}
        <Link to={`/mappings/version/${version}`}>version {version}</Link>.
      </Note>
    );
  }
  if (state === 'draft' && reason !== null) {
    return (
      <Note tone="warning">
        {nameOf(answeredBy ?? '')} gave it back: {reason}
      </Note>
    );
  }
  return note ? <Note>{note}</Note> : null;
}

interface StepText {
  readonly name: StepName;
  readonly operation: string;
  readonly states: readonly Draft['state'][];
  readonly title: string;
  readonly text: string;
  readonly asks?: string;
  readonly isRequired?: boolean;
  readonly look?: 'main' | 'danger';
}

const steps: readonly StepText[] = [
  {
    ...{ name: 'submit', operation: 'submitDraft', states: ['draft'], title: 'Submit', look: 'main' },
    text: 'Somebody who did not write it sees what the rehearsal found and approves it, or gives it back.',
    asks: 'What the approver should know',
  },
  {
    ...{
      name: 'approve',
      operation: 'approveDraft',
      states: ['submitted'],
      title: 'Approve and publish',
      look: 'main',
    },
    text:
      'It is in force at once. If it holds more than 20 records within a day, the version before comes back by ' +
      'itself and the integration admin is told.',
  },
  {
    ...{ name: 'return', operation: 'returnDraft', states: ['submitted'], title: 'Give back', isRequired: true },
    text: 'It can be written at again. Whoever wrote it reads your reason.',
    asks: 'Reason',
  },
  {
    ...{ name: 'drop', operation: 'dropDraft', states: ['draft', 'submitted'], title: 'Give up', look: 'danger' },
    text: 'It is not published. It can be looked up for 90 days.',
  },
];

function Steps({ draft }: { readonly draft: Draft }) {
  const { operations } = useMe();
  const navigate = useNavigate();
  const step = useStep(draft);
  const offered = steps.filter(
    ({ name, operation, states }) =>
      states.includes(draft.state) && operations.includes(operation) && (name !== 'submit' || draft.isRehearsed),
  );
  if (offered.length === 0) return null;
  const take = (name: StepName, said: string, close: () => void) =>
    step.mutate({ name, said }, { onSuccess: () => (name === 'drop' ? navigate('/mappings') : close()) });
  return (
    <div className="row">
      {offered.map(({ name, operation, states, ...shown }) => (
        <Step
          key={operation}
          {...shown}
          isPending={step.isPending}
          trouble={step.variables?.name === name ? step.error : null}
          onStep={(said, close) => take(name, said, close)}
        />
      ))}
    </div>
  );
}
