// One exception in full: what failed in words, what to do, the systems side by side, who looks after it, its answers.
import { Link, useNavigate, useParams } from 'react-router';
import { Answer, troubleOf, useAnswer, useChange, useMe } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { useNowMs } from '../../clock.ts';
import { Button } from '../../parts/controls.tsx';
import { Ago, Instant } from '../../parts/figures.tsx';
import { nameOf, ownerTitle, wordsFrom } from '../../parts/people.ts';
import { Badge, Note, TroubleNote } from '../../parts/states.tsx';
import { Names, Said, Values } from '../../parts/values.tsx';
import { AnswerOne } from './answers.tsx';
import { closingText } from './closing.ts';
import { Give } from './give.tsx';
import './one.css';

type Full = Shape<'ExceptionInFull'>;
const dayMs = 86_400_000;

export function OnePage() {
  const { exception = '' } = useParams();
  const read = useAnswer(['exceptions', 'one', exception], ({ api, installation }) =>
    api.GET('/installations/{installation}/exceptions/{exception}', { params: { path: { installation, exception } } }),
  );
  return (
    <div className="stack">
      <p>
        <Link to="/exceptions">All causes</Link>
        {read.data && (
          <>
            {' '}
            · <Link to={`/exceptions/cause/${encodeURIComponent(read.data.cause)}`}>All that waits for this cause</Link>
          </>
        )}
      </p>
      <Answer what="the exception" title="An exception" answer={read}>
        {(full) => (
          <Names of={full.names}>
            <One full={full} />
          </Names>
        )}
      </Answer>
    </div>
  );
}

function One({ full }: { readonly full: Full }) {
  const nowMs = useNowMs();
  const navigate = useNavigate();
  const { operations } = useMe();
  const cause = `/exceptions/cause/${encodeURIComponent(full.cause)}`;
  const isOpen = full.state === 'open';
  return (
    <>
      <div className="row-apart">
        <h1>{full.label ?? full.words.title}</h1>
        <span className="quiet">
          {full.kind !== null && `${wordsFrom(full.kind)}, `}raised <Ago atMs={Date.parse(full.madeAt)} nowMs={nowMs} />
          , due <Ago atMs={Date.parse(full.dueAt)} nowMs={nowMs} />
        </span>
      </div>
      <Note tone={isOpen ? 'warning' : 'good'}>
        <div className="stack-close">
          <h2>{full.words.title}</h2>
          <p>
            <Said text={full.words.text} />
          </p>
          <p>{isOpen ? <Said text={full.words.next} /> : <Closed full={full} />}</p>
        </div>
      </Note>
      {isOpen && (
        <section className="stack-close" aria-label="What may be done">
          {full.actions.length === 0 ? (
            <p className="quiet">What is done about it is for {ownerTitle(full.owner)} to say.</p>
          ) : (
            <AnswerOne exception={full.id} actions={full.actions} onAnswered={() => navigate(cause)} />
          )}
          {operations.includes('assignException') && <Care full={full} />}
        </section>
      )}
      <Systems full={full} />
      {full.record && (
        <section className="stack-close" aria-label="The record now">
          <div className="row-apart">
            <h2>The record now</h2>
            {full.entity !== null && <Link to={`/records/${full.entity}`}>Side by side, timeline and why</Link>}
          </div>
          <div className="card">
            <Values values={full.record} titleOf={(field) => full.titles[field] ?? wordsFrom(field)} />
          </div>
        </section>
      )}
      <Before full={full} />
    </>
  );
}

function Closed({ full }: { readonly full: Full }) {
  return (
    <>
      Closed <Instant atMs={full.closedAt === null ? null : Date.parse(full.closedAt)} />
      {full.closedBy !== null && ` ${closingText(full.closedBy)}`}
      {full.reason && `: ${full.reason}`}
    </>
  );
}

