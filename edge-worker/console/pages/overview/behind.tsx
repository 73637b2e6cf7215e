// What lies behind an indicator: how it is made, its parts, its days, and the records.
import { useNavigate } from 'react-router';
import { Answer, useAnswer } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { useNowMs } from '../../clock.ts';
import { Ago, amountText, Day } from '../../parts/figures.tsx';
import { Grid } from '../../parts/grid.tsx';
import { wordsFrom } from '../../parts/people.ts';
import { Empty } from '../../parts/states.tsx';
import { figureText, type Indicator, lengthText } from './shown.ts';

type Row = Shape<'RecordBehind'>;

/** The largest first, and no more than fit a glance. */
const partsMax = 12;

export default function BehindIndicator({ indicator }: { readonly indicator: Indicator }) {
  const { name, text, unit, parts, trend, meanMs, p95Ms, n } = indicator;
  const found = useAnswer(['indicators', 'behind', name], ({ api, installation }) =>
    api.GET('/installations/{installation}/indicators/{indicator}/records', {
      params: { path: { installation, indicator: name } },
    }),
  );
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
            <caption>By part</caption>
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
      <Answer what="the records" answer={found}>
        {({ rows }) => <Records rows={rows} />}
      </Answer>
    </div>
  );
}

const placeOf = (of: Indicator['parts'][number]['of']) =>
  Object.entries(of)
    .map(([what, value]) => (value === '' ? `no ${wordsFrom(what).toLowerCase()}` : wordsFrom(value)))
    .join(', ');

function Records({ rows }: { readonly rows: readonly Row[] }) {
  const nowMs = useNowMs();
  const go = useNavigate();
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
          show: (row) => row.label ?? row.entity,
        },
        { id: 'title', title: 'Kind', minWidth: 100, show: (row) => row.title },
        {
          id: 'how-long',
          title: 'How long',
          minWidth: 120,
          show: ({ since, tookMs, isLate }) => (
            <>
              {since !== null && <Ago atMs={Date.parse(since)} nowMs={nowMs} />}
              {tookMs !== null && lengthText(tookMs)}
              {isLate && ', late'}
            </>
          ),
        },
        { id: 'owner', title: 'Whose turn', minWidth: 100, show: ({ owner }) => owner ?? '' },
        {
          id: 'worth',
          title: 'Worth',
          minWidth: 120,
          isFigure: true,
          show: ({ amounts }) => amounts.map(amountText).join(' + '),
        },
      ]}
    />
  );
}
