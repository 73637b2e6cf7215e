// What a target holds against what it should hold: each record there, and once.

export interface Audit {
  readonly lost: number;
  readonly doubled: number;
}

export function auditOf(expected: readonly string[], found: readonly string[]): Audit {
  const times = new Map<string, number>();
  for (const key of found) times.set(key, (times.get(key) ?? 0) + 1);
  return {
    lost: expected.filter((key) => !times.has(key)).length,
    doubled: expected.filter((key) => (times.get(key) ?? 0) > 1).length,
  };
}
