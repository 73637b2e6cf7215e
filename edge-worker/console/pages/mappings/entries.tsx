// One table of a draft, entry by entry. Of a long one those are shown that are looked for.
import { useState } from 'react';
import { Button, Field } from '../../parts/controls.tsx';
import { saveFile } from '../../parts/file.ts';
import { Note } from '../../parts/states.tsx';
import { type Pair, writeCsv } from './csv.ts';
import { ImportFile } from './import-file.tsx';
import { Behind, SaveTrouble, useSaving } from './saving.tsx';
import { type Full, tablePlaceOf } from './sides.ts';
import { UnknownValues } from './unknown-values.tsx';
import { useWriting } from './writing.ts';

interface Entry extends Pair {
  readonly id: number;
}

export interface EntriesProps {
  readonly draft: Full;
  readonly table: string;
  readonly isOpen: boolean;
}

const shownMax = 100;

export function Entries({ draft, table, isOpen }: EntriesProps) {
  const saving = useSaving(draft);
  const writing = useWriting(tablePlaceOf(draft, table), `Table ${table}`, entriesOf(pairsOf(draft, table)));
  const { value: entries, set: setEntries } = writing;
  const [asked, ask] = useState('');
  const [begun, setBegun] = useState<number | null>(null);
  const problem = problemOf(entries);
  const save = (sent: readonly Entry[]) => {
    const kept = sent.map(({ theirs, ours }) => ({ theirs: theirs.trim(), ours: ours.trim() }));
    const values = Object.fromEntries(kept.map(({ theirs, ours }) => [theirs, ours]));
    const { content } = saving.opened;
    const lookups = { ...content.lookups, [table]: values };
    saving.save({ ...content, lookups }, { isSaved: () => writing.isSaved(sent, entriesOf(kept)) });
  };
  const takeSaved = () => {
    writing.end(entriesOf(pairsOf(draft, table)));
    saving.takeTheirs();
  };
  const add = (pair: Pair) => {
    setEntries([{ ...pair, id: nextId(entries) }, ...entries]);
    ask('');
  };
  const begin = () => {
    setBegun(nextId(entries));
    add({ theirs: '', ours: '' });
  };
  const take = (pairs: readonly Pair[]) => {
    const taken = entriesOf(pairs);
    setEntries(taken);
    save(taken);
  };
  return (
    <div className="stack-close">
      <div className="row">
        {isOpen && <ImportFile draft={draft} table={table} before={entries} onTake={take} />}
        {entries.length > 0 && (
          <Button onPress={() => saveFile(writeCsv(entries), 'text/csv;charset=utf-8', `${table}.csv`)}>
            Export as CSV
          </Button>
        )}
      </div>
      {entries.length > 10 && <Field label="Look for a value" type="search" value={asked} onChange={ask} />}
      <Lines {...{ entries, begun, asked, isOpen }} onChange={setEntries} />
      {problem !== null && <Note tone="warning">{problem}</Note>}
      <Behind writing={writing} draft={draft} onTake={takeSaved} />
      <SaveTrouble saving={{ ...saving, takeTheirs: takeSaved }} draft={draft} />
      {isOpen && (
        <div className="row">
          <Button onPress={begin}>Add an entry</Button>
          <Button look="main" isDisabled={problem !== null || saving.isPending} onPress={() => save(entries)}>
            Save the table
          </Button>
        </div>
      )}
      <UnknownValues draft={draft} table={table} entries={entries} onAdd={isOpen ? add : null} />
    </div>
  );
}

interface LinesProps {
  readonly entries: readonly Entry[];
  /** The one that was added last: it is to be filled in at once. */
  readonly begun: number | null;
  readonly asked: string;
  readonly isOpen: boolean;
  readonly onChange: (entries: readonly Entry[]) => void;
}

function Lines({ entries, begun, asked, isOpen, onChange }: LinesProps) {
  const found = entries.filter(({ theirs, ours }) => `${theirs} ${ours}`.toLowerCase().includes(asked.toLowerCase()));
  const set = (id: number, change: Partial<Entry>) =>
    onChange(entries.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)));
  return (
    <>
      {entries.length === 0 && <p className="quiet">It has no entries yet.</p>}
      {found.slice(0, shownMax).map(({ id, theirs, ours }) => (
        <div key={id} className="mappings-entry">
          <Field
            label="Theirs"
            value={theirs}
            onChange={(to) => set(id, { theirs: to })}
            isDisabled={!isOpen}
            autoFocus={id === begun}
          />
          <Field label="Means ours" value={ours} onChange={(to) => set(id, { ours: to })} isDisabled={!isOpen} />
          {isOpen && (
            <Button
              look="quiet"
              aria-label={`Remove ${theirs || 'the entry'}`}
              onPress={() => onChange(entries.filter((entry) => entry.id !== id))}
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
      {entries.length > 0 && found.length === 0 && <p className="quiet">No entry has “{asked}”.</p>}
    </>
  );
}

const pairsOf = ({ content }: Full, table: string): readonly Pair[] =>
  Object.entries(content.lookups[table] ?? {}).map(([theirs, ours]) => ({ theirs, ours }));

/** By their value, so that a table looks the same whoever saved it. */
function entriesOf(pairs: readonly Pair[]): readonly Entry[] {
  const sorted = [...pairs].sort((one, other) => (one.theirs < other.theirs ? -1 : 1));
  return sorted.map(({ theirs, ours }, id) => ({ theirs, ours, id }));
}

const nextId = (entries: readonly Entry[]) => entries.reduce((max, { id }) => Math.max(max, id), -1) + 1;

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
