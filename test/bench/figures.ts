// What the bench says: figures with their goals, judged where a machine cannot flatter them, and the table people read.

export interface Figure {
  readonly name: string;
  /** Null when it was not taken in this run. */
  readonly value: number | null;
  readonly unit: string;
  readonly goal: string;
  /** Null where nothing is judged: absolute rates depend on the machine. */
  readonly met: boolean | null;
}

/** A figure that may be at most this much. */
export function atMost(name: string, value: number, unit: string, most: number): Figure {
  return { name, value: rounded(value), unit, goal: `≤ ${most}`, met: value <= most };
}

export function below(name: string, value: number, unit: string, limit: number): Figure {
  return { name, value: rounded(value), unit, goal: `< ${limit}`, met: value < limit };
}

export function atLeast(name: string, value: number, unit: string, least: number): Figure {
  return { name, value: rounded(value), unit, goal: `≥ ${least}`, met: value >= least };
}

/** Recorded and not judged. */
export function told(name: string, value: number | null, unit: string, goal = ''): Figure {
  return { name, value: value === null ? null : rounded(value), unit, goal, met: null };
}

function rounded(value: number): number {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 2 : 4;
  return Number(value.toFixed(digits));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error('a median of nothing');
  return (low + high) / 2;
}

export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
  if (value === undefined) throw new Error('a percentile of nothing');
  return value;
}

/** Indented names, as the table shows them, with what they belong to: each name once. */
export function qualified(figures: readonly Figure[]): Figure[] {
  let subject = '';
  return figures.map((figure) => {
    if (figure.name.startsWith(' ')) return { ...figure, name: `${subject}: ${figure.name.trim()}` };
    subject = figure.name;
    return figure;
  });
}

export function tableOf(figures: readonly Figure[]): string {
  const verdict = ({ met }: Figure) => (met === null ? '' : met ? 'met' : 'NOT MET');
  const rows = [
    ['figure', 'value', 'unit', 'goal', ''],
    ...figures.map((figure) => [
      figure.name,
      figure.value === null ? 'not taken' : figure.value.toLocaleString('en'),
      figure.unit,
      figure.goal,
      verdict(figure),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => row.map((cell, at) => (at === 1 ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!))).join('  '))
    .join('\n');
}
