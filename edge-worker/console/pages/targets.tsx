// By when things have to be done, in whose working time, and who is asked when they are not.
import { useState } from 'react';
import { Link } from 'react-router';
import { Answer, useAnswer, useMe } from '../asking.tsx';
import { Button } from '../parts/controls.tsx';
import { Grid } from '../parts/grid.tsx';
import { ownerTitle } from '../parts/people.ts';
import { Badge, Empty } from '../parts/states.tsx';
import { lengthText } from './overview/shown.ts';
import { TargetsForm } from './targets/form.tsx';
import type { Targets } from './targets/values.ts';
import './targets/targets.css';

const minuteMs = 60_000;

export default function TargetsPage() {
  const { operations } = useMe();
  const [isChanging, setIsChanging] = useState(false);
  const targets = useAnswer(['targets'], ({ api, installation }) =>
    api.GET('/installations/{installation}/targets', { params: { path: { installation } } }),
  );
  const indicators = useAnswer(['indicators'], ({ api, installation }) =>
    api.GET('/installations/{installation}/indicators', { params: { path: { installation }, query: { days: 30 } } }),
  );
  return (
    <div className="stack">
      <p>
        <Link to="/">Overview</Link>
      </p>
      <div className="row-apart">
        <h1>Targets</h1>
        {operations.includes('beginDraft') && !isChanging && (
          <Button look="main" onPress={() => setIsChanging(true)}>
            Change the targets
          </Button>
        )}
      </div>
      <Answer what="the targets" answer={targets}>
        {(known) =>
          isChanging ? (
            <Answer what="the indicators" answer={indicators}>
              {({ rows }) => <TargetsForm targets={known} indicators={rows} onClose={() => setIsChanging(false)} />}
            </Answer>
          ) : (
            <InForce targets={known} />
          )
        }
      </Answer>
    </div>
  );
}

function InForce({ targets }: { readonly targets: Targets }) {
  const calendars = Object.entries(targets.calendars);
  return (
    <>
      <p className="quiet">
        In force since version {targets.version.toLocaleString()} of the mappings. An integration admin writes others,
        and an approver publishes them.
      </p>
      <Grid
        label="Targets in force"
        lines={targets.passages}
        idOf={({ passage }) => passage}
        empty={<Empty title="No targets">There is nothing to be done by a time.</Empty>}
        columns={[
          { id: 'title', title: 'What', isName: true, width: '2fr', minWidth: 200, show: ({ title }) => title },
          {
            ...{ id: 'counted', title: 'From when until when', width: '3fr', minWidth: 280 },
            show: ({ from, to }) => `From when ${from} until ${to}`,
          },
          {
            ...{ id: 'length', title: 'At most', minWidth: 110 },
            show: ({ minutes }) => lengthText(minutes * minuteMs),
          },
          {
            ...{ id: 'calendar', title: 'Of which time', minWidth: 150 },
            show: ({ calendar }) => calendar ?? 'Every minute counts',
          },
          { id: 'owner', title: 'Who is asked', minWidth: 130, show: ({ owner }) => ownerTitle(owner) },
          {
            ...{ id: 'late', title: 'Now', minWidth: 150 },
            show: ({ open, late }) =>
              late > 0 ? <Badge tone="bad">{`${late} of ${open} late`}</Badge> : `${open.toLocaleString()} on the way`,
          },
        ]}
      />
      {calendars.length > 0 && (
        <section className="stack-close" aria-label="Calendars">
          <h2>Calendars</h2>
          <ul className="targets-list">
            {calendars.map(([name, { zone, hours, holidays = [] }]) => (
              <li key={name}>
                <strong>{name}</strong>, {zone}: {hoursText(hours)}; {holidays.length.toLocaleString()}{' '}
                {holidays.length === 1 ? 'holiday' : 'holidays'}.
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

const hoursText = (hours: Targets['calendars'][string]['hours']) =>
  Object.entries(hours)
    .map(([day, { from, to }]) => `${day} ${from}–${to}`)
    .join(', ');
