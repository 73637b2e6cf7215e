// One subscriber: how it is doing, what it was told, and what may be done about it.
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { Answer, troubleOf, useChange, useMe } from '../../asking.tsx';
import { Button, Field } from '../../parts/controls.tsx';
import { Instant } from '../../parts/figures.tsx';
import { Secret } from '../../parts/secret.tsx';
import { Badge, Empty, Note } from '../../parts/states.tsx';
import { Step } from '../../parts/step.tsx';
import { Deliveries } from './deliveries.tsx';
import {
  health,
  isToldIncomplete,
  type Subscription,
  ToldFields,
  typesInWords,
  useSubscriptions,
} from './subscriptions.tsx';

export function SubscriptionPage() {
  const { operations } = useMe();
  return (
    <div className="stack">
      <p>
        <Link to="/api">Keys and subscribers</Link>
      </p>
      {operations.includes('listSubscriptions') ? (
        <Found />
      ) : (
        <>
          <h1>A subscriber</h1>
          <Empty title="Subscribers are for integration admins">Ask yours what this one is told.</Empty>
        </>
      )}
    </div>
  );
}

function Found() {
  const { subscription } = useParams();
  const all = useSubscriptions();
  return (
    <Answer what="the subscriber" title="A subscriber" answer={all}>
      {({ rows }) => {
        const row = rows.find((one) => one.subscription === subscription);
        if (row) return <One row={row} />;
        return (
          <>
            <h1>A subscriber</h1>
            <Empty title="This subscriber is removed">It is told nothing more.</Empty>
          </>
        );
      }}
    </Answer>
  );
}

function One({ row }: { readonly row: Subscription }) {
  const { tone, title } = health(row);
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <>
      <div className="row-apart">
        <h1>{row.name}</h1>
        <Badge tone={tone}>{title}</Badge>
      </div>
      <p className="quiet">
        {row.url} is told of: {typesInWords(row.types)}.{' '}
        {row.answeredAt === null ? 'It has not answered yet; ' : 'It answered last at '}
        {row.answeredAt !== null && <Instant atMs={Date.parse(row.answeredAt)} />}
        {row.answeredAt !== null && '; '}
        {row.waiting.toLocaleString()} events wait to be told.
      </p>
      {row.problem !== null && (
        <Note tone="warning">
          <p>
            {row.failures.toLocaleString()} tries in a row have failed: {row.problem}.{' '}
            {row.nextAt === null ? 'It is not called any more by itself.' : 'It is called again by itself.'}
          </p>
        </Note>
      )}
      {row.oldKeyEndsAt !== null && (
        <Note>
          <p>
            The key before signs too, until <Instant atMs={Date.parse(row.oldKeyEndsAt)} />.
          </p>
        </Note>
      )}
      {secret !== null && (
        <Secret title="Its new signing key" text="The old one signs beside it for 24 hours." secret={secret} />
      )}
      <Steps row={row} onKey={setSecret} />
      <Deliveries subscription={row.subscription} />
    </>
  );
}

/** Calls it no more, or again. */
function useRunning(subscription: string, verb: 'pause' | 'resume') {
  return useChange(
    ({ api, installation }, _: null) => {
      const params = { path: { installation, subscription } };
      return verb === 'pause'
        ? api.POST('/installations/{installation}/subscriptions/{subscription}/pause', { params })
        : api.POST('/installations/{installation}/subscriptions/{subscription}/resume', { params });
    },
    ['subscriptions'],
  );
}

function Steps({ row, onKey }: { readonly row: Subscription; readonly onKey: (key: string) => void }) {
  const rotate = useChange(
    ({ api, installation }, _: null) =>
      api.POST('/installations/{installation}/subscriptions/{subscription}/rotate', {
        params: { path: { installation, subscription: row.subscription } },
      }),
    ['subscriptions'],
  );
  return (
    <div className="row">
      <Test subscription={row.subscription} />
      <Running row={row} />
      <Alter row={row} />
      <Step
        title="New key"
        text="The old one signs beside the new one for 24 hours, so that no call is lost while you change over."
        isPending={rotate.isPending}
        trouble={rotate.error}
        onStep={(_, close) =>
          rotate.mutate(null, {
            onSuccess: ({ key }) => {
              onKey(key);
              close();
            },
          })
        }
      />
      <Replay subscription={row.subscription} />
      <Remove row={row} />
    </div>
  );
}

