// Giving an exception to somebody else: those who have opened Tieout here, whose turn it is first.
import { useState } from 'react';
import { Answer, useAnswer, useMe } from '../../asking.tsx';
import { Choice } from '../../parts/controls.tsx';
import { nameOf, ownerTitle } from '../../parts/people.ts';
import { Step } from '../../parts/step.tsx';

interface GiveProps {
  readonly owner: string;
  readonly assignee: string | null;
  readonly isPending: boolean;
  readonly trouble: Error | null;
  readonly onGive: (name: string, close: () => void) => void;
}

export function Give({ owner, assignee, isPending, trouble, onGive }: GiveProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Step
      title="Give it to somebody else"
      text="They see their name beside it in every list. Who may answer it stays as it is."
      isIncomplete={chosen === null}
      isPending={isPending}
      trouble={trouble}
      onStep={(_, close) => chosen !== null && onGive(chosen, close)}
    >
      <Others owner={owner} assignee={assignee} chosen={chosen} onChoose={setChosen} />
    </Step>
  );
}

interface OthersProps extends Pick<GiveProps, 'owner' | 'assignee'> {
  readonly chosen: string | null;
  readonly onChoose: (name: string) => void;
}

function Others({ owner, assignee, chosen, onChoose }: OthersProps) {
  const { by } = useMe();
  const people = useAnswer(['people'], ({ api, installation }) =>
    api.GET('/installations/{installation}/people', { params: { path: { installation } } }),
  );
  const seat = owner === 'integration' ? 'admin' : owner;
  return (
    <Answer what="who is there" answer={people}>
      {({ rows }) => {
        const others = rows.filter(({ name }) => name !== by && name !== assignee);
        if (others.length === 0) return <p>Nobody else has opened Tieout here yet; then their name stands here.</p>;
        const isTheirs = (roles: readonly string[]) => (roles.includes(seat) ? 0 : 1);
        const options = [...others]
          .sort((a, b) => isTheirs(a.roles) - isTheirs(b.roles))
          .map(({ name, roles }) => ({
            id: name,
            label: nameOf(name),
            hint: roles.includes(seat as 'admin') ? ownerTitle(owner) : `Not ${ownerTitle(owner)}, so cannot answer it`,
          }));
        return <Choice label="Who" options={options} chosen={chosen} onChoose={onChoose} />;
      }}
    </Answer>
  );
}
