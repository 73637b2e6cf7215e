// A set of whole numbers kept as ranges: serial numbers that were seen, with their few gaps, in a handful of bytes.
import { z } from 'zod';

/** First and last of each range, ascending, never touching. */
export const numberRanges = z.array(z.tuple([z.number().int(), z.number().int()]));
export type NumberRanges = z.infer<typeof numberRanges>;

export function hasNumber(ranges: NumberRanges, value: number): boolean {
  return ranges.some(([first, last]) => first <= value && value <= last);
}

/** The set with more numbers in it. Beyond `rangesMax` ranges the lowest are forgotten. */
export function withNumbers(ranges: NumberRanges, values: readonly number[], rangesMax: number): NumberRanges {
  const all = [...ranges, ...values.map((value): [number, number] => [value, value])].sort((a, b) => a[0] - b[0]);
  const merged: NumberRanges = [];
  for (const [first, last] of all) {
    const before = merged.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return merged.slice(-rangesMax);
}
