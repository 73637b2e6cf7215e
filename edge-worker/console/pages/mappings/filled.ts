// Fields of theirs that must not be empty and that no row of a draft fills.
import type { Shape } from '../../client.ts';

interface Written {
  readonly at: string;
  readonly direction?: 'both' | 'in' | 'out';
}

/** A row into a list or a reference of theirs fills it too. */
export function unfilled(
  theirs: Shape<'MappingSides'>['theirs'],
  rows: readonly (Written | null)[],
): Shape<'MappingSides'>['theirs'] {
  const written = rows.flatMap((row) => (row === null || row.direction === 'in' ? [] : [row.at]));
  const isFilled = (path: string) => written.some((at) => at === path || at.startsWith(`${path}.`));
  return theirs.filter(({ path, isRequired, isWritable }) => isRequired && isWritable && !isFilled(path));
}
