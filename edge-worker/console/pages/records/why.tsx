// "Why is this so": a value back to the record, the mapping and the people behind it, now or at an earlier time.
import { useState } from 'react';
import { Answer, useAnswer } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Ask, Button, Field } from '../../parts/controls.tsx';
import { Instant } from '../../parts/figures.tsx';
import { nameOf, wordsFrom } from '../../parts/people.ts';
import { Names, Other, Value } from '../../parts/values.tsx';

interface WhyProps {
  readonly entity: string;
  readonly field: string;
  readonly title: string;
}

export function Why(props: WhyProps) {
  return (
    <Ask
      isWide
      title={`Why is “${props.title}” so?`}
      trigger={
        <Button look="quiet" aria-label={`Why is ${props.title} so?`}>
          Why?
        </Button>
      }
    >
      {(close) => (
        <>
          <Explained {...props} />
          <div>
            <Button onPress={close}>Close</Button>
          </div>
        </>
      )}
    </Ask>
  );
}

/** The end of the day that was asked for, as the one who asks counts days. */
const endOf = (day: string) => new Date(`${day}T23:59:59.999`).toISOString();

function Explained({ entity, field }: WhyProps) {
  const [day, setDay] = useState('');
  const why = useAnswer(['records', 'why', entity, field, day], ({ api, installation }) =>
    api.GET('/installations/{installation}/entities/{entity}/why', {
      params: { path: { installation, entity }, query: { field, ...(day !== '' && { at: endOf(day) }) } },
    }),
  );
  return (
    <>
      <Field label="As of the end of" type="date" value={day} onChange={setDay} hint="Empty for now." />
      <Answer what="the reason" answer={why}>
        {(found) => (
          <Names of={found.names}>
            <Reasons found={found} />
          </Names>
        )}
      </Answer>
    </>
  );
}

const publisherOf = ({ publishedBy }: { readonly publishedBy: string }) =>
  publishedBy === 'hub' ? 'Tieout' : nameOf(publishedBy);

function Reasons({ found }: { readonly found: Shape<'Explanation'> }) {
  const { value, since, origin, owner, mapping, replaced, decisions, given } = found;
  return (
    <dl className="why">
      <dt>Value</dt>
      <dd>
        <Value value={value} /> <span className="quiet">since</span> <Instant atMs={Date.parse(since)} />
      </dd>
      <dt>Where from</dt>
      <dd>
        {origin.words.title}. {origin.words.text}
        {origin.recordVersion !== null &&
          ` Version ${origin.recordVersion} of ${origin.recordType} ${origin.recordId}.`}
        {origin.entity !== null && (
          <>
            {' '}
            It is <Other entity={origin.entity} />.
          </>
        )}
        {origin.event && (
          <>
            {' '}
            Seen after <Event event={origin.event} />.
          </>
        )}
      </dd>
      <dt>Who may change it</dt>
      <dd>The system that is your {owner === 'billing' ? 'billing system' : owner.toUpperCase()}</dd>
      {mapping && (
        <>
          <dt>Mapping</dt>
          <dd>
            Version {mapping.version}, published by {publisherOf(mapping)} on{' '}
            <Instant atMs={Date.parse(mapping.publishedAt)} />
            {mapping.row && (
              <>
                : read from <code>{mapping.row.at}</code> as {mapping.row.codec}
              </>
            )}
          </dd>
        </>
      )}
      <dt>Before</dt>
      <dd>
        {replaced ? (
          <>
            <Value value={replaced.value} />, {replaced.origin.words.title}
          </>
        ) : (
          'Nothing: it was told for the first time.'
        )}
      </dd>
      <Decisions decisions={decisions} />
      <dt>Given to</dt>
      <dd>
        {given.length === 0 ? (
          'No other system so far'
        ) : (
          <ul className="why-list">
            {given.map(({ command, title, recordId, outcome, at }) => (
              <li key={command}>
                {title} {recordId}, {outcome} <Instant atMs={Date.parse(at)} />
              </li>
            ))}
          </ul>
        )}
      </dd>
    </dl>
  );
}

function Decisions({ decisions }: Pick<Shape<'Explanation'>, 'decisions'>) {
  if (decisions.length === 0) return null;
  return (
    <>
      <dt>Decided by people</dt>
      <dd>
        <ul className="why-list">
          {decisions.map(({ exception, words, answer, by, reason }) => (
            <li key={exception}>
              {words.title}: {answer === null ? 'closed' : wordsFrom(answer)}
              {by !== null && ` by ${nameOf(by)}`}
              {reason && `, “${reason}”`}
            </li>
          ))}
        </ul>
      </dd>
    </>
  );
}

const events = {
  delivery: 'a call of the system',
  feed: 'a page of its feed',
  save: 'a save of our own',
  hub: 'a look of our own',
};

function Event({ event }: { readonly event: NonNullable<Shape<'Explanation'>['origin']['event']> }) {
  return (
    <>
      {events[event.is]} at <Instant atMs={Date.parse(event.at)} />
    </>
  );
}