function Test({ subscription }: { readonly subscription: string }) {
  const test = useChange(
    ({ api, installation }, _: null) =>
      api.POST('/installations/{installation}/subscriptions/{subscription}/test', {
        params: { path: { installation, subscription } },
      }),
    ['subscriptions'],
  );
  return (
    <>
      <Button onPress={() => test.mutate(null)} isPending={test.isPending}>
        Send a test
      </Button>
      <span role="status">
        {test.isPending && 'Calling …'}
        {test.data && testWords(test.data)}
        {test.error && troubleOf(test.error).detail}
      </span>
    </>
  );
}

interface Tested {
  readonly delivered: boolean;
  readonly status: number | null;
  readonly problem: string | null;
  readonly tookMs: number;
}

function testWords({ delivered, status, problem, tookMs }: Tested): string {
  const answered = status === null ? '' : ` It answered ${status} after ${tookMs.toLocaleString()} ms.`;
  return delivered ? `It was told.${answered}` : `It was not told: ${problem ?? 'no answer'}.${answered}`;
}

function Running({ row }: { readonly row: Subscription }) {
  const isCalled = row.state === 'active';
  const running = useRunning(row.subscription, isCalled ? 'pause' : 'resume');
  return (
    <Button onPress={() => running.mutate(null)} isPending={running.isPending}>
      {isCalled ? 'Pause' : 'Call it again'}
    </Button>
  );
}

function Alter({ row }: { readonly row: Subscription }) {
  const [told, setTold] = useState({ name: row.name, url: row.url, types: row.types as readonly string[] });
  const alter = useChange(
    ({ api, installation }, _: null) =>
      api.PATCH('/installations/{installation}/subscriptions/{subscription}', {
        params: { path: { installation, subscription: row.subscription } },
        body: { ...told, types: [...told.types] },
      }),
    ['subscriptions'],
  );
  return (
    <Step
      title="Change"
      text="A new address is tried at once."
      isIncomplete={isToldIncomplete(told)}
      isPending={alter.isPending}
      trouble={alter.error}
      onStep={(_, close) => alter.mutate(null, { onSuccess: close })}
    >
      <ToldFields told={told} onTold={setTold} />
    </Step>
  );
}

function Replay({ subscription }: { readonly subscription: string }) {
  const [day, setDay] = useState('');
  const replay = useChange(
    ({ api, installation }, since: string) =>
      api.POST('/installations/{installation}/subscriptions/{subscription}/replay', {
        params: { path: { installation, subscription } },
        body: { since: new Date(`${since}T00:00:00`).toISOString() },
      }),
    ['subscriptions'],
  );
  return (
    <Step
      title="Tell again"
      text={
        <>
          Everything since the beginning of that day is told once more, in order and under the same ids, before anything
          new. Events are kept for 30 days.
        </>
      }
      isIncomplete={day === ''}
      isPending={replay.isPending}
      trouble={replay.error}
      onStep={(_, close) => replay.mutate(day, { onSuccess: close })}
    >
      <Field label="Since" type="date" value={day} onChange={setDay} isRequired />
    </Step>
  );
}

function Remove({ row }: { readonly row: Subscription }) {
  const remove = useChange(
    ({ api, installation }, subscription: string) =>
      api.DELETE('/installations/{installation}/subscriptions/{subscription}', {
        params: { path: { installation, subscription } },
      }),
    ['subscriptions'],
  );
  return (
    <Step
      title="Remove"
      look="danger"
      text={`${row.name} is told nothing more, not even what it has not heard yet.`}
      isPending={remove.isPending}
      trouble={remove.error}
      onStep={() => remove.mutate(row.subscription)}
    />
  );
}
