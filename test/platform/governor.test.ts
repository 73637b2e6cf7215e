// Waiting calls are counted: six of a lane, three to one target, fewer where the target says so; nobody is starved.
import { describe, expect, it } from 'vitest';
import { Governor } from '../../edge-worker/platform/governor.ts';

const limits = {
  concurrentMax: 5,
  concurrentReserve: 2,
  requestsPerSecondMax: 1_000_000,
  readBatchMax: 1,
  writeBatchMax: 1,
  findBatchMax: 1,
  statusBatchMax: 1,
  timeoutMs: 1000,
};

/** Calls that end only when they are told to. */
function heldCalls() {
  const open: { target: string; end: () => void }[] = [];
  const call = (target: string) => () => new Promise<void>((end) => open.push({ target, end }));
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return { open, call, settle };
}

describe('The governor', () => {
  it('lets at most three calls wait for one target and six in all', async () => {
    const governor = new Governor(
      () => 0,
      async () => undefined,
    );
    const { open, call, settle } = heldCalls();
    const all = ['a', 'b', 'c'].flatMap((target) =>
      Array.from({ length: 5 }, () => governor.run(target, call(target))),
    );
    await settle();
    expect(open).toHaveLength(6);
    expect(open.filter((one) => one.target === 'a')).toHaveLength(3);
    while (open.length > 0) {
      open.shift()?.end();
      await settle();
      expect(open.length).toBeLessThanOrEqual(6);
      for (const target of ['a', 'b', 'c'])
        expect(open.filter((one) => one.target === target).length).toBeLessThanOrEqual(3);
    }
    await Promise.all(all);
    expect(governor.highest).toBe(6);
  });

  it('leaves the reserve to the customer and halves itself when the target says "too many"', async () => {
    const governor = new Governor(
      () => 0,
      async () => undefined,
    );
    governor.admit('erp', { ...limits, concurrentMax: 4, concurrentReserve: 2 });
    const { open, call, settle } = heldCalls();
    const all = Array.from({ length: 4 }, () => governor.run('erp', call('erp')));
    await settle();
    expect(open).toHaveLength(2);
    governor.throttled('erp');
    open.shift()?.end();
    await settle();
    expect(open).toHaveLength(1);
    governor.answered('erp');
    while (open.length > 0) {
      open.shift()?.end();
      await settle();
    }
    await Promise.all(all);
  });

  it('frees the place of a call that failed', async () => {
    const governor = new Governor(
      () => 0,
      async () => undefined,
    );
    governor.admit('erp', { ...limits, concurrentMax: 1, concurrentReserve: 0 });
    await expect(governor.run('erp', () => Promise.reject(new Error('cut')))).rejects.toThrow('cut');
    expect(await governor.run('erp', async () => 'next')).toBe('next');
  });

  it('spaces calls to the rate the target allows', async () => {
    const waits: number[] = [];
    let nowMs = 0;
    const governor = new Governor(
      () => nowMs,
      async (ms) => {
        waits.push(ms);
        nowMs += ms;
      },
    );
    governor.admit('psa', { ...limits, requestsPerSecondMax: 10 });
    for (let call = 0; call < 4; call++) await governor.run('psa', async () => undefined);
    expect(waits).toEqual([100, 100, 100]);
  });
});
