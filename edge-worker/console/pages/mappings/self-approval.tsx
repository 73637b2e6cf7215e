// Who approves changes of the mappings: whether whoever wrote one may, who has said so, and the way to say otherwise.
import { Link } from 'react-router';
import { useChange, useMe } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Instant } from '../../parts/figures.tsx';
import { nameOf } from '../../parts/people.ts';
import { Step } from '../../parts/step.tsx';

export function WhoApproves({ setting }: { readonly setting: Shape<'SelfApproval'> }) {
  const { operations } = useMe();
  const { isAllowed, setBy, setAt } = setting;
  return (
    <section className="stack-close" aria-label="Who approves">
      <h3>Who approves</h3>
      <p>
        {isAllowed
          ? 'Any approver, also whoever wrote or submitted the draft.'
          : 'An approver who neither wrote nor submitted the draft.'}{' '}
        <span className="quiet">
          {setBy !== null && setAt !== null ? (
            <>
              Set by {nameOf(setBy)}, <Instant atMs={Date.parse(setAt)} />; each change and approval is in{' '}
              <Link to="/audit">the audit</Link>.
            </>
          ) : (
            'It has been so from the beginning.'
          )}{' '}
          {!operations.includes('setSelfApproval') && 'An approver changes this.'}
        </span>
      </p>
      {operations.includes('setSelfApproval') && <Other isAllowed={isAllowed} />}
    </section>
  );
}

function Other({ isAllowed }: { readonly isAllowed: boolean }) {
  const change = useChange(
    ({ api, installation }, next: boolean) =>
      api.PUT('/installations/{installation}/self-approval', {
        params: { path: { installation } },
        body: { isAllowed: next },
      }),
    ['mappings'],
  );
  const text = isAllowed
    ? 'From then on a second person looks at every change before it is in force, also at what waits now.'
    : 'For a firm with a single approver: a change can be in force that nobody else has looked at, also one that ' +
      'waits now. The audit has each such approval as one’s own.';
  return (
    <div>
      <Step
        title={isAllowed ? 'Ask for a second person' : 'Allow to approve one’s own'}
        text={text}
        isPending={change.isPending}
        trouble={change.error}
        onStep={(_said, close) => change.mutate(!isAllowed, { onSuccess: close })}
      />
    </div>
  );
}
