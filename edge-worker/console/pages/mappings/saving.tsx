// Saving a draft's content. What was read when the writing began is named: what somebody else saved is not overwritten.
import { useState } from 'react';
import { ApiTrouble, troubleOf, useChange } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Button } from '../../parts/controls.tsx';
import { nameOf } from '../../parts/people.ts';
import { TroubleNote } from '../../parts/states.tsx';
import type { Content, Full } from './sides.ts';

export interface Saving {
  /** The draft as it was when the writing began. */
  readonly opened: Full;
  readonly isPending: boolean;
  readonly save: (content: Content, done?: () => void) => void;
  /** What the hub says is wrong, by its place in the content. */
  readonly problems: ApiTrouble['fields'];
  readonly error: Error | null;
  /** Goes on from what somebody else has saved meanwhile. */
  readonly takeTheirs: () => void;
}

export function useSaving(draft: Full): Saving {
  const [opened, setOpened] = useState(draft);
  const change = useChange(
    ({ api, installation }, content: Content) =>
      api.PUT('/installations/{installation}/mapping-drafts/{draft}', {
        params: { path: { installation, draft: draft.id } },
        body: { revision: opened.revision, content: content as Shape<'DraftInFull'>['content'] },
      }),
    ['mappings'],
  );
  const save = (content: Content, done?: () => void) =>
    change.mutate(content, {
      onSuccess: ({ revision }) => {
        setOpened({ ...opened, content, revision: revision ?? opened.revision + 1 });
        done?.();
      },
    });
  const takeTheirs = () => {
    setOpened(draft);
    change.reset();
  };
  const problems = change.error instanceof ApiTrouble ? change.error.fields : [];
  return { opened, save, problems, takeTheirs, isPending: change.isPending, error: change.error };
}

/** What kept the last save from being one, and the way on. Problems that stand at their own place are left out. */
export function SaveTrouble({ saving, draft }: { readonly saving: Saving; readonly draft: Full }) {
  const { error, problems, opened, takeTheirs } = saving;
  if (!error) return null;
  return (
    <div className="stack-close">
      {problems.length === 0 && <TroubleNote trouble={troubleOf(error)} />}
      {problems.length > 0 && (
        <div className="note note-bad" role="alert">
          <ul className="mappings-list">
            {problems.map(({ field, problem }) => (
              <li key={`${field} ${problem}`}>{problem}</li>
            ))}
          </ul>
        </div>
      )}
      {draft.revision > opened.revision && (
        <div>
          <Button onPress={takeTheirs}>Take what {nameOf(draft.changedBy)} saved instead</Button>
        </div>
      )}
    </div>
  );
}
