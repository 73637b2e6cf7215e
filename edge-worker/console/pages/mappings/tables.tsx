// The tables of a draft: one is chosen or begun, then edited, filled from a file, or taken away as one.
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { useMe } from '../../asking.tsx';
import { Button, Choice, Field } from '../../parts/controls.tsx';
import { Empty } from '../../parts/states.tsx';
import { Entries } from './entries.tsx';
import { type Full, tablePlaceOf } from './sides.ts';
import { useUnsaved } from './writing.ts';

export default function Tables({ draft }: { readonly draft: Full }) {
  const { operations } = useMe();
  const [name, setName] = useState('');
  const [made, setMade] = useState<readonly string[]>([]);
  const [asked, ask] = useSearchParams();
  const begun = useUnsaved(tablePlaceOf(draft, '')).map(({ place }) => nameIn(place));
  const names = [...new Set([...Object.keys(draft.content.lookups), ...made, ...begun])].sort();
  const chosen = names.find((one) => one === asked.get('table')) ?? names[0] ?? null;
  const choose = (table: string) => ask({ table }, { replace: true });
  const isOpen = draft.state === 'draft' && operations.includes('editDraft');
  const make = () => {
    setMade([...made, name.trim()]);
    choose(name.trim());
    setName('');
  };
  return (
    <section className="stack mappings-form" aria-label="Tables">
      {names.length === 0 && (
        <Empty title="No tables yet">
          A table says which value of ours each value of theirs means, for rows that use it.
        </Empty>
      )}
      {names.length > 0 && (
        <Choice label="Table" options={names.map((id) => ({ id, label: id }))} chosen={chosen} onChoose={choose} />
      )}
      {chosen !== null && <Entries key={chosen} draft={draft} table={chosen} isOpen={isOpen} />}
      {isOpen && (
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            make();
          }}
        >
          <Field label="Name of a new table" value={name} onChange={setName} />
          <Button type="submit" isDisabled={name.trim() === '' || names.includes(name.trim())}>
            Add the table
          </Button>
        </form>
      )}
    </section>
  );
}

/** A table that has entries which are not saved yet may be known by them alone. */
const nameIn = (place: string) => new URLSearchParams(place.slice(place.indexOf('?'))).get('table') ?? '';
