// The tables of a draft: their value and ours, entry by entry. Of a long table those are shown that are looked for.
import { useState } from 'react';
import { useMe } from '../../asking.tsx';
import { Button, Choice, Field } from '../../parts/controls.tsx';
import { Empty, Note } from '../../parts/states.tsx';
import { SaveTrouble, useSaving } from './saving.tsx';
import type { Full } from './sides.ts';

interface Entry {
  readonly id: number;
  readonly theirs: string;
  readonly ours: string;
}

const shownMax = 100;

export default function Tables({ draft }: { readonly draft: Full }) {
  const { operations } = useMe();
  const [name, setName] = useState('');
  const [made, setMade] = useState<readonly string[]>([]);
  const names = [...new Set([...Object.keys(draft.content.lookups), ...made])].sort();
  const [chosen, choose] = useState<string | null>(names[0] ?? null);
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

interface EntriesProps {
  readonly draft: Full;
  readonly table: string;
  readonly isOpen: boolean;
}

function Entries({ draft, table, isOpen }: EntriesProps) {
  const saving = useSaving(draft);
  const [entries, setEntries] = useState(() => entriesOf(draft, table));
  const [asked, ask] = useState('');
  const found = entries.filter(({ theirs, ours }) => `${theirs} ${ours}`.toLowerCase().includes(asked.toLowerCase()));
  const problem = problemOf(entries);
  const set = (id: number, change: Partial<Entry>) =>
    setEntries(entries.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)));
  const save = () => {
    const values = Object.fromEntries(entries.map(({ theirs, ours }) => [theirs.trim(), ours.trim()]));
    const { content } = saving.opened;
    saving.save({ ...content, lookups: { ...content.lookups, [table]: values } });
  };
  const takeTheirs = () => {
    setEntries(entriesOf(draft, table));
    saving.takeTheirs();
  };
  return (
    <div className="stack-close">
      {entries.length > 10 && <Field label="Look for a value" type="search" value={asked} onChange={ask} />}
      {found.slice(0, shownMax).map(({ id, theirs, ours }) => (
        <div key={id} className="mappings-entry">
          <Field label="Theirs" value={theirs} onChange={(to) => set(id, { theirs: to })} isDisabled={!isOpen} />
          <Field label="Means ours" value={ours} onChange={(to) => set(id, { ours: to })} isDisabled={!isOpen} />
          {isOpen && (
            <Button
              look="quiet"
              aria-label={`Remove ${theirs || 'the entry'}`}
              onPress={() => setEntries(entries.filter((entry) => entry.id !== id))}
            >
              Remove
            </Button>
          )}
        </div>
      ))}
      {found.length > shownMax && (
        <p className="quiet">
          The first {shownMax} of {found.length.toLocaleString()} are shown. Look for a value to see it.
        </p>
      )}
      {problem !== null && <Note tone="warning">{problem}</Note>}
      <SaveTrouble saving={{ ...saving, takeTheirs }} draft={draft} />
      {isOpen && (
        <div className="row">
          <Button onPress={() => setEntries([...entries, { id: nextId(entries), theirs: '', ours: '' }])}>
            Add an entry
          </Button>
          <Button look="main" isDisabled={problem !== null || saving.isPending} onPress={save}>
            Save the table
          </Button>
        </div>
      )}
    </div>
  );
}

function entriesOf({ content }: Full, table: string): readonly Entry[] {
  return Object.entries(content.lookups[table] ?? {}).map(([theirs, ours], id) => ({ id, theirs, ours }));
}

const nextId = (entries: readonly Entry[]) => Math.max(-1, ...entries.map(({ id }) => id)) + 1;

/** Of two entries for one value the table would keep one without saying so. */
function problemOf(entries: readonly Entry[]): string | null {
  if (entries.some(({ theirs, ours }) => theirs.trim() === '' || ours.trim() === ''))
    return 'Each entry needs their value and ours.';
  const seen = new Set<string>();
  for (const { theirs } of entries) {
    if (seen.has(theirs.trim())) return `“${theirs.trim()}” stands there twice.`;
    seen.add(theirs.trim());
  }
  return null;
}
