// The content of a draft as it is stored: rows, tables and owners. Every row is compiled by the hub before it is kept.
import { useState } from 'react';
import { troubleOf, useChange } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Button, Field } from '../../parts/controls.tsx';
import { nameOf } from '../../parts/people.ts';
import { TroubleNote } from '../../parts/states.tsx';

type Full = Shape<'DraftInFull'>;
const hint =
  'maps: connection, record, field, then its path, codec and direction; null is not carried. ' +
  'lookups: their value and ours, by table. ownership: record.field and who owns it.';

export function Content({ draft }: { readonly draft: Full }) {
  const [text, setText] = useState(() => JSON.stringify(draft.content, null, 2));
  // What was read when the writing began: somebody else's save in between is refused, never written over.
  const [revision, setRevision] = useState(draft.revision);
  const content = parsed(text);
  const save = useChange(
    ({ api, installation }, edited: Full['content']) =>
      api.PUT('/installations/{installation}/mapping-drafts/{draft}', {
        params: { path: { installation, draft: draft.id } },
        body: { revision, content: edited },
      }),
    ['mappings'],
  );
  const takeTheirs = () => {
    setText(JSON.stringify(draft.content, null, 2));
    setRevision(draft.revision);
    save.reset();
  };
  return (
    <section className="stack-close mappings-content" aria-label="Content">
      <h2>Content</h2>
      <Field
        label="Rows, tables and owners"
        value={text}
        onChange={setText}
        rows={16}
        hint={hint}
        problem={content === null ? 'This cannot be read: a bracket, a comma or a quote is missing.' : undefined}
      />
      {save.error && <TroubleNote trouble={troubleOf(save.error)} />}
      <div className="row">
        <Button
          look="main"
          isDisabled={content === null || save.isPending}
          onPress={() =>
            content !== null &&
            save.mutate(content, { onSuccess: (done) => setRevision(done.revision ?? revision + 1) })
          }
        >
          Save
        </Button>
        {draft.revision > revision && (
          <Button onPress={takeTheirs}>Take what {nameOf(draft.changedBy)} saved instead</Button>
        )}
      </div>
    </section>
  );
}

/** Whether it says anything sensible is for the hub to check. */
function parsed(text: string): Full['content'] | null {
  try {
    return JSON.parse(text) as Full['content'];
  } catch {
    return null;
  }
}
