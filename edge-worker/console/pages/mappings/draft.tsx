// One draft: what it changes, what its rehearsal found, and the steps that whoever looks may take.
import { lazy, type ReactNode, Suspense } from 'react';
import { Link, NavLink, Route, Routes, useNavigate, useParams } from 'react-router';
import { Answer, useAnswer, useMe } from '../../asking.tsx';
import { nameOf } from '../../parts/people.ts';
import { Badge, Loading, Note } from '../../parts/states.tsx';
import { Step } from '../../parts/step.tsx';
import { Changes, stateOf } from './lists.tsx';
import { Rehearsed } from './rehearsed.tsx';
import { type Full as Draft, placeOf, wholeOf } from './sides.ts';
import { type StepName, useStep } from './steps.ts';
import { mayApprove, NotSaved, Way } from './way.tsx';
import './mappings.css';

export function DraftPage() {
  const { draft = '' } = useParams();
  const read = useAnswer(['mappings', 'draft', draft], ({ api, installation }) =>
    api.GET('/installations/{installation}/mapping-drafts/{draft}', { params: { path: { installation, draft } } }),
  );
  return (
    <div className="stack">
      <p>
        <Link to="/mappings">All mappings</Link>
      </p>
      <Answer what="the draft" title="A draft" answer={read}>
        {(full) => <One draft={wholeOf(full)} />}
      </Answer>
    </div>
  );
}

function One({ draft }: { readonly draft: Draft }) {
  const { title, tone } = stateOf[draft.state];
  return (
    <>
      <div className="row-apart">
        <h1>{draft.title}</h1>
        <Badge tone={tone}>{title}</Badge>
      </div>
      <p className="quiet">
        Begun over version {draft.base} by {nameOf(draft.by)}, last written by {nameOf(draft.changedBy)}
        {draft.submittedBy !== null && `, submitted by ${nameOf(draft.submittedBy)}`}
      </p>
      <Said draft={draft} />
      <Way draft={draft} />
      <NotSaved draft={draft} />
      <Steps draft={draft} />
      <nav className="mappings-parts" aria-label="Parts of the draft">
        {parts.map(({ path, title: name }) => (
          <NavLink key={path} to={`${placeOf(draft)}/${path}`} end={path === ''}>
            {name}
          </NavLink>
        ))}
      </nav>
      <Suspense fallback={<Loading what="this part" />}>
        <Routes>
          <Route index element={<Summary draft={draft} />} />
          <Route path="rows" element={<Rows draft={draft} />} />
          <Route path="row/:connection/:kind/:row" element={<RowPage draft={draft} />} />
          <Route path="tables" element={<Tables key={draft.id} draft={draft} />} />
          <Route path="owners" element={<Owners draft={draft} />} />
          <Route path="preview" element={<Preview draft={draft} />} />
          <Route path="text" element={<Content key={draft.id} draft={draft} />} />
        </Routes>
      </Suspense>
    </>
  );
}

const Rows = lazy(() => import('./rows.tsx'));
const RowPage = lazy(() => import('./row.tsx'));
const Tables = lazy(() => import('./tables.tsx'));
const Owners = lazy(() => import('./owners.tsx'));
const Preview = lazy(() => import('./preview.tsx'));
const Content = lazy(() => import('./content.tsx'));

const parts = [
  { path: '', title: 'What it changes' },
  { path: 'rows', title: 'Rows' },
  { path: 'tables', title: 'Tables' },
  { path: 'owners', title: 'Owners' },
  { path: 'preview', title: 'Preview' },
  { path: 'text', title: 'As text' },
] as const;

function Summary({ draft }: { readonly draft: Draft }): ReactNode {
  return (
    <>
      <section className="stack-close" aria-label="What it changes">
        <h2>What it changes</h2>
        <Changes rows={draft.changes} draft={draft} />
      </section>
      <Rehearsed draft={draft} />
    </>
  );
}

function Said({ draft }: { readonly draft: Draft }) {
  const { note, reason, answeredBy, version, state } = draft;
  if (state === 'published') {
    return (
      <Note tone="good">
        Approved by {nameOf(answeredBy ?? '')}. It became{' '}
        <Link to={`/mappings/version/${version}`}>version {version}</Link>. To bring in line what was there before,{' '}
        <Link to="/mappings">apply it to existing records</Link>.
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
    text: 'An approver sees what the rehearsal found and approves it, or gives it back.',
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
  const { by, operations } = useMe();
  const navigate = useNavigate();
  const step = useStep(draft);
  const isOpen = { submit: draft.isRehearsed, approve: mayApprove(draft, by, operations), return: true, drop: true };
  const offered = steps.filter(
    ({ name, operation, states }) => states.includes(draft.state) && operations.includes(operation) && isOpen[name],
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
