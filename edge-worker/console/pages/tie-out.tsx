// The tie-out: what was sold, delivered, billed and paid of each project, with its source, what does not agree, and
// whose turn it is.
import { useState } from 'react';
import { Link } from 'react-router';
import { formatMoney } from '../../../shared/exact-money.ts';
import { Answer, troubleOf, useAsk, usePages } from '../asking.tsx';
import type { Shape } from '../client.ts';
import { Button, Choice, Field } from '../parts/controls.tsx';
import { Amount, amountText } from '../parts/figures.tsx';
import { saveFile } from '../parts/file.ts';
import { Grid, Lines } from '../parts/grid.tsx';
import { ownerTitle, rolesText } from '../parts/people.ts';
import { Badge, Empty, TroubleNote } from '../parts/states.tsx';
import './tie-out.css';

type Row = Shape<'TieOutRow'>;
type Figure = keyof Row['figures'];

/** The first three are what each system says: sold, delivered, billed. They stand beside each other. */
const columns: readonly { readonly figure: Figure; readonly title: string }[] = [
  { figure: 'sold', title: 'Sold' },
  { figure: 'delivered', title: 'Approved' },
  { figure: 'billed', title: 'Billed' },
  { figure: 'paid', title: 'Paid' },
  { figure: 'unbilled', title: 'Unbilled' },
  { figure: 'outstanding', title: 'Outstanding' },
  { figure: 'held', title: 'Held' },
];
/** Everything; where something is to be done; or where one owner has to do it. */
const shows = [
  { id: 'no', label: 'All projects' },
  { id: 'yes', label: 'Where something is to be done' },
  ...['finance', 'delivery', 'sales', 'integration'].map((id) => ({
    id,
    label: `Where it is ${ownerTitle(id)}’s turn`,
  })),
];
const pageMax = 200;
/** Room for what a title and its sources are spelled with. */
const letterPx = 9;

interface Asked {
  readonly text: string;
  readonly show: string;
}

const queryOf = ({ text, show }: Asked, after: string | null) => ({
  limit: pageMax,
  ...(show === 'no' || show === 'yes' ? { open: show as 'no' | 'yes' } : { owner: show }),
  ...(text !== '' && { text }),
  ...(after !== null && { after }),
});

export default function TieOut() {
  const [text, setText] = useState('');
  const [show, setShow] = useState('yes');
  const asked = { text: text.trim(), show };
  const found = usePages(['tie-out', asked.text, show], ({ api, installation }, after) =>
    api.GET('/installations/{installation}/tie-out', {
      params: { path: { installation }, query: queryOf(asked, after) },
    }),
  );
  const sources = found.answer.data?.pages[0]?.sources ?? {};
  return (
    <div className="stack">
      <div className="row-apart">
        <h1>Tie-out</h1>
        <Export asked={asked} />
      </div>
      <div className="tie-out-filters">
        <Field label="Project or customer" type="search" value={text} onChange={setText} placeholder="Part of a name" />
        <Choice label="Show" options={shows} chosen={show} onChoose={setShow} />
      </div>
      <Answer what="the tie-out" answer={found.answer}>
        {() => <Rows rows={found.rows} sources={sources} show={show} onEnd={found.more} />}
      </Answer>
    </div>
  );
}

interface RowsProps {
  readonly rows: readonly Row[];
  readonly sources: Readonly<Record<string, readonly string[]>>;
  readonly show: string;
  readonly onEnd: () => void;
}

