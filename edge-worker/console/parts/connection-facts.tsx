// How a connection keeps up: what waits on its way, its calls against what the system takes, and what ends when.
import { useNowMs } from '../clock.ts';
import type { Connection } from './connections.tsx';
import { Ago, Instant } from './figures.tsx';

export function ConnectionFacts({ row }: { readonly row: Connection }) {
  return (
    <dl className="facts">
      <dt>Lag</dt>
      <dd>
        <Lag lag={row.lag} />
      </dd>
      <dt>Calls</dt>
      <dd>
        <Calls calls={row.calls} />
      </dd>
      <dt>Ends next</dt>
      <dd>
        <Ends row={row} />
      </dd>
    </dl>
  );
}

const many = (n: number, one: string, more: string) => `${n.toLocaleString()} ${n === 1 ? one : more}`;

function Lag({ lag: { unread, unsent, since } }: Pick<Connection, 'lag'>) {
  const nowMs = useNowMs();
  if (since === null) return 'Nothing is on its way.';
  const parts = [
    ...(unread > 0 ? [`${many(unread, 'notice', 'notices')} to be read`] : []),
    ...(unsent > 0 ? [`${many(unsent, 'record', 'records')} to be written`] : []),
  ];
  return (
    <>
      {parts.join(', ')}; the oldest <Ago atMs={Math.min(Date.parse(since), nowMs)} nowMs={nowMs} />.
    </>
  );
}

function Calls({ calls }: Pick<Connection, 'calls'>) {
  const nowMs = useNowMs();
  if (calls === null) return 'None yet.';
  const { calls: n, atOnce, allowed, most, perSecond, refused, throttledAt } = calls;
  return (
    <>
      {n.toLocaleString()} in the last hour, at most {atOnce.toLocaleString()} at once. It takes{' '}
      {allowed < most ? `${allowed} at once for now, ${most} when it is rested` : `${most} at once`}
      {perSecond !== null && `, ${perSecond.toLocaleString(undefined, { maximumFractionDigits: 1 })} a second`}.{' '}
      {refused > 0 && throttledAt !== null ? (
        <strong>
          Throttled {many(refused, 'time', 'times')}, last <Ago atMs={Date.parse(throttledAt)} nowMs={nowMs} />.
        </strong>
      ) : (
        'Not throttled.'
      )}
    </>
  );
}

function Ends({ row: { sessionEndsAt, credentialsEndAt } }: { readonly row: Connection }) {
  return (
    <>
      {sessionEndsAt !== null && (
        <>
          The login at <Instant atMs={Date.parse(sessionEndsAt)} />, renewed by itself.{' '}
        </>
      )}
      {credentialsEndAt === null ? (
        'No end of its credentials is known.'
      ) : (
        <>
          Its credentials on <Instant atMs={Date.parse(credentialsEndAt)} />; new ones are made in good time.
        </>
      )}
    </>
  );
}
