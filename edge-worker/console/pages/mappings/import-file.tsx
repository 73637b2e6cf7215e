// A table filled from a file: first a look at what would change and at each line that cannot be taken, then the step.
import { useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { troubleOf, useChange } from '../../asking.tsx';
import { Ask, Button, Choice } from '../../parts/controls.tsx';
import { DialogFoot } from '../../parts/dialog-foot.tsx';
import { Grid } from '../../parts/grid.tsx';
import { Loading, Note, TroubleNote } from '../../parts/states.tsx';
import { type Difference, differenceOf, type Line, type Pair, readCsv } from './csv.ts';
import type { Full } from './sides.ts';

interface ImportProps {
  readonly draft: Full;
  readonly table: string;
  readonly before: readonly Pair[];
  readonly onTake: (pairs: readonly Pair[]) => void;
}

export function ImportFile(props: ImportProps) {
  return (
    <Ask trigger={<Button>Import CSV</Button>} title={`Fill ${props.table} from a file`} isWide>
      {(close) => <Import {...props} close={close} />}
    </Ask>
  );
}

interface Opened {
  readonly name: string;
  readonly lines: readonly Line[];
}

function Import({ draft, table, before, onTake, close }: ImportProps & { readonly close: () => void }) {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const check = useChange(
    ({ api, installation }, pairs: readonly Pair[]) =>
      api.POST('/installations/{installation}/mapping-drafts/{draft}/tables/{table}/check', {
        params: { path: { installation, draft: draft.id, table } },
        body: { entries: Object.fromEntries(pairs.map(({ theirs, ours }) => [theirs, ours])) },
      }),
    ['table-check'],
  );
  const open = async (file: File | undefined) => {
    if (!file) return;
    const read = readCsv(new Uint8Array(await file.arrayBuffer()));
    setProblem('problem' in read ? read.problem : null);
    setOpened('lines' in read ? { name: file.name, lines: read.lines } : null);
    if ('lines' in read) check.mutate(read.lines.filter((line) => line.problem === null));
  };
  const said = new Map((check.data?.problems ?? []).map(({ theirs, problem: why }) => [theirs, why]));
  const lines = opened?.lines.map((line) => ({ ...line, problem: line.problem ?? said.get(line.theirs) ?? null }));
  return (
    <>
      <p>
        Two columns: their value, and ours that it means. Commas, semicolons and tabs will do, with or without heads
        “Theirs” and “Ours”.
      </p>
      <div className="row">
        <FileTrigger
          acceptedFileTypes={['.csv', '.txt', '.tsv', 'text/csv']}
          onSelect={(files) => void open(files?.[0])}
        >
          <Button>{opened ? 'Choose another file' : 'Choose a file'}</Button>
        </FileTrigger>
        {opened && <span className="quiet">{opened.name}</span>}
      </div>
      {problem !== null && <Note tone="bad">{problem}</Note>}
      {check.isPending && <Loading what="what would change" />}
      {check.error && <TroubleNote trouble={troubleOf(check.error)} />}
      {lines && check.data && <Look {...{ lines, before, onTake, close }} />}
    </>
  );
}

interface LookProps {
  readonly lines: readonly Line[];
  readonly before: readonly Pair[];
  readonly onTake: (pairs: readonly Pair[]) => void;
  readonly close: () => void;
}

const badMax = 50;
const ways = [
  { id: 'keep', label: 'Stays in the table' },
  { id: 'remove', label: 'Is removed' },
] as const;

function Look({ lines, before, onTake, close }: LookProps) {
  const [rest, setRest] = useState<'keep' | 'remove'>('keep');
  const good = lines.filter(({ problem }) => problem === null);
  const bad = lines.filter(({ problem }) => problem !== null);
  const difference = differenceOf(before, good);
  const { added, changed, missing } = difference;
  const count = added.length + changed.length + (rest === 'remove' ? missing.length : 0);
  const take = () => {
    const told = new Map(good.map(({ theirs, ours }) => [theirs, ours] as const));
    const kept = before.flatMap(({ theirs, ours }) => {
      if (told.has(theirs)) return [{ theirs, ours: told.get(theirs) ?? ours }];
      return rest === 'keep' ? [{ theirs, ours }] : [];
    });
    onTake([...kept, ...added.map(({ theirs, ours }) => ({ theirs, ours }))]);
    close();
  };
  return (
    <>
      <p role="status">{summaryOf(difference, bad.length)}</p>
      {bad.length > 0 && (
        <Note tone="warning">
          <ul className="mappings-list">
            {bad.slice(0, badMax).map(({ row, theirs, problem }) => (
              <li key={row}>
                Line {row}
                {theirs !== '' && `, ${theirs}`}: {problem}
              </li>
            ))}
          </ul>
          {bad.length > badMax && <p>The first {badMax} are shown.</p>}
        </Note>
      )}
      <Grid
        label="What the file changes"
        heightPx={260}
        lines={rowsOf(difference)}
        idOf={({ id }) => id}
        empty={<p className="quiet">Nothing changes.</p>}
        columns={[
          { id: 'theirs', title: 'Theirs', isName: true, minWidth: 110, show: ({ theirs }) => theirs || '—' },
          { id: 'ours', title: 'Means ours', minWidth: 110, show: ({ ours }) => ours || '—' },
          { id: 'says', title: 'What happens', minWidth: 130, show: ({ says }) => says },
        ]}
      />
      {missing.length > 0 && <Choice label="What is not in the file" options={ways} chosen={rest} onChoose={setRest} />}
      <DialogFoot trouble={null} isDisabled={count === 0} onStep={take} onCancel={close}>
        {count === 1 ? 'Save 1 change' : `Save ${count.toLocaleString()} changes`}
      </DialogFoot>
    </>
  );
}

function summaryOf({ added, changed, same, missing }: Difference, bad: number): string {
  const parts = [
    [added.length, 'new'],
    [changed.length, 'changed'],
    [same, 'as in the table'],
    [missing.length, 'in the table alone'],
    [bad, bad === 1 ? 'line cannot be taken and is left out' : 'lines cannot be taken and are left out'],
  ] as const;
  return `${parts.flatMap(([count, what]) => (count > 0 ? [`${count.toLocaleString()} ${what}`] : [])).join(', ')}.`;
}

function rowsOf({ added, changed }: Difference) {
  return [
    ...changed.map((one) => ({ ...one, id: `changed ${one.theirs}`, says: `Was “${one.before}”` })),
    ...added.map((one) => ({ ...one, id: `added ${one.theirs}`, says: 'New' })),
  ];
}
