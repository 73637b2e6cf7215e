// The content of a draft as it is stored: rows, tables and owners. Every row is compiled by the hub before it is kept.
import { useMe } from '../../asking.tsx';
import { Button, Field } from '../../parts/controls.tsx';
import { Behind, SaveTrouble, useSaving } from './saving.tsx';
import { type Content, type Full, placeOf, wholeContent } from './sides.ts';
import { spelled, useWriting } from './writing.ts';

const hint =
  'maps: connection, record, field, then its path, codec and direction; null is not carried. ' +
  'lookups: their value and ours, by table. ownership: record.field and who owns it.';

export default function AsText({ draft }: { readonly draft: Full }) {
  const { operations } = useMe();
  const saving = useSaving(draft);
  const writing = useWriting(`${placeOf(draft)}/text`, 'The draft as text', textOf(draft.content));
  const text = writing.value;
  const content = parsed(text);
  const isOpen = draft.state === 'draft' && operations.includes('editDraft');
  const takeSaved = () => {
    writing.end(textOf(draft.content));
    saving.takeTheirs();
  };
  return (
    <section className="stack-close mappings-content" aria-label="Content">
      <Field
        label="Rows, tables and owners"
        value={text}
        onChange={writing.set}
        rows={16}
        hint={hint}
        isDisabled={!isOpen}
        problem={content === null ? 'This cannot be read: a bracket, a comma or a quote is missing.' : undefined}
      />
      <Behind writing={writing} draft={draft} onTake={takeSaved} />
      <SaveTrouble saving={{ ...saving, takeTheirs: takeSaved }} draft={draft} />
      {isOpen && (
        <div>
          <Button
            look="main"
            isDisabled={content === null || saving.isPending}
            onPress={() =>
              content !== null && saving.save(content, { isSaved: () => writing.isSaved(text, textOf(content)) })
            }
          >
            Save
          </Button>
        </div>
      )}
    </section>
  );
}

const textOf = (content: Content) => spelled(wholeContent(content), 2);

/** Whether it says anything sensible is for the hub to check. */
function parsed(text: string): Content | null {
  try {
    return JSON.parse(text) as Content;
  } catch {
    return null;
  }
}
