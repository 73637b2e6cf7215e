// The way of a draft from its first change to its being in force: where it is, what comes next and whose turn that is;
// and what somebody has written in it without saving.
import { Link, useLocation } from 'react-router';
import { useMe } from '../../asking.tsx';
import { nameOf } from '../../parts/people.ts';
import { Note } from '../../parts/states.tsx';
import { type Full, placeOf } from './sides.ts';
import { useUnsaved } from './writing.ts';

const stages = ['Change it', 'Rehearse it', 'Submit it'] as const;

export function Way({ draft }: { readonly draft: Full }) {
  const { operations } = useMe();
  if (draft.state !== 'draft' && draft.state !== 'submitted') return null;
  const at = stageOf(draft);
  return (
    <section className="stack-close" aria-label="What comes next">
      <ol className="mappings-way">
        {[...stages, draft.mayAuthorsApprove ? 'An approver approves it' : 'Somebody else approves it'].map(
          (stage, index) => (
            <li key={stage} data-done={index < at} {...(index === at && { 'aria-current': 'step' as const })}>
              {stage}
            </li>
          ),
        )}
      </ol>
      <p>
        <Next draft={draft} at={at} mayEdit={operations.includes('editDraft')} />
      </p>
    </section>
  );
}

function stageOf({ state, isRehearsed, changes }: Full): number {
  if (state === 'submitted') return 3;
  if (changes.length === 0) return 0;
  return isRehearsed ? 2 : 1;
}

interface NextProps {
  readonly draft: Full;
  readonly at: number;
  readonly mayEdit: boolean;
}

function Next({ draft, at, mayEdit }: NextProps) {
  const place = placeOf(draft);
  if (at === 3) return <Turn draft={draft} />;
  if (!mayEdit) return <>It is being written by an integration admin. There is nothing to do for you yet.</>;
  if (at === 0)
    return (
      <>
        Next: choose below what is to be otherwise: <strong>Rows</strong> (which field goes where),{' '}
        <strong>Tables</strong> (which value means what) or <strong>Owners</strong> (whose word goes). Nothing changes
        for anybody yet.
      </>
    );
  if (at === 1)
    return (
      <>
        Next: <Link to={`${place}/preview`}>see a real record</Link> under it, and then{' '}
        <Link to={place}>rehearse it</Link> over the last month. Both only read.
      </>
    );
  return <>Next: look through what the rehearsal found, and submit it. Any further change needs a new rehearsal.</>;
}

/** Whose turn it is with what was submitted, and whether that is whoever looks. */
function Turn({ draft }: { readonly draft: Full }) {
  const { by, operations } = useMe();
  const { authors, mayAuthorsApprove } = draft;
  const what = 'it is in force once it is approved, or it goes back with a reason.';
  if (mayApprove(draft, by, operations)) return <>Next: it is your turn; {what}</>;
  if (mayAuthorsApprove) return <>Next: an approver’s turn, also of whoever wrote it; {what}</>;
  return (
    <>
      Next: an approver’s turn who is not {authors.map(nameOf).join(' or ')}; {what}
    </>
  );
}

export function mayApprove({ authors, mayAuthorsApprove }: Full, by: string, operations: readonly string[]): boolean {
  return operations.includes('approveDraft') && (mayAuthorsApprove || !authors.includes(by));
}

/** What is not saved elsewhere in this draft; what stands on the page itself is seen there. */
export function NotSaved({ draft }: { readonly draft: Full }) {
  const { pathname } = useLocation();
  const elsewhere = useUnsaved(`${placeOf(draft)}/`).filter(
    ({ place }) => decodeURIComponent(place.replace(/\?.*/, '')) !== decodeURIComponent(pathname),
  );
  if (draft.state !== 'draft' || elsewhere.length === 0) return null;
  return (
    <Note tone="warning">
      Not saved yet:{' '}
      {elsewhere.map(({ place, title }, at) => (
        <span key={place}>
          {at > 0 && ', '}
          <Link to={place}>{title}</Link>
        </span>
      ))}
      . It is kept until you save or cancel it there, as long as this window is open.
    </Note>
  );
}
