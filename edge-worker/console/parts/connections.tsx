// Connections as cards: how each is, what it still lacks in words with who does it, and a check on demand.
import { Link } from 'react-router';
import type { paths } from '../_api.ts';
import { troubleOf, useChange, useMe } from '../asking.tsx';
import { ConnectionFacts } from './connection-facts.tsx';
import { Button } from './controls.tsx';
import { rolesText, wordsFrom } from './people.ts';
import { Badge, Empty, type Tone } from './states.tsx';
import { Steps } from './steps.tsx';
import './connections.css';

type Health = paths['/installations/{installation}/health']['get']['responses'][200]['content']['application/json'];
export type Connection = Health['connections'][number];

const states: Readonly<Record<Connection['state'], readonly [Tone, string]>> = {
  active: ['good', 'Working'],
  resting: ['warning', 'Trying again'],
  paused: ['bad', 'Stopped'],
  ending: ['neutral', 'Being taken away'],
};

export default function Connections({ rows }: { readonly rows: readonly Connection[] }) {
  if (rows.length === 0)
    return <Empty title="Nothing is connected yet">An integration admin connects the first system.</Empty>;
  return (
    <ul className="connections">
      {rows.map((row) => (
        <ConnectionCard key={row.connection} row={row} />
      ))}
    </ul>
  );
}

export function ConnectionState({ row: { state, fault } }: { readonly row: Connection }) {
  const [tone, title] = states[state];
  return <Badge tone={tone}>{state === 'paused' && fault === null ? 'Paused' : title}</Badge>;
}

function ConnectionCard({ row }: { readonly row: Connection }) {
  const { operations } = useMe();
  const open = row.kinds.filter(({ state }) => state === 'open').map(({ kind }) => kind);
  return (
    <li className="card stack-close" data-connection={row.connection}>
      <div className="row-apart">
        <h3>
          <Link to={`/connections/${row.connection}`}>{row.title}</Link>{' '}
          <span className="quiet">{rolesText(row.roles)}</span>
        </h3>
        <ConnectionState row={row} />
      </div>
      <p className="quiet">
        {row.account}, {row.environment}
      </p>
      {row.state === 'resting' && <p>It did not answer; Tieout asks it again by itself.</p>}
      {row.loading > 0 && <p role="status">A first load is reading {row.loading} record types.</p>}
      {open.length > 0 && <p>Flowing: {open.map((kind) => wordsFrom(kind).toLowerCase()).join(', ')}.</p>}
      <Steps steps={row.missing} />
      <ConnectionFacts row={row} />
      {operations.includes('checkConnection') && <Check connection={row.connection} />}
    </li>
  );
}

/** Costs the system a call, so somebody has to ask for it. */
export function Check({ connection }: { readonly connection: string }) {
  const check = useChange(
    ({ api, installation }) =>
      api.POST('/installations/{installation}/connections/{connection}/check', {
        params: { path: { installation, connection } },
      }),
    ['health'],
  );
  const trouble = check.error ? troubleOf(check.error) : null;
  return (
    <div className="row">
      <Button onPress={() => check.mutate(null)} isPending={check.isPending}>
        Check now
      </Button>
      <span role="status">
        {check.isPending && 'Checking …'}
        {check.data && (check.data.missing.length > 0 ? <Lacking rights={check.data.missing} /> : check.data.words)}
        {trouble && `${trouble.detail} ${trouble.next}`}
      </span>
    </div>
  );
}

function Lacking({ rights }: { readonly rights: readonly string[] }) {
  return (
    <>
      It answers, and lacks this there; an admin of that system gives it to our role, then check again:
      <ul className="steps">
        {rights.map((right) => (
          <li key={right}>{right}</li>
        ))}
      </ul>
    </>
  );
}
