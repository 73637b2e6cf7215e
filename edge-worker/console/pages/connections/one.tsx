// One connection: how it is, what flows, which records it serves, and its credentials.
import { Link, useParams } from 'react-router';
import { Answer, useChange, useMe } from '../../asking.tsx';
import { ConnectionFacts } from '../../parts/connection-facts.tsx';
import { Check, type Connection, ConnectionState } from '../../parts/connections.tsx';
import { Instant } from '../../parts/figures.tsx';
import { rolesText } from '../../parts/people.ts';
import { Empty, Note } from '../../parts/states.tsx';
import { Step } from '../../parts/step.tsx';
import { Steps } from '../../parts/steps.tsx';
import { Access } from './access.tsx';
import { Disconnect } from './disconnect.tsx';
import { useHealth } from './health.ts';
import { Hook } from './hook.tsx';
import { Kinds } from './kinds.tsx';
import { RoutingTable } from './routing.tsx';
import './connections.css';

export function ConnectionPage() {
  const { connection = '' } = useParams();
  const health = useHealth();
  return (
    <div className="stack">
      <p>
        <Link to="/connections">All connections</Link>
      </p>
      <Answer what="the connection" title="A connection" answer={health}>
        {({ connections }) => {
          const row = connections.find((one) => one.connection === connection);
          if (!row)
            return (
              <>
                <h1>A connection</h1>
                <Empty title="There is no such connection">It may have been disconnected.</Empty>
              </>
            );
          return <One row={row} all={connections} />;
        }}
      </Answer>
    </div>
  );
}

function One({ row, all }: { readonly row: Connection; readonly all: readonly Connection[] }) {
  const { operations } = useMe();
  return (
    <>
      <div className="row-apart">
        <h1>
          {row.title} <span className="quiet">{rolesText(row.roles)}</span>
        </h1>
        <ConnectionState row={row} />
      </div>
      <p className="quiet">
        {row.account}, {row.environment}. Its short name is {row.connection}.
      </p>
      {row.state === 'resting' && (
        <Note tone="warning">
          It did not answer. Tieout asks it again by itself, next at{' '}
          <Instant atMs={row.restsUntil === null ? null : Date.parse(row.restsUntil)} />; nothing is lost meanwhile.
        </Note>
      )}
      {row.missing.length > 0 && (
        <Note tone="warning">
          <Steps steps={row.missing} />
        </Note>
      )}
      <ConnectionFacts row={row} />
      <div className="row">
        {operations.includes('checkConnection') && <Check connection={row.connection} />}
        {operations.includes('pauseConnection') && <Running row={row} />}
      </div>
      <Kinds row={row} />
      <RoutingTable row={row} all={all} />
      {operations.includes('readHook') && <Hook connection={row.connection} title={row.title} />}
      {operations.includes('renewCredentials') && <Access row={row} />}
      {operations.includes('disconnect') && row.state !== 'ending' && (
        <Disconnect connection={row.connection} title={row.title} />
      )}
    </>
  );
}

/** Pauses it, or lets it run again. */
function Running({ row: { connection, state, title } }: { readonly row: Connection }) {
  const path = { connection };
  const pause = useChange(
    ({ api, installation }, reason: string) =>
      api.POST('/installations/{installation}/connections/{connection}/pause', {
        params: { path: { installation, ...path } },
        body: { reason },
      }),
    ['health'],
  );
  const resume = useChange(
    ({ api, installation }, _: null) =>
      api.POST('/installations/{installation}/connections/{connection}/resume', {
        params: { path: { installation, ...path } },
      }),
    ['health'],
  );
  if (state === 'paused') {
    return (
      <Step
        title="Let it run again"
        text={`What waited for ${title} is read and sent. If its credentials are still refused, it stops again.`}
        isPending={resume.isPending}
        trouble={resume.error}
        onStep={(_, close) => resume.mutate(null, { onSuccess: close })}
      />
    );
  }
  return (
    <Step
      title="Pause"
      text={
        <>
          Nothing is read from {title} or sent to it until somebody lets it run again. What comes meanwhile waits, and
          nothing is lost.
        </>
      }
      asks="Reason"
      isRequired
      isPending={pause.isPending}
      trouble={pause.error}
      onStep={(reason, close) => pause.mutate(reason, { onSuccess: close })}
    />
  );
}