function Rows({ rows, sources, show, onEnd }: RowsProps) {
  const shown = columns.map(({ figure, title }) => {
    const note = rolesText(sources[figure] ?? []);
    return {
      ...{ id: figure, title, note, isFigure: true },
      minWidth: Math.max(112, note.length * letterPx + 24),
      show: (row: Row) => <Amount value={row.figures[figure] ?? null} />,
    };
  });
  return (
    <Grid
      label="Projects and what was sold, delivered, billed and paid of them"
      lines={rows}
      idOf={({ project, currency }) => `${project} ${currency}`}
      onEnd={onEnd}
      heightPx={640}
      isTall
      empty={
        show === 'yes' ? (
          <Empty title="Everything ties out">Nothing is held, unbilled or unpaid, and all systems agree.</Empty>
        ) : (
          <Empty title="No project fits">Projects appear here once a deal was won, or one was opened.</Empty>
        )
      }
      columns={[
        {
          id: 'name',
          title: 'Project',
          isName: true,
          note: 'Customer',
          width: '2fr',
          minWidth: 190,
          show: ({ project, name, customerName }) => (
            <Lines first={<Link to={`/records/${project}`}>{name}</Link>} second={customerName ?? ''} />
          ),
        },
        { id: 'findings', title: 'To be done', width: '3fr', minWidth: 322, show: (row) => <Findings row={row} /> },
        ...shown,
      ]}
    />
  );
}

const turnOf = (owner: string | null): string => (owner === null ? 'nothing to do' : ownerTitle(owner));

/** All of them are read out and shown at a touch; the first one has a line of its own, and whose turn it is below. */
function Findings({ row }: { readonly row: Row }) {
  const [first, ...others] = row.findings;
  if (first === undefined) return <Badge tone="good">Ties out</Badge>;
  const below = [turnOf(first.owner), ...others.map((one) => `${saidOf(one)} (${turnOf(one.owner)})`)];
  return (
    <span title={row.findings.map((one) => `${saidOf(one)} (${turnOf(one.owner)})`).join('\n')}>
      <Lines first={saidOf(first)} second={below.join('; ')} />
    </span>
  );
}

const saidOf = ({ title, amount }: Row['findings'][number]) => `${title}: ${amountText(amount)}`;

/** All pages that fit, as they are shown, for a spreadsheet. */
function Export({ asked }: { readonly asked: Asked }) {
  const ask = useAsk();
  const [trouble, setTrouble] = useState<Error | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const save = async () => {
    const rows: Row[] = [];
    const read = async (after: string | null): Promise<string | null> => {
      const page = await ask(({ api, installation }) => {
        const params = { path: { installation }, query: queryOf(asked, after) };
        return api.GET('/installations/{installation}/tie-out', { params });
      });
      rows.push(...page.rows);
      return page.next;
    };
    for (let after = await read(null); after !== null; ) after = await read(after);
    // A byte order mark, or spreadsheets take accents for something else.
    saveFile(`\uFEFF${tableOf(rows)}`, 'text/csv;charset=utf-8', 'tie-out.csv');
  };
  const begin = () => {
    setIsBusy(true);
    setTrouble(null);
    save()
      .catch((error: Error) => setTrouble(error))
      .finally(() => setIsBusy(false));
  };
  return (
    <div className="stack-close">
      <Button onPress={begin} isPending={isBusy}>
        Export CSV
      </Button>
      {trouble && <TroubleNote trouble={troubleOf(trouble)} />}
    </div>
  );
}

function tableOf(rows: readonly Row[]): string {
  const head = ['Project', 'Customer', 'Currency', ...columns.map(({ title }) => title), 'To be done', 'Whose turn'];
  const lines = rows.map((row) => [
    row.name,
    row.customerName ?? '',
    row.currency,
    ...columns.map(({ figure }) => {
      const amount = row.figures[figure];
      return amount ? formatMoney(amount) : '';
    }),
    row.findings.map(({ title, amount }) => `${title}: ${formatMoney(amount)}`).join('; '),
    [...new Set(row.findings.map(({ owner }) => turnOf(owner)))].join('; '),
  ]);
  return [head, ...lines].map((line) => line.map(cell).join(',')).join('\r\n');
}

/** Quoted; what a spreadsheet would take for a formula is kept from being one. */
function cell(text: string): string {
  const plain = /^[=+@\t\r]|^-(?![\d.]+$)/.test(text) ? `'${text}` : text;
  return `"${plain.replaceAll('"', '""')}"`;
}
