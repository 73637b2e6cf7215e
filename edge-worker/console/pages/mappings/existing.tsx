// Existing records under the mapping in force: applied to all of them, or decided again since a moment. Each is a job
// that first looks and writes nothing.
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { Answer, useChange, useMe } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { useNowMs } from '../../clock.ts';
import { Choice, Field } from '../../parts/controls.tsx';
import { Ago } from '../../parts/figures.tsx';
import { Grid } from '../../parts/grid.tsx';
import { nameOf, wordsFrom } from '../../parts/people.ts';
import { Badge, Empty } from '../../parts/states.tsx';
import { Step } from '../../parts/step.tsx';
import { Many, Tick } from '../../parts/ticks.tsx';
import { isAboutRecords, standingOf, titleOf, useJobs, watchEveryMs } from './job-words.ts';
import { type Ground, useGround } from './sides.ts';

export function Existing() {
  const { operations } = useMe();
  const jobs = useJobs(watchEveryMs);
  return (
    <section className="stack-close" aria-label="Existing records">
      <h2>Existing records</h2>
      <p className="quiet">
        A new version counts for what changes from then on. What was there before is brought in line by applying it;
        what went wrong for a while is decided again by a replay. Both show first what they would write.
      </p>
      {operations.includes('startApplication') && <Begin />}
      <Answer what="the jobs" answer={jobs}>
        {({ rows }) => <List rows={rows.filter(isAboutRecords)} />}
      </Answer>
    </section>
  );
}

function List({ rows }: { readonly rows: readonly Shape<'Job'>[] }) {
  const nowMs = useNowMs();
  const navigate = useNavigate();
  return (
    <Grid
      label="Applications and replays"
      lines={rows}
      idOf={({ job }) => job}
      onOpen={({ job }) => navigate(`/mappings/job/${encodeURIComponent(job)}`)}
      empty={<Empty title="Nothing was applied or replayed yet">They are kept here for a month.</Empty>}
      columns={[
        { id: 'what', title: 'What', isName: true, width: '3fr', minWidth: 210, show: titleOf },
        {
          ...{ id: 'state', title: 'State', minWidth: 150 },
          show: (job) => <Badge tone={standingOf(job).tone}>{standingOf(job).title}</Badge>,
        },
        {
          ...{ id: 'done', title: 'Records', minWidth: 110, isFigure: true },
          show: ({ done, total }) => `${done.toLocaleString()} of ${total.toLocaleString()}`,
        },
        { id: 'by', title: 'Begun by', minWidth: 130, show: ({ by }) => nameOf(by) },
        {
          ...{ id: 'at', title: 'Begun', minWidth: 120 },
          show: ({ startedAt }) => <Ago atMs={Date.parse(startedAt)} nowMs={nowMs} />,
        },
      ]}
    />
  );
}

const onlyLooks = 'Nothing is written until you have seen what would be.';
const everySystem = ' all';

/** What both ask: whose records, and of which kinds. */
function useScope() {
  const [connection, setConnection] = useState(everySystem);
  const [kinds, setKinds] = useState<readonly string[]>([]);
  const body = {
    connection: connection === everySystem ? null : connection,
    kinds: kinds.length === 0 ? null : (kinds as Shape<'MappingGround'>['kinds'][number]['kind'][]),
  };
  return { connection, setConnection, kinds, setKinds, body };
}

function Scope({ scope, ground }: { readonly scope: ReturnType<typeof useScope>; readonly ground: Ground }) {
  const { connection, setConnection, kinds, setKinds } = scope;
  return (
    <>
      <Choice
        label="Records of"
        options={[
          { id: everySystem, label: 'Every system' },
          ...ground.connections.map((one) => ({ id: one.connection, label: `${one.title} (${one.connection})` })),
        ]}
        chosen={connection}
        onChoose={setConnection}
      />
      <details>
        <summary>{kinds.length === 0 ? 'Records of every kind' : kinds.map(wordsFrom).join(', ')}</summary>
        <Many
          label="Only these"
          names={ground.kinds.map(({ kind }) => kind)}
          titleOf={(kind) => ground.kinds.find((one) => one.kind === kind)?.title ?? kind}
          value={kinds}
          onValue={setKinds}
        />
      </details>
    </>
  );
}

function Begin() {
  const ground = useGround();
  return (
    <Answer what="the connections" answer={ground}>
      {(found) => (
        <div className="row">
          <Apply ground={found} />
          <Replay ground={found} />
        </div>
      )}
    </Answer>
  );
}

function Apply({ ground }: { readonly ground: Ground }) {
  const navigate = useNavigate();
  const scope = useScope();
  const [isFirstDay, setFirstDay] = useState(false);
  const begin = useChange(
    ({ api, installation }) =>
      api.POST('/installations/{installation}/applications', {
        params: { path: { installation } },
        body: { ...scope.body, withDifferences: isFirstDay },
      }),
    ['jobs'],
  );
  return (
    <Step
      title="Apply to existing records"
      text={`Every record is compared with what the mapping in force makes of it. ${onlyLooks}`}
      isPending={begin.isPending}
      trouble={begin.error}
      onStep={() => begin.mutate(null, { onSuccess: ({ job }) => navigate(`/mappings/job/${job}`) })}
    >
      <Scope scope={scope} ground={ground} />
      <Tick
        label="Also write what was found different on the first day and left as it was"
        isTicked={isFirstDay}
        onTick={setFirstDay}
      />
    </Step>
  );
}

function Replay({ ground }: { readonly ground: Ground }) {
  const navigate = useNavigate();
  const scope = useScope();
  const [since, setSince] = useState('');
  const sinceMs = Date.parse(since);
  const begin = useChange(
    ({ api, installation }, moment: number) =>
      api.POST('/installations/{installation}/replays', {
        params: { path: { installation } },
        body: { ...scope.body, since: new Date(moment).toISOString() },
      }),
    ['jobs'],
  );
  return (
    <Step
      title="Replay since a moment"
      text={`What has changed since then is read as it is now and decided again. ${onlyLooks}`}
      isIncomplete={Number.isNaN(sinceMs)}
      isPending={begin.isPending}
      trouble={begin.error}
      onStep={() => begin.mutate(sinceMs, { onSuccess: ({ job }) => navigate(`/mappings/job/${job}`) })}
    >
      <Field label="Since" type="datetime-local" value={since} onChange={setSince} isRequired />
      <Scope scope={scope} ground={ground} />
    </Step>
  );
}
