// The content of a draft as it is stored: rows, tables and owners. Every row is compiled by the hub before it is kept.
import { useState } from 'react';
import { useMe } from '../../asking.tsx';
import { Button, Field } from '../../parts/controls.tsx';
import { SaveTrouble, useSaving } from './saving.tsx';
import type { Content, Full } from './sides.ts';

const hint =
  'maps: connection, record, field, then its path, codec and direction; null is not carried. ' +
  'lookups: their value and ours, by table. ownership: record.field and who owns it.';

export default function AsText({ draft }: { readonly draft: Full }) {
  const { operations } = useMe();
  const saving = useSaving(draft);
  const [text, setText] = useState(() => JSON.stringify(draft.content, null, 2));
  const content = parsed(text);
  const isOpen = draft.state === 'draft' && operations.includes('editDraft');
  const takeTheirs = () => {
    setText(JSON.stringify(draft.content, null, 2));
    saving.takeTheirs();
  };
  return (
    <section className="stack-close mappings-content" aria-label="Content">
      <Field
        label="Rows, tables and owners"
        value={text}
        onChange={setText}
        rows={16}
        hint={hint}
        isDisabled={!isOpen}
        problem={content === null ? 'This cannot be read: a bracket, a comma or a quote is missing.' : undefined}
      />
      <SaveTrouble saving={{ ...saving, takeTheirs }} draft={draft} />
      {isOpen && (
        <div>
          <Button
            look="main"
            isDisabled={content === null || saving.isPending}
            onPress={() => content !== null && saving.save(content)}
          >
            Save
          </Button>
        </div>
      )}
    </section>
  );
}

/** Whether it says anything sensible is for the hub to check. */
function parsed(text: string): Content | null {
  try {
    return JSON.parse(text) as Content;
  } catch {
    return null;
  }
}
