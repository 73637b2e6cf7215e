// One record: its fields in every system side by side with the differences marked, what happened to it, and "why".
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { Answer, troubleOf, useAnswer, useChange, useMe } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Button, Choice } from '../../parts/controls.tsx';
import { Instant } from '../../parts/figures.tsx';
import { Badge, Empty } from '../../parts/states.tsx';
import { Step } from '../../parts/step.tsx';
import { Names, Other, Said, Value } from '../../parts/values.tsx';
import { Why } from './why.tsx';
import '../../parts/stacked.css';
import './one.css';

type Comparison = Shape<'Comparison'>;

/** What was asked for comes within moments, and is seen to. */
const watchEveryMs = 5_000;

export function OneRecord() {
  const { entity = '' } = useParams();
  const compared = useAnswer(
    ['records', 'compared', entity],
    ({ api, installation }) =>
      api.GET('/installations/{installation}/entities/{entity}/systems', {
        params: { path: { installation, entity } },
      }),
    { everyMs: watchEveryMs },
  );
  return (
    <div className="stack">
      <p>
        <Link to="/records">Find another record</Link>
      </p>
      <Answer what="the record" title="A record" answer={compared}>
        {(record) => <Compared record={record} />}
      </Answer>
      <History entity={entity} />
    </div>
  );
}

function Compared({ record }: { readonly record: Comparison }) {
  const { operations } = useMe();
  const differing = new Set(record.systems.flatMap((system) => system.differing));
  return (
    <>
      <div className="row-apart">
        <h1>
          {record.label ?? record.entity} <span className="quiet">{record.title}</span>
        </h1>
        <div className="row">
          {operations.includes('syncRecord') && <SyncNow entity={record.entity} />}
          {operations.includes('startReplay') && <Replay entity={record.entity} />}
        </div>
      </div>
      <p>
        {differing.size === 0 ? (
          <Badge tone="good">Every system holds the same</Badge>
        ) : (
          <Badge tone="warning">
            {differing.size === 1 ? 'One field differs' : `${differing.size.toLocaleString()} fields differ`}
          </Badge>
        )}
      </p>
      <Names of={record.names}>
        <Beside record={record} />
      </Names>
    </>
  );
}

/** Read out as a table; a scrolling area that the keyboard reaches. */
function Beside({ record }: { readonly record: Comparison }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached without a mouse
    <section className="beside stacked" aria-label="The systems side by side" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Tieout</th>
            {record.systems.map((system) => (
              <th scope="col" key={`${system.connection} ${system.recordType} ${system.recordId}`}>
                <SystemHead system={system} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {record.fields.map(({ field, title, value }) => (
            <tr key={field}>
              <th scope="row">
                {title} <Why entity={record.entity} field={field} title={title} />
              </th>
              <td data-title="Tieout">
                <Value value={value} />
              </td>
              {record.systems.map((system) => (
                <Cell
                  key={`${system.connection} ${system.recordType} ${system.recordId}`}
                  system={system}
                  field={field}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type SystemOf = Comparison['systems'][number];

function SystemHead({ system: { title, connection, link, recordId, seenAt } }: { readonly system: SystemOf }) {
  return (
    <>
      {title} <span className="quiet">{connection}</span>
      <div className="beside-id">
        {link === null ? (
          recordId
        ) : (
          <a href={link} target="_blank" rel="noreferrer">
            {recordId}
          </a>
        )}
      </div>
      <div className="quiet">
        {seenAt === null ? (
          'not read yet'
        ) : (
          <>
            seen <Instant atMs={Date.parse(seenAt)} />
          </>
        )}
      </div>
    </>
  );
}

function Cell({ system, field }: { readonly system: SystemOf; readonly field: string }) {
  const head = `${system.title} (${system.connection})`;
  if (system.values === null || !(field in system.values))
    return (
      <td className="quiet" data-title={head}>
        not kept there
      </td>
    );
  const differs = system.differing.includes(field);
  return (
    <td className={differs ? 'beside-differs' : ''} data-title={head}>
      <Value value={system.values[field]} />
      {differs && <div className="beside-mark">differs</div>}
    </td>
  );
}

function SyncNow({ entity }: { readonly entity: string }) {
  const sync = useChange(
    ({ api, installation }) =>
      api.POST('/installations/{installation}/entities/{entity}/sync', { params: { path: { installation, entity } } }),
    ['records'],
  );
  const trouble = sync.error ? troubleOf(sync.error) : null;
  return (
    <div className="row">
      <span role="status">
        {sync.data && 'Asked; it is read within moments.'}
        {trouble && `${trouble.detail} ${trouble.next}`}
      </span>
      <Button isDisabled={sync.isPending} onPress={() => sync.mutate(null)}>
        Sync now
      </Button>
    </div>
  );
}

type Mapping = 'in-force' | 'as-recorded';
const mappings: readonly { readonly id: Mapping; readonly label: string; readonly hint: string }[] = [
  { id: 'in-force', label: 'The one in force', hint: 'As everything is decided from now on' },
  {
    ...{ id: 'as-recorded', label: 'As recorded at the time' },
    hint: 'The version that it was decided under last; other systems keep what comes of it until our value changes',
  },
];

/** Begins with a look; what it would write is shown before it is let run. */
function Replay({ entity }: { readonly entity: string }) {
  const navigate = useNavigate();
  const [mapping, setMapping] = useState<Mapping>('in-force');
  const replay = useChange(
    ({ api, installation }) =>
      api.POST('/installations/{installation}/replays', {
        params: { path: { installation } },
        body: { connection: null, kinds: null, since: null, entity, mapping },
      }),
    ['jobs'],
  );
  return (
    <Step
      title="Replay this record"
      text={
        'It is read as it is now wherever it is, and decided again. Nothing is written until you have seen what ' +
        'would be.'
      }
      isPending={replay.isPending}
      trouble={replay.error}
      onStep={() => replay.mutate(null, { onSuccess: ({ job }) => navigate(`/mappings/job/${job}`) })}
    >
      <Choice label="Under which mapping" options={mappings} chosen={mapping} onChoose={setMapping} />
    </Step>
  );
}

function History({ entity }: { readonly entity: string }) {
  const history = useAnswer(
    ['records', 'history', entity],
    ({ api, installation }) =>
      api.GET('/installations/{installation}/entities/{entity}', { params: { path: { installation, entity } } }),
    { everyMs: watchEveryMs },
  );
  return (
    <section className="stack-close" aria-label="Timeline">
      <h2>Timeline, the newest first</h2>
      <Answer what="the timeline" answer={history}>
        {({ timeline, names, mergedInto }) => (
          <Names of={names}>
            {mergedInto !== null && (
              <p>
                It is another record since a merge: <Other entity={mergedInto} />.
              </p>
            )}
            <Timeline steps={timeline} />
          </Names>
        )}
      </Answer>
    </section>
  );
}

function Timeline({ steps }: { readonly steps: Shape<'EntityHistory'>['timeline'] }) {
  if (steps.length === 0)
    return <Empty title="Nothing has happened yet">What is read, held and written appears here.</Empty>;
  return (
    <ol className="timeline">
      {steps.map(({ run, at, entries }) => (
        <li key={run}>
          <Instant atMs={Date.parse(at)} />
          <ul>
            {entries.map(({ code, words }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: what happened does not change its place
              <li key={`${code} ${index}`}>
                {words.title}.{' '}
                <span className="quiet">
                  <Said text={words.text} />
                </span>
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}
