// The indicators as cards: the figure, whether its target is met, and its trend; one opened shows what is behind it.
import { Fragment, lazy, Suspense, useState } from 'react';
import { Answer, useAnswer } from '../../asking.tsx';
import { useNowMs } from '../../clock.ts';
import { Button } from '../../parts/controls.tsx';
import { Ago } from '../../parts/figures.tsx';
import { ownerTitle } from '../../parts/people.ts';
import { Badge, Loading } from '../../parts/states.tsx';
import { figureText, type Indicator, targetText } from './shown.ts';
import { Trend } from './trend.tsx';
import './indicators.css';

const BehindIndicator = lazy(() => import('./behind.tsx'));

const renewEveryMs = 60_000;

export default function Indicators() {
  const answer = useAnswer(
    ['indicators'],
    ({ api, installation }) =>
      api.GET('/installations/{installation}/indicators', { params: { path: { installation }, query: { days: 30 } } }),
    { everyMs: renewEveryMs },
  );
  return (
    <Answer what="the indicators" answer={answer}>
      {({ rows }) => <Cards rows={rows} />}
    </Answer>
  );
}

function Cards({ rows }: { readonly rows: readonly Indicator[] }) {
  const [opened, setOpened] = useState<Indicator['name'] | null>(null);
  return (
    <ul className="indicators">
      {[...rows].sort(byUrgency).map((one) => {
        const isOpen = one.name === opened;
        return (
          <Fragment key={one.name}>
            <Card indicator={one} isOpen={isOpen} onOpen={() => setOpened(isOpen ? null : one.name)} />
            {isOpen && (
              <li className="indicator-behind">
                <section className="card stack-close" aria-label={one.title}>
                  <h3>{one.title}</h3>
                  <Suspense fallback={<Loading what="what is behind it" />}>
                    <BehindIndicator indicator={one} />
                  </Suspense>
                </section>
              </li>
            )}
          </Fragment>
        );
      })}
    </ul>
  );
}

/** What is missed comes first, what has no figure last; otherwise as they are told. */
const byUrgency = (a: Indicator, b: Indicator) => placeOf(a) - placeOf(b);
const placeOf = ({ isMissed, notKnown }: Indicator) => (notKnown === null ? (isMissed ? 0 : 1) : 2);

interface CardProps {
  readonly indicator: Indicator;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}

function Card({ indicator, isOpen, onOpen }: CardProps) {
  const { title, unit, late, oldestAt, isMissed, notKnown } = indicator;
  const nowMs = useNowMs();
  const target = targetText(indicator);
  return (
    <li className="card stack-close indicator" data-indicator={indicator.name}>
      <div className="row-apart">
        <h3>{title}</h3>
        {target !== null && notKnown === null && (
          <Badge tone={isMissed ? 'bad' : 'good'}>{isMissed ? 'Missed' : 'On target'}</Badge>
        )}
      </div>
      {notKnown === null ? (
        <>
          <p className="indicator-figure figures">{figureText(unit, indicator)}</p>
          <p className="quiet">
            {target === null ? 'No target set' : `Target: ${target}`}
            {late > 0 && `; ${late.toLocaleString()} late`}
            {oldestAt !== null && (
              <>
                ; the oldest <Ago atMs={Date.parse(oldestAt)} nowMs={nowMs} />
              </>
            )}
          </p>
          {unit === 'money' && <ByOwner parts={indicator.parts} />}
          <Trend indicator={indicator} />
        </>
      ) : (
        <p className="quiet">{notKnown.text}</p>
      )}
      {notKnown === null && (
        <div className="indicator-end">
          <Button
            look="quiet"
            onPress={onOpen}
            aria-expanded={isOpen}
            aria-label={`${isOpen ? 'Close' : 'What is behind it'}: ${title}`}
          >
            {isOpen ? 'Close' : 'What is behind it'}
          </Button>
        </div>
      )}
    </li>
  );
}

/** Whose turn it is about which money. */
function ByOwner({ parts }: Pick<Indicator, 'parts'>) {
  const owned = parts.flatMap(({ of, ...figure }) => (of['owner'] ? [{ owner: of['owner'], figure }] : []));
  if (owned.length === 0) return null;
  return (
    <ul className="indicator-owners">
      {owned.map(({ owner, figure }) => (
        <li key={owner}>
          {ownerTitle(owner)}: <span className="figures">{figureText('money', figure)}</span>
        </li>
      ))}
    </ul>
  );
}
