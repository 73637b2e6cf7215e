// What lies behind an indicator: how it is made, its parts, its days, and the records.
import { lazy, Suspense } from 'react';
import { useNavigate } from 'react-router';
import { Answer, useAnswer } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { useNowMs } from '../../clock.ts';
import { Ago, amountText, Day } from '../../parts/figures.tsx';
import { Grid, type GridColumn } from '../../parts/grid.tsx';
import { ownerTitle, rolesText, wordsFrom } from '../../parts/people.ts';
import { Empty, Loading } from '../../parts/states.tsx';
import { figureText, type Indicator, lengthText, monthText } from './shown.ts';

const Utilised = lazy(() => import('./utilised.tsx'));

type Row = Shape<'RecordBehind'>;

/** The largest first, and no more than fit a glance. */
const partsMax = 12;

export default function BehindIndicator({ indicator }: { readonly indicator: Indicator }) {
  const { name, text, unit, parts, trend, meanMs, p95Ms, n } = indicator;
  const days = trend.filter(({ n: ofDay, amounts }) => ofDay > 0 || amounts.length > 0).slice(-14);
  return (
    <div className="stack">
      <p>{text}</p>
      {meanMs !== null && p95Ms !== null && (
        <p>
          {n.toLocaleString()} in these days; {lengthText(meanMs)} on average, and nineteen in twenty took at most{' '}
          {lengthText(p95Ms)}.
        </p>
      )}
      <div className="indicator-tables">
        {parts.length > 0 && (
          <table>
            <caption>{name === 'utilisation' ? 'By month' : 'By part'}</caption>
            <tbody>
              {[...parts]
                .sort((a, b) => b.n - a.n)
                .slice(0, partsMax)
                .map((part) => (
                  <tr key={JSON.stringify(part.of)}>
                    <th scope="row">{placeOf(part.of)}</th>
                    <td className="figures">{figureText(unit, part)}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        )}
        {days.length > 0 && (
          <table>
            <caption>By day</caption>
            <tbody>
              {days.reverse().map((point) => (
                <tr key={point.day}>
                  <th scope="row">
                    <Day day={point.day} />
                  </th>
                  <td className="figures">{figureText(unit, point)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      {name === 'utilisation' ? (
        <Suspense fallback={<Loading what="the people" />}>
          <Utilised />
        </Suspense>
      ) : (
        <Found name={name} />
      )}
    </div>
  );
}

function Found({ name }: Pick<Indicator, 'name'>) {
  const found = useAnswer(['indicators', 'behind', name], ({ api, installation }) =>
    api.GET('/installations/{installation}/indicators/{indicator}/records', {
      params: { path: { installation, indicator: name } },
    }),
  );
  return (
    <Answer what="the records" answer={found}>
      {({ rows }) => <Records rows={rows} />}
    </Answer>
  );
}

const placeOf = (of: Indicator['parts'][number]['of']) =>
  Object.entries(of)
    .map(([what, value]) => {
      if (value === '') return `no ${wordsFrom(what).toLowerCase()}`;
      if (what === 'month') return monthText(value);
      return what === 'currency' ? value : wordsFrom(value);
    })
    .join(', ');

const howLong = (rows: readonly Row[]): GridColumn<Row> => ({
  id: 'how-long',
  title: rows.some(({ tookMs }) => tookMs !== null) ? 'Took' : 'Waiting since',
  minWidth: 130,
  show: (row) => <HowLong {...row} />,
});

function HowLong({ since, tookMs, isLate }: Row) {
  const nowMs = useNowMs();
  return (
    <>
      {since !== null && <Ago atMs={Date.parse(since)} nowMs={nowMs} />}
      {tookMs !== null && lengthText(tookMs)}
      {isLate && ', late'}
    </>
  );
}

const whoseTurn: GridColumn<Row> = {
  ...{ id: 'owner', title: 'Whose turn', minWidth: 100 },
  show: ({ owner }) => (owner === null ? '' : ownerTitle(owner)),
};

const amountIn = ({ made }: Row, figure: string) =>
  made.flatMap((one) => (one.figure === figure ? [amountText(one.amount)] : [])).join(' + ');

/** A column for each figure that the amounts are made of, under the roles whose systems tell it. */
function madeColumns(rows: readonly Row[]): readonly GridColumn<Row>[] {
  const sources = new Map(rows.flatMap(({ made }) => made.map((one) => [one.figure, one.sources] as const)));
  return [...sources].map(([figure, roles]) => ({
    ...{ id: figure, title: `${wordsFrom(figure)} (${rolesText(roles)})`, isFigure: true, minWidth: 150 },
    show: (row) => amountIn(row, figure),
  }));
}

function Records({ rows }: { readonly rows: readonly Row[] }) {
  const go = useNavigate();
  const made = madeColumns(rows);
  return (
    <Grid
      label="Records behind it"
      lines={rows}
      idOf={({ entity, why, owner }) => `${entity} ${why} ${owner}`}
      onOpen={({ entity }) => void go(`/records/${entity}`)}
      heightPx={360}
      empty={<Empty title="No record behind it">There is nothing of the kind just now.</Empty>}
      columns={[
        {
          id: 'label',
          title: 'Record',
          isName: true,
          width: '2fr',
          minWidth: 160,
          show: (row) => row.label ?? row.title,
        },
        { id: 'title', title: 'Kind', minWidth: 100, show: (row) => row.title },
        ...(made.length > 0 ? made : [howLong(rows), whoseTurn]),
        {
          id: 'worth',
          title: made.length > 0 ? 'What is left' : 'Worth',
          minWidth: 120,
          isFigure: true,
          show: ({ amounts, made, why }) =>
            made.length > 0 && why !== null ? wordsFrom(why) : amounts.map(amountText).join(' + '),
        },
      ]}
    />
  );
}
