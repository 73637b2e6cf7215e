// Who is utilised how far this month: charged and available hours of each person, for those who plan work or answer
// for it.
import { useNavigate } from 'react-router';
import { Answer, useAnswer, useMe } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Day } from '../../parts/figures.tsx';
import { Grid, type GridColumn } from '../../parts/grid.tsx';
import { rolesText } from '../../parts/people.ts';
import { Empty } from '../../parts/states.tsx';
import { hoursText, numberText } from './shown.ts';

type Known = Shape<'Utilisation'>;
type Person = Known['people'][number];

export default function Utilised() {
  const { operations } = useMe();
  if (!operations.includes('readUtilisation'))
    return (
      <p className="quiet">Each person’s hours are shown to finance, delivery, approvers and integration admins.</p>
    );
  return <People />;
}

function People() {
  const found = useAnswer(['utilisation'], ({ api, installation }) =>
    api.GET('/installations/{installation}/utilisation', { params: { path: { installation }, query: {} } }),
  );
  return (
    <Answer what="the people" answer={found}>
      {(known) => (
        <>
          <p>
            <Whole known={known} />
          </p>
          <Table known={known} />
        </>
      )}
    </Answer>
  );
}

function Whole({ known }: { readonly known: Known }) {
  const { from, until, charged, available, counted, daysOffUnknown, people } = known;
  const left = people.length - counted;
  const hours = `${hoursText(charged)} of ${hoursText(available ?? '0')} hours`;
  return (
    <>
      From <Day day={from} /> to <Day day={until} />: {hours}, of {counted.toLocaleString()}{' '}
      {counted === 1 ? 'person' : 'people'}.
      {daysOffUnknown > 0 && ` Of ${daysOffUnknown.toLocaleString()} no system tells holidays and time off.`}
      {left > 0 && ` ${left.toLocaleString()} ${left === 1 ? 'is' : 'are'} left out, as said below.`}
    </>
  );
}

const whyNot: GridColumn<Person> = {
  ...{ id: 'why', title: 'Why not known', width: '2fr', minWidth: 200 },
  show: ({ notKnown }) => notKnown?.text ?? '',
};

function Table({ known: { people, sources } }: { readonly known: Known }) {
  const go = useNavigate();
  return (
    <Grid
      label="People"
      lines={people}
      idOf={({ person }) => person ?? ''}
      onOpen={({ person }: Person) => {
        if (person !== null) void go(`/records/${person}`);
      }}
      heightPx={360}
      empty={<Empty title="Nobody to show">Whoever works here appears once a connected system tells of them.</Empty>}
      columns={[
        {
          ...{ id: 'name', title: 'Person', isName: true, width: '2fr', minWidth: 160 },
          show: ({ name }) => name ?? 'Not known yet',
        },
        {
          ...{ id: 'charged', title: `Charged hours (${rolesText(sources.charged)})`, isFigure: true, minWidth: 150 },
          show: ({ charged }) => hoursText(charged),
        },
        {
          ...{
            id: 'available',
            title: `Working hours (${rolesText(sources.available)})`,
            isFigure: true,
            minWidth: 150,
          },
          show: ({ available }) => (available === null ? '—' : hoursText(available)),
        },
        {
          ...{ id: 'share', title: 'Utilisation', isFigure: true, minWidth: 110 },
          show: ({ share }) => (share === null ? '—' : numberText('share', share)),
        },
        ...(people.some(({ notKnown }) => notKnown !== null) ? [whyNot] : []),
      ]}
    />
  );
}
