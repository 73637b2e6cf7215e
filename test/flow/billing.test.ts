// Billed lines: each source is billed by one invoice that stands, whichever way invoices come and go.
import { beforeEach, describe, expect, it } from 'vitest';
import { claimBilled } from '../../edge-worker/flow/billing.ts';
import { billedLines, flushLog } from '../../edge-worker/store/lane-schema.ts';
import { LaneStore } from '../../edge-worker/store/lane-store.ts';
import { readRows } from '../../edge-worker/store/rows.ts';
import { migratedLane } from '../support/migrated.ts';

let store: LaneStore;

beforeEach(() => {
  before.clear();
  store = new LaneStore(
    migratedLane().storage,
    () => 0,
    () => undefined,
  );
});

const ulid = '0'.repeat(25);
const invoice = (id: string, status: 'open' | 'void', ...times: readonly string[]) => ({
  id: `inv_${ulid}${id}`,
  record: { status, lines: times.map((time, index) => ({ line: String(index + 1), time })) },
});
const before = new Map<string, ReturnType<typeof invoice>['record']>();
const claim = (...changed: readonly ReturnType<typeof invoice>[]) => {
  const moved = changed.map((one) => ({ ...one, before: before.get(one.id) ?? null }));
  for (const { id, record } of changed) before.set(id, record);
  return store.transaction((tx) => claimBilled(tx, moved));
};
const claimed = () =>
  readRows(store.sql, billedLines, '').map(({ source, invoice: by }) => `${source} ${by.replace(ulid, '')}`);
const told = () => readRows(store.sql, flushLog, '').at(-1)?.rows ?? '';

describe('A source that is billed', () => {
  it('belongs to the first invoice that claims it, until that is voided', () => {
    claim(invoice('A', 'open', 'tim_1'));
    claim(invoice('B', 'open', 'tim_1', 'tim_2'));
    expect(claimed()).toEqual(['tim_1 inv_A', 'tim_2 inv_B']);
    expect(claim(invoice('A', 'void', 'tim_1'))).toEqual(['tim_1']);
    expect(claimed()).toEqual(['tim_2 inv_B']);
  });

  it.each([
    ['after', ['A', 'B']],
    ['before', ['B', 'A']],
  ] as const)('goes over to the successor that is read %s the voided one, in the same run', (_case, order) => {
    claim(invoice('A', 'open', 'tim_1', 'tim_2'));
    const now = { A: invoice('A', 'void', 'tim_1', 'tim_2'), B: invoice('B', 'open', 'tim_1') };
    expect(claim(...order.map((id) => now[id]))).toEqual(['tim_1', 'tim_2']);
    expect(claimed()).toEqual(['tim_1 inv_B']);
    // Of two rows for one source the later counts: nobody's first, then the successor's.
    expect(JSON.parse(told()).billedLines.at(-1)).toContain(`inv_${ulid}B`);
  });
});
