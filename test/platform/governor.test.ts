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
  it('lets three calls wait for one target and five for all systems, and keeps the sixth for the record', async () => {
    const governor = new Governor(
      () => 0,
      async () => undefined,
    );
    const { open, call, settle } = heldCalls();
    const all = ['a', 'b', 'c'].flatMap((target) =>
      Array.from({ length: 5 }, () => governor.run(target, call(target))),
    );
    await settle();
    expect(open).toHaveLength(5);
    expect(open.filter((one) => one.target === 'a')).toHaveLength(3);
    all.push(governor.run('record', call('record')));
    await settle();
    expect(open.filter((one) => one.target === 'record')).toHaveLength(1);
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

  it('leaves a place to a third system while two hang', async () => {
    const governor = new Governor(
      () => 0,
      async () => undefined,
    );
    for (const name of ['a', 'b', 'c']) governor.admit(name, limits);
    const { open, call, settle } = heldCalls();
    for (const target of ['a', 'b']) for (let count = 0; count < 5; count++) void governor.run(target, call(target));
    await settle();
    expect(await governor.run('c', async () => 'through')).toBe('through');
    expect(open.filter((one) => one.target === 'c')).toEqual([]);
  });

  it('gives a system that hangs one place while others wait, until it is quick again', async () => {
    let nowMs = 0;
    const governor = new Governor(
      () => nowMs,
      async () => undefined,
    );
    const { open, call, settle } = heldCalls();
    const end = async (target: string) => {
      const index = open.findIndex((one) => one.target === target);
      open.splice(index, 1)[0]?.end();
      await settle();
    };
    const underWay = (target: string) => open.filter((one) => one.target === target).length;
    for (const target of ['a', 'b']) for (let count = 0; count < 9; count++) void governor.run(target, call(target));
    await settle();
    expect([underWay('a'), underWay('b')]).toEqual([3, 2]);
    nowMs = 30_000;
    for (let count = 0; count < 3; count++) await end('a');
    expect([underWay('a'), underWay('b')]).toEqual([1, 2]);
    await end('a');
    expect(underWay('a')).toBe(3);
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

  it('asks for one call more only after a rest, which doubles while the answer stays "too many"', async () => {
    let nowMs = 0;
    const governor = new Governor(
      () => nowMs,
      async () => undefined,
    );
    governor.admit('erp', limits);
    const { open, call, settle } = heldCalls();
    for (let count = 0; count < 20; count++) void governor.run('erp', call('erp'));
    await settle();
    const answerAt = async (ms: number) => {
      nowMs = ms;
      governor.answered('erp');
      open.shift()?.end();
      await settle();
      return open.length;
    };
    // Two calls refused side by side are one refusal.
    governor.throttled('erp');
    governor.throttled('erp');
    const shown = { most: 3, allowed: 1, atOnce: 3, refused: 2, throttledMs: 0 };
    expect(governor.loadOf('erp')).toMatchObject({ ...shown, calls: 3 });
    for (const ms of [100, 200, 14_900]) await answerAt(ms);
    expect(open).toHaveLength(1);
    expect(await answerAt(15_100)).toBe(2);
    nowMs = 15_200;
    governor.throttled('erp');
    await answerAt(15_200);
    expect(await answerAt(45_100)).toBe(1);
    expect(await answerAt(45_300)).toBe(2);
    // What is an hour old is told no longer; what it takes is.
    nowMs = 3_700_000;
    expect(governor.loadOf('erp')).toMatchObject({ calls: 0, refused: 0, allowed: 2, most: 3 });
  });

  it('lets nobody follow an answer that may mean "too many" before that is known', async () => {
    const wakes: (() => void)[] = [];
    const governor = new Governor(
      () => 0,
      () => new Promise((wake) => wakes.push(wake)),
    );
    governor.admit('erp', limits);
    const { open, call, settle } = heldCalls();
    for (let count = 0; count < 6; count++) void governor.run('erp', call('erp'));
    await settle();
    governor.doubted('erp');
    open.shift()?.end();
    await settle();
    expect(open).toHaveLength(2);
    wakes.shift()?.();
    await settle();
    expect(open).toHaveLength(3);
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