/** Who looks after it, and until when it is put off. */
function Care({ full }: { readonly full: Full }) {
  const { by } = useMe();
  const nowMs = useNowMs();
  const path = { exception: full.id };
  const assign = useChange(
    ({ api, installation }, assignee: string | null) =>
      api.PUT('/installations/{installation}/exceptions/{exception}/assignee', {
        params: { path: { installation, ...path } },
        body: { assignee },
      }),
    ['exceptions'],
  );
  const snooze = useChange(
    ({ api, installation }, until: string | null) =>
      api.PUT('/installations/{installation}/exceptions/{exception}/snooze', {
        params: { path: { installation, ...path } },
        body: { until, reason: '' },
      }),
    ['exceptions'],
  );
  const putOff = (days: number) => snooze.mutate(new Date(nowMs + days * dayMs).toISOString());
  const isPutOff = full.snoozedUntil !== null && Date.parse(full.snoozedUntil) > nowMs;
  const error = assign.error ?? snooze.error;
  return (
    <>
      <div className="row">
        <span role="status">
          {full.assignee === null ? 'Nobody looks after it.' : `${nameOf(full.assignee)} looks after it.`}
        </span>
        {full.assignee !== by && (
          <Button isPending={assign.isPending} onPress={() => assign.mutate(by)}>
            I look after it
          </Button>
        )}
        {full.assignee !== null && (
          <Button look="quiet" isPending={assign.isPending} onPress={() => assign.mutate(null)}>
            Give it back
          </Button>
        )}
        <Give
          owner={full.owner}
          assignee={full.assignee}
          isPending={assign.isPending}
          trouble={assign.error}
          onGive={(name, close) => assign.mutate(name, { onSuccess: close })}
        />
        {isPutOff ? (
          <>
            <span>
              Put off until <Instant atMs={Date.parse(full.snoozedUntil ?? '')} />.
            </span>
            <Button look="quiet" isPending={snooze.isPending} onPress={() => snooze.mutate(null)}>
              See it again now
            </Button>
          </>
        ) : (
          <>
            <Button look="quiet" isPending={snooze.isPending} onPress={() => putOff(1)}>
              Put off for a day
            </Button>
            <Button look="quiet" isPending={snooze.isPending} onPress={() => putOff(7)}>
              Put off for a week
            </Button>
          </>
        )}
      </div>
      {error && <TroubleNote trouble={troubleOf(error)} />}
    </>
  );
}

function Systems({ full }: { readonly full: Full }) {
  if (full.systems.length === 0) return null;
  return (
    <section className="stack-close" aria-label="In each system">
      <h2>In each system</h2>
      <ul className="systems">
        {full.systems.map(({ connection, title, link, recordId, state, words }) => (
          <li key={connection} className="card stack-close">
            <div className="row-apart">
              <h3>
                {title} <span className="quiet">{connection}</span>
              </h3>
              {state !== null && <Badge tone={words ? 'warning' : 'neutral'}>{wordsFrom(state)}</Badge>}
            </div>
            <p>
              {recordId === null && <span className="quiet">No record there yet</span>}
              {recordId !== null && link === null && <span className="code">{recordId}</span>}
              {recordId !== null && link !== null && (
                <a href={link} target="_blank" rel="noreferrer">
                  Open {recordId}
                </a>
              )}
            </p>
            {words && <p>{words.text}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Before({ full }: { readonly full: Full }) {
  if (full.before.length === 0) return null;
  return (
    <section className="stack-close" aria-label="What was before">
      <h2>What was before</h2>
      <ul className="before">
        {full.before.map(({ id, words, madeAt, closedBy }) => (
          <li key={id}>
            <Link to={`/exceptions/one/${id}`}>{words.title}</Link>, <Instant atMs={Date.parse(madeAt)} />
            {closedBy !== null && `, closed ${closingText(closedBy)}`}
          </li>
        ))}
      </ul>
    </section>
  );
}
