// Saving a draft's content. What was read when the writing began is named: what somebody else saved is not overwritten.
import { useState } from 'react';
import { ApiTrouble, troubleOf, useChange } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Button } from '../../parts/controls.tsx';
import { nameOf } from '../../parts/people.ts';
import { Note, TroubleNote } from '../../parts/states.tsx';
import type { Content, Full } from './sides.ts';
import { useWriting, type Writing } from './writing.ts';

interface Once {
  /** Once it is saved, wherever whoever wrote it is by then. */
  readonly isSaved?: () => void;
  /** As long as this form is still open. */
  readonly go?: () => void;
}

export interface Saving {
  /** The draft as it was when the writing began. */
  readonly opened: Full;
  readonly isPending: boolean;
  readonly save: (content: Content, once: Once) => void;
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
  const save = (content: Content, { isSaved, go }: Once) => {
    const onSuccess = ({ revision }: { readonly revision?: number | undefined }) => {
      setOpened({ ...opened, content, revision: revision ?? opened.revision + 1 });
      go?.();
    };
    // What was wrong is told by the change itself.
    change.mutateAsync(content, { onSuccess }).then(isSaved, () => undefined);
  };
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
          <strong>Not saved. Correct this, and save again:</strong>
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

interface BehindProps {
  readonly writing: Pick<Writing<unknown>, 'isBehind'>;
  readonly draft: Full;
  readonly onTake: () => void;
}

/** Unsaved writing that was found again, over what somebody has saved there meanwhile. */
export function Behind({ writing, draft, onTake }: BehindProps) {
  if (!writing.isBehind) return null;
  return (
    <Note tone="warning">
      <div className="stack-close">
        <p>
          Here is what you wrote and did not save. {nameOf(draft.changedBy)} has saved something else meanwhile: if you
          save, yours takes its place.
        </p>
        <div>
          <Button onPress={onTake}>Take what is saved instead</Button>
        </div>
      </div>
    </Note>
  );
}

export interface Form<Value> {
  readonly saving: Saving;
  readonly writing: Writing<Value>;
  readonly save: (content: Content) => void;
  readonly leave: () => void;
}

/** A form over one place of a draft; `back` is where it leads once it is done with. */
export function useForm<Value>(
  draft: Full,
  [place, title]: readonly [place: string, title: string],
  savedIn: (content: Content) => Value,
  back: () => void,
): Form<Value> {
  const saving = useSaving(draft);
  const writing = useWriting(place, title, savedIn(draft.content));
  const giveUp = () => writing.end(savedIn(draft.content));
  return {
    saving: {
      ...saving,
      takeTheirs: () => {
        giveUp();
        saving.takeTheirs();
      },
    },
    writing,
    save: (content) =>
      saving.save(content, { isSaved: () => writing.isSaved(writing.value, savedIn(content)), go: back }),
    leave: () => {
      giveUp();
      back();
    },
  };
}

interface FormTroubleProps {
  readonly form: { readonly saving: Saving; readonly writing: BehindProps['writing'] };
  readonly draft: Full;
}

/** What stands in the way of saving a form. */
export function FormTrouble({ form, draft }: FormTroubleProps) {
  return (
    <>
      <Behind writing={form.writing} draft={draft} onTake={form.saving.takeTheirs} />
      <SaveTrouble saving={form.saving} draft={draft} />
    </>
  );
}
