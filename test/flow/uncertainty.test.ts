// When the hub looks for a write whose outcome is unknown, and from when on an empty look counts.
import { describe, expect, it } from 'vitest';
import type { CommandRow } from '../../edge-worker/flow/plan-view.ts';
import { doubted, doubtedAnew, isPastLateCommit, nextLookMs } from '../../edge-worker/flow/uncertainty.ts';

const cutMs = 1_000_000;
const patience = { settleMs: 240_000 };
const row = { id: 'cmd_1', state: 'due', dueMs: 0, deadlineMs: null } as CommandRow;

describe('A write of unknown outcome', () => {
  it('is looked for two seconds after the cut, and ever more seldom until no late commit is possible', () => {
    const inDoubt = doubted(row, cutMs);
    const looks = [inDoubt.dueMs];
    while ((looks.at(-1) ?? 0) < cutMs + patience.settleMs)
      looks.push(nextLookMs(inDoubt, patience, looks.at(-1) ?? 0));
    expect(looks.map((atMs) => atMs - cutMs)).toEqual([2_000, 6_000, 18_000, 54_000, 162_000, 240_000]);
  });

  it('counts as not there only once a late commit is no longer possible', () => {
    const inDoubt = doubted(row, cutMs);
    expect(isPastLateCommit(inDoubt, patience, cutMs + 239_999)).toBe(false);
    expect(isPastLateCommit(inDoubt, patience, cutMs + 240_000)).toBe(true);
  });

  it('that a person wants looked for once more is answered by that look', () => {
    const again = doubtedAnew({ ...row, state: 'held' }, patience, cutMs);
    expect(again).toMatchObject({ state: 'uncertain', dueMs: cutMs });
    expect(isPastLateCommit(again, patience, cutMs)).toBe(true);
    expect(again.deadlineMs).toBeGreaterThan(cutMs);
  });
});
