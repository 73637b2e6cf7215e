// A trend as a small line: one point a day, with the target as a dashed one. What it shows is said in words beside it.
import { figureText, heightsOf, type Indicator } from './shown.ts';

const width = 240;
const height = 44;
const edge = 4;

export function Trend({ indicator }: { readonly indicator: Indicator }) {
  const heights = heightsOf(indicator);
  const known = heights.flatMap((value, index) => (value === null ? [] : [{ index, value }]));
  if (known.length < 2) return <p className="quiet indicator-young">The trend begins with its second day.</p>;
  const { unit, target, trend } = indicator;
  const goal = unit === 'records' || unit === 'money' ? null : target;
  const highest = Math.max(...known.map(({ value }) => value), goal ?? 0) || 1;
  const x = (index: number) => edge + (index * (width - 2 * edge)) / Math.max(1, heights.length - 1);
  const y = (value: number) => height - edge - (value * (height - 2 * edge)) / highest;
  const points = known.map(({ index, value }) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`);
  const [first, last] = [known[0], known.at(-1)].map((one) => trend[one?.index ?? 0]);
  const said =
    first && last
      ? `From ${figureText(unit, first)} on ${first.day} to ${figureText(unit, last)} on ${last.day}`
      : 'Trend';
  return (
    <svg className="trend" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={said}>
      <title>{said}</title>
      {goal !== null && <line className="trend-goal" x1={edge} x2={width - edge} y1={y(goal)} y2={y(goal)} />}
      <polyline className="trend-line" points={points.join(' ')} />
      <circle className="trend-now" cx={x(known.at(-1)?.index ?? 0)} cy={y(known.at(-1)?.value ?? 0)} r="3" />
    </svg>
  );
}
