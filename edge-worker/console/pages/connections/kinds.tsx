// What flows through one connection, kind by kind: the first load, its acceptance, flows that only observe.
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useChange, useMe } from '../../asking.tsx';
import type { Connection } from '../../parts/connections.tsx';
import { Field } from '../../parts/controls.tsx';
import { Day } from '../../parts/figures.tsx';
import { wordsFrom } from '../../parts/people.ts';
import { Badge, type Tone } from '../../parts/states.tsx';
import { Step } from '../../parts/step.tsx';
import { Many } from '../../parts/ticks.tsx';
import { LatestLoad } from './loads.tsx';

type Kind = Connection['kinds'][number];

const states: Readonly<Record<string, readonly [Tone, string]>> = {
  matching: ['warning', 'Matches to accept'],
  open: ['good', 'Flowing'],
  observe: ['notice', 'Only observes'],
};

export function Kinds({ row }: { readonly row: Connection }) {
  const { operations } = useMe();
  return (
    <section className="stack-close" aria-label="What flows">
      <div className="row-apart">
        <h2>What flows</h2>
        {operations.includes('startLoad') && <Load row={row} />}
      </div>
      <LatestLoad connection={row.connection} />
      <ul className="connections-rows">
        {row.kinds.map((kind) => (
          <KindRow key={kind.kind} row={row} kind={kind} />
        ))}
      </ul>
    </section>
  );
}

function KindRow({ row, kind }: { readonly row: Connection; readonly kind: Kind }) {
  const { operations } = useMe();
  const [tone, title] = states[kind.state] ?? ['neutral', kind.state];
  return (
    <li data-kind={kind.kind}>
      <span className="row">
        <strong>{wordsFrom(kind.kind)}</strong>
        <Badge tone={tone}>{title}</Badge>
        {kind.cutoverOn !== null && (
          <span className="quiet">
            from <Day day={kind.cutoverOn} />
          </span>
        )}
      </span>
      <span className="row">
        {operations.includes('listCandidates') && (
          <Link
            to={`/connections/${row.connection}/matches/${kind.kind}`}
            aria-label={`Likely matches of ${wordsFrom(kind.kind).toLowerCase()}`}
          >
            Likely matches
          </Link>
        )}
        {kind.state === 'matching' && operations.includes('acceptMatches') && <Accept row={row} kind={kind} />}
        {kind.state !== 'matching' && operations.includes('setFlow') && <Turn row={row} kind={kind} />}
      </span>
    </li>
  );
}

function Load({ row }: { readonly row: Connection }) {
  const all = row.kinds.map(({ kind }) => kind);
  const waiting = row.kinds.filter(({ state }) => state === 'matching').map(({ kind }) => kind);
  const [kinds, setKinds] = useState<readonly string[]>(waiting.length > 0 ? waiting : all);
  const load = useChange(
    ({ api, installation }, chosen: readonly string[]) =>
      api.POST('/installations/{installation}/connections/{connection}/load', {
        params: { path: { installation, connection: row.connection } },
        body: { kinds: [...chosen] as 'customer'[] },
      }),
    ['jobs'],
  );
  return (
    <Step
      title="Read everything"
      look={waiting.length > 0 ? 'main' : 'plain'}
      text={`Every record that ${row.title} holds of these kinds is read once and compared. Nothing is written.`}
      isIncomplete={kinds.length === 0}
      isPending={load.isPending}
      trouble={load.error}
      onStep={(_, close) => load.mutate(kinds, { onSuccess: close })}
    >
      <Many label="Kinds" names={all} value={kinds} onValue={setKinds} />
    </Step>
  );
}

function CutOver({ day, onDay }: { readonly day: string; readonly onDay: (day: string) => void }) {
  return (
    <Field
      label="Cut-over, for dated records"
      type="date"
      value={day}
      onChange={onDay}
      hint="What is dated before it is matched and never created. Empty: everything counts."
    />
  );
}

function Accept({ row, kind }: { readonly row: Connection; readonly kind: Kind }) {
  const [day, setDay] = useState(kind.cutoverOn ?? '');
  const name = wordsFrom(kind.kind).toLowerCase();
  const accept = useChange(
    ({ api, installation }, cutoverOn: string) =>
      api.POST('/installations/{installation}/connections/{connection}/accept', {
        params: { path: { installation, connection: row.connection } },
        body: { kind: kind.kind as 'customer', cutoverOn: cutoverOn === '' ? null : cutoverOn },
      }),
    ['health'],
  );
  return (
    <Step
      title="Accept"
      text={
        <>
          What agrees on a {name} is linked, and nothing in either record changes. What {row.title} does not have yet is
          created there. What may be one of several, or is only like one, is held for you; the rest goes on.
        </>
      }
      isPending={accept.isPending}
      trouble={accept.error}
      onStep={(_, close) => accept.mutate(day, { onSuccess: close })}
    >
      <CutOver day={day} onDay={setDay} />
    </Step>
  );
}

/** From flowing to only observing and back. */
function Turn({ row, kind }: { readonly row: Connection; readonly kind: Kind }) {
  const [day, setDay] = useState(kind.cutoverOn ?? '');
  const to = kind.state === 'open' ? 'observe' : 'open';
  const turn = useChange(
    ({ api, installation }, cutoverOn: string) =>
      api.PUT('/installations/{installation}/connections/{connection}/flows/{kind}', {
        params: { path: { installation, connection: row.connection, kind: kind.kind as 'customer' } },
        body: { state: to, cutoverOn: cutoverOn === '' ? null : cutoverOn },
      }),
    ['health'],
  );
  const texts: Readonly<Record<typeof to, ReactNode>> = {
    observe: (
      <>
        Tieout goes on reading and deciding, and sends nothing of this kind to {row.title}: beside an integration that
        still does.
      </>
    ),
    open: <>What {row.title} lacks of this kind, or holds otherwise, is sent to it now.</>,
  };
  return (
    <Step
      title={to === 'observe' ? 'Only observe' : 'Let it flow'}
      text={texts[to]}
      isPending={turn.isPending}
      trouble={turn.error}
      onStep={(_, close) => turn.mutate(day, { onSuccess: close })}
    >
      {to === 'open' && <CutOver day={day} onDay={setDay} />}
    </Step>
  );
}
