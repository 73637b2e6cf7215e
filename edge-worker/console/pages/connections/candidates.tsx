// Likely matches of one kind: which record there may be which of ours, why, and saying so one by one or in bulk.
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { Answer, troubleOf, useChange, useMe, usePages } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Button, Choice } from '../../parts/controls.tsx';
import { Grid } from '../../parts/grid.tsx';
import { wordsFrom } from '../../parts/people.ts';
import { Empty, Note, TroubleNote } from '../../parts/states.tsx';
import { Step } from '../../parts/step.tsx';
import './connections.css';

type Candidate = Shape<'Candidate'>;
type Kind = 'customer';

const pageMax = 1_000;
const watchEveryMs = 5_000;

export function CandidatesPage() {
  const { connection = '', kind = '' } = useParams();
  const { operations } = useMe();
  return (
    <div className="stack">
      <p>
        <Link to={`/connections/${connection}`}>Back to the connection</Link>
      </p>
      <h1>Likely matches: {wordsFrom(kind).toLowerCase()}</h1>
      {operations.includes('listCandidates') ? (
        <Candidates connection={connection} kind={kind as Kind} />
      ) : (
        <Empty title="Matching is for integration admins">Ask yours to look at them.</Empty>
      )}
    </div>
  );
}

interface OfKind {
  readonly connection: string;
  readonly kind: Kind;
}

function Candidates({ connection, kind }: OfKind) {
  const likely = usePages(
    ['candidates', connection, kind],
    ({ api, installation }, after) =>
      api.GET('/installations/{installation}/connections/{connection}/candidates', {
        params: {
          path: { installation, connection },
          query: { kind, limit: pageMax, ...(after !== null && { after }) },
        },
      }),
    { everyMs: watchEveryMs },
  );
  return (
    <Answer what="the likely matches" answer={likely.answer}>
      {({ pages }) => (
        <>
          <Counts of={pages.at(-1)} shown={likely.rows.length} />
          <Rows rows={likely.rows} onEnd={likely.more} connection={connection} kind={kind} />
        </>
      )}
    </Answer>
  );
}

interface CountsProps {
  readonly of:
    | { readonly agreeing: number; readonly undecided: number; readonly unlike: number; readonly next: string | null }
    | undefined;
  readonly shown: number;
}

function Counts({ of, shown }: CountsProps) {
  if (!of) return null;
  return (
    <p>
      {of.agreeing.toLocaleString()} agree with one of ours, {of.undecided.toLocaleString()} may be one of ours,{' '}
      {of.unlike.toLocaleString()} are like none. Nothing is linked by likeness before you say so.
      {of.next !== null && ` The likeliest ${shown.toLocaleString()} are below; more come as you scroll.`}
    </p>
  );
}

type Said =
  | { readonly is: 'this'; readonly recordType: string; readonly recordId: string; readonly entity: string }
  | { readonly is: 'likely'; readonly from: number }
  | { readonly is: 'new'; readonly recordType: string; readonly recordId: string };

function useSaying({ connection, kind }: OfKind) {
  return useChange(
    ({ api, installation }, said: Said) =>
      api.POST('/installations/{installation}/connections/{connection}/candidates', {
        params: { path: { installation, connection } },
        body: { kind, said },
      }),
    ['candidates', connection, kind],
  );
}

function Rows({ rows, onEnd, ...of }: OfKind & { readonly rows: readonly Candidate[]; readonly onEnd: () => void }) {
  const { operations } = useMe();
  const say = useSaying(of);
  const maySay = operations.includes('answerCandidates');
  const placeOf = ({ recordType, recordId }: Candidate) => ({ recordType, recordId });
  return (
    <>
      {maySay && rows.length > 0 && <Bulk rows={rows} {...of} />}
      {say.error && <TroubleNote trouble={troubleOf(say.error)} />}
      <Grid
        label="Likely matches, the likeliest first"
        lines={rows}
        idOf={(row) => `${row.recordType} ${row.recordId} ${row.entity}`}
        onEnd={onEnd}
        empty={<Empty title="Nothing is left to decide">What may be one of ours appears here once it was read.</Empty>}
        columns={[
          {
            id: 'record',
            title: 'Theirs',
            isName: true,
            width: '2fr',
            minWidth: 190,
            show: ({ record, recordId }) => (record === null ? recordId : `${record} (${recordId})`),
          },
          {
            id: 'ours',
            title: 'Ours',
            width: '2fr',
            minWidth: 170,
            show: ({ name, entity }) => <Link to={`/records/${entity}`}>{name ?? entity}</Link>,
          },
          { id: 'score', title: 'Alike', isFigure: true, width: 80, minWidth: 80, show: ({ score }) => `${score} %` },
          { id: 'reasons', title: 'Why', width: '3fr', minWidth: 260, show: ({ reasons }) => <Reasons of={reasons} /> },
          ...(maySay
            ? [
                {
                  id: 'say',
                  title: 'Which is it?',
                  width: 250 as const,
                  minWidth: 250,
                  show: (row: Candidate) => (
                    <span className="connections-say">
                      <Button
                        isDisabled={say.isPending}
                        onPress={() => say.mutate({ is: 'this', ...placeOf(row), entity: row.entity })}
                      >
                        It is this one
                      </Button>
                      <Button
                        look="quiet"
                        isDisabled={say.isPending}
                        onPress={() => say.mutate({ is: 'new', ...placeOf(row) })}
                      >
                        It is new
                      </Button>
                    </span>
                  ),
                },
              ]
            : []),
        ]}
      />
    </>
  );
}

function Reasons({ of }: { readonly of: Candidate['reasons'] }) {
  const text = of.map((one) => one.text).join(', ');
  return <span title={text}>{text}</span>;
}

const floors = [
  { id: '90', label: '90 % or more' },
  { id: '80', label: '80 % or more' },
  { id: '70', label: '70 % or more' },
  { id: '60', label: '60 % or more' },
] as const;

function Bulk({ rows, ...of }: OfKind & { readonly rows: readonly Candidate[] }) {
  const [from, setFrom] = useState<(typeof floors)[number]['id']>('90');
  const say = useSaying(of);
  const reached = rows.filter(({ score }) => score >= Number(from)).length;
  return (
    <div className="row">
      <Step
        title="Accept in bulk"
        text={
          <>
            {reached.toLocaleString()} of those shown are that much alike. Those are linked where neither side has
            another that is as likely; the rest waits for you.
          </>
        }
        isIncomplete={reached === 0}
        isPending={say.isPending}
        trouble={say.error}
        onStep={(_, close) => say.mutate({ is: 'likely', from: Number(from) }, { onSuccess: close })}
      >
        <Choice label="Alike" options={floors} chosen={from} onChoose={setFrom} />
      </Step>
      {say.data && (
        <Note tone="good">
          <p role="status">{Number(say.data['accepted'] ?? 0).toLocaleString()} accepted.</p>
        </Note>
      )}
    </div>
  );
}
