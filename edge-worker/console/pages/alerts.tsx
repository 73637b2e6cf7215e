// Who is told when something begins to wait or a target is missed, by which channel, and when not.
import { useState } from 'react';
import { Link } from 'react-router';
import { Answer, troubleOf, useAnswer, useChange, useMe } from '../asking.tsx';
import type { Shape } from '../client.ts';
import { Button } from '../parts/controls.tsx';
import { Instant } from '../parts/figures.tsx';
import { nameOf, ownerTitle } from '../parts/people.ts';
import { Secret } from '../parts/secret.tsx';
import { Badge, Empty, type Tone, TroubleNote } from '../parts/states.tsx';
import { Step } from '../parts/step.tsx';
import { AddDestination, ChangeDestination } from './alerts/destination.tsx';
import { History } from './alerts/history.tsx';
import { Quiet } from './alerts/quiet.tsx';
import './alerts/alerts.css';

type Alerts = Shape<'Alerts'>;
type Destination = Alerts['destinations'][number];

const watchEveryMs = 10_000;

export default function AlertsPage() {
  const { operations } = useMe();
  return (
    <div className="stack">
      <p>
        <Link to="/">Overview</Link>
      </p>
      <h1>Alerts</h1>
      {operations.includes('readAlerts') ? (
        <All />
      ) : (
        <Empty title="Alerts are set by integration admins">Ask yours to have you told.</Empty>
      )}
    </div>
  );
}

function All() {
  const alerts = useAnswer(
    ['alerts'],
    ({ api, installation }) => api.GET('/installations/{installation}/alerts', { params: { path: { installation } } }),
    { everyMs: watchEveryMs },
  );
  return (
    <Answer what="the alerts" answer={alerts}>
      {(known) => <Known alerts={known} />}
    </Answer>
  );
}

function Known({ alerts }: { readonly alerts: Alerts }) {
  const [key, setKey] = useState('');
  const titles = new Map(alerts.channels.map(({ channel, title }) => [channel, title]));
  return (
    <>
      <p className="quiet">
        An alert rises when records begin to wait for a cause, or a target is missed. It is told once, and once more
        when it is over.
        {alerts.changedAt !== null && (
          <>
            {' '}
            Last changed by {nameOf(alerts.changedBy ?? '')}, <Instant atMs={Date.parse(alerts.changedAt)} />.
          </>
        )}
      </p>
      <section className="stack-close" aria-label="Destinations">
        <div className="row-apart">
          <h2>Who is told</h2>
          <AddDestination channels={alerts.channels} onKey={setKey} />
        </div>
        {key !== '' && (
          <Secret
            title="Its signing key"
            text="Whoever is called checks with it that Tieout has called."
            secret={key}
          />
        )}
        {alerts.destinations.length === 0 ? (
          <Empty title="Nobody is told yet">Add an e-mail address, a chat, or a system of yours.</Empty>
        ) : (
          <ul className="alerts-list">
            {alerts.destinations.map((one) => (
              <li key={one.destination} className="card stack-close">
                <One one={one} channel={titles.get(one.channel) ?? one.channel} alerts={alerts} onKey={setKey} />
              </li>
            ))}
          </ul>
        )}
      </section>
      <Quiet quiet={alerts.quiet} />
      <History everyMs={watchEveryMs} />
    </>
  );
}

const states: Readonly<Record<Destination['state'], readonly [Tone, string]>> = {
  on: ['good', 'On'],
  off: ['neutral', 'Off'],
  failing: ['warning', 'Trying again'],
  parked: ['bad', 'Does not answer'],
};

interface OneProps {
  readonly one: Destination;
  readonly channel: string;
  readonly alerts: Alerts;
  readonly onKey: (key: string) => void;
}

function One({ one, channel, alerts, onKey }: OneProps) {
  const [tone, title] = states[one.state];
  const whose = one.owners.length === 0 ? 'everybody' : one.owners.map(ownerTitle).join(', ');
  return (
    <>
      <div className="row-apart">
        <h3>{one.name}</h3>
        <Badge tone={tone}>{title}</Badge>
      </div>
      <p>
        {channel}: <span className="code">{one.place}</span>
      </p>
      <p className="quiet">
        Alerts of {whose}
        {one.least === 'critical' ? ', critical ones only' : ''}
        {one.waiting > 0 && `; ${one.waiting.toLocaleString()} not told yet`}
        {one.answeredAt !== null && (
          <>
            ; last told <Instant atMs={Date.parse(one.answeredAt)} />
          </>
        )}
        .
      </p>
      {one.problem !== null && <p>{`Last problem: ${one.problem}${one.said === null ? '' : `, “${one.said}”`}`}</p>}
      <Doing one={one} alerts={alerts} onKey={onKey} />
    </>
  );
}

function Doing({ one: { destination, ...one }, alerts, onKey }: Omit<OneProps, 'channel'>) {
  const test = useChange(
    ({ api, installation }) =>
      api.POST('/installations/{installation}/alerts/destinations/{destination}/test', {
        params: { path: { installation, destination } },
      }),
    ['alerts'],
  );
  const turn = useChange(
    ({ api, installation }, isOn: boolean) =>
      api.PATCH('/installations/{installation}/alerts/destinations/{destination}', {
        params: { path: { installation, destination } },
        body: { isOn },
      }),
    ['alerts'],
  );
  const remove = useChange(
    ({ api, installation }) =>
      api.DELETE('/installations/{installation}/alerts/destinations/{destination}', {
        params: { path: { installation, destination } },
      }),
    ['alerts'],
  );
  const error = test.error ?? turn.error;
  return (
    <>
      <div className="row">
        <Button onPress={() => test.mutate(null)} isPending={test.isPending}>
          Send a test
        </Button>
        <ChangeDestination one={{ destination, ...one }} channels={alerts.channels} onKey={onKey} />
        <Button look="quiet" isPending={turn.isPending} onPress={() => turn.mutate(!one.isOn)}>
          {one.isOn ? 'Turn off' : 'Turn on'}
        </Button>
        <Step
          title="Remove"
          look="danger"
          text={`${one.name} is told nothing more, also of what it was not told yet.`}
          isPending={remove.isPending}
          trouble={remove.error}
          onStep={(_, close) => remove.mutate(null, { onSuccess: close })}
        />
      </div>
      {test.data && (
        <p role="status">
          {test.data.delivered
            ? 'It took the test.'
            : `It did not take the test: ${test.data.said ?? test.data.problem ?? ''}`}
        </p>
      )}
      {error && <TroubleNote trouble={troubleOf(error)} />}
    </>
  );
}
