// When what is on its way will have gone out: one sentence for all of it, and one for each system that has some.
import { Answer, useAnswer } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { useNowMs } from '../../clock.ts';
import { Ago, Instant } from '../../parts/figures.tsx';
import { Badge, type Tone } from '../../parts/states.tsx';

type Forecast = Shape<'Forecast'>;
type Clearing = Pick<
  Forecast['systems'][number],
  'state' | 'waiting' | 'clearsAt' | 'arrivesPerMinute' | 'donePerMinute'
>;

const watchEveryMs = 10_000;

const states: Readonly<Record<Forecast['state'], readonly [Tone, string]>> = {
  clear: ['good', 'Clear'],
  clearing: ['notice', 'Clearing'],
  growing: ['bad', 'Growing'],
  stopped: ['bad', 'Stopped'],
  'not-known': ['neutral', 'Being watched'],
};

export default function Backlog() {
  const forecast = useAnswer(
    ['forecast'],
    ({ api, installation }) =>
      api.GET('/installations/{installation}/forecast', { params: { path: { installation } } }),
    { everyMs: watchEveryMs },
  );
  return (
    <Answer what="the forecast" answer={forecast}>
      {(known) => <Known forecast={known} />}
    </Answer>
  );
}

function Known({ forecast }: { readonly forecast: Forecast }) {
  const [tone, title] = states[forecast.state];
  const parts = [
    ...(forecast.inbox.waiting > 0 ? [{ name: 'Notices to be looked at', key: 'inbox', part: forecast.inbox }] : []),
    ...forecast.systems
      .filter(({ waiting }) => waiting > 0)
      .map((part) => ({ name: `${part.title} (${part.connection})`, key: part.connection, part })),
  ];
  return (
    <div className="card stack-close" data-forecast={forecast.state}>
      <div className="row">
        <Badge tone={tone}>{title}</Badge>
        <span>
          <Whole forecast={forecast} />
        </span>
      </div>
      {parts.length > 0 && (
        <ul className="backlog">
          {parts.map(({ name, key, part }) => (
            <li key={key}>
              <strong>{name}</strong>: <Part part={part} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Whole({ forecast: { state, clearsAt } }: { readonly forecast: Forecast }) {
  const nowMs = useNowMs();
  switch (state) {
    case 'clear':
      return 'Nothing is on its way.';
    case 'clearing':
      return clearsAt === null ? null : (
        <>
          What is on its way will have gone out at <Instant atMs={Date.parse(clearsAt)} />, which is{' '}
          <Ago atMs={Date.parse(clearsAt)} nowMs={nowMs} />.
        </>
      );
    case 'growing':
      return 'More comes than goes out: at this pace it does not clear.';
    case 'stopped':
      return 'A connection stands still until somebody acts, so what waits for it does not clear.';
    case 'not-known':
      return 'It was not watched long enough to say when it clears.';
  }
}

function Part({ part: { waiting, state, clearsAt, arrivesPerMinute, donePerMinute } }: { readonly part: Clearing }) {
  return (
    <>
      {waiting.toLocaleString()} waiting, {states[state][1].toLowerCase()}
      {clearsAt !== null && state === 'clearing' && (
        <>
          {' '}
          until <Instant atMs={Date.parse(clearsAt)} />
        </>
      )}
      {donePerMinute !== null &&
        `; ${donePerMinute.toLocaleString()} done and ${(arrivesPerMinute ?? 0).toLocaleString()} more a minute`}
      .
    </>
  );
}
