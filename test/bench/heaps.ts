// What V8's inspector says of a runtime: how much each isolate holds once its garbage has been collected.

export interface Heap {
  /** As Miniflare calls its Worker; the hub's own, with all its lanes, is one of them. */
  readonly name: string;
  /** What lives in the heap, and what it holds outside of it, once garbage is collected. */
  readonly livingBytes: number;
  /** What V8 had taken for it before: garbage, and room for what comes. */
  readonly takenBytes: number;
}

interface Usage {
  readonly usedSize: number;
  readonly totalSize: number;
  readonly backingStorageSize?: number;
}
interface Context {
  readonly id: number;
}

/** A machine that is busy otherwise answers late; what never comes would keep the bench for ever. */
const patienceMs = 600_000;

/** Needs a runtime whose inspector is open, and that lets itself be told to collect. */
export async function heapsAt(port: number): Promise<Heap[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/json`);
  const targets = (await answer.json()) as { readonly id: string }[];
  // An address cannot carry this sign, nor does what has it run any code of ours.
  const names = targets.map(({ id }) => id).filter((id) => !id.includes('#'));
  const heaps: Heap[] = [];
  for (const name of names) {
    const { before, after } = await usageAt(`ws://127.0.0.1:${port}/${name}`);
    const outside = after.backingStorageSize ?? 0;
    heaps.push({ name, livingBytes: after.usedSize + outside, takenBytes: before.totalSize + outside });
  }
  return heaps;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly context?: Context };
  readonly result?: unknown;
}

async function usageAt(url: string): Promise<{ readonly before: Usage; readonly after: Usage }> {
  const socket = new WebSocket(url);
  const open = new Map<number, (result: unknown) => void>();
  const contexts: Context[] = [];
  const failed = new Promise<never>((_, reject) => {
    const fail = () => reject(new Error(`the inspector does not answer at ${url}`));
    socket.addEventListener('error', fail);
    setTimeout(fail, patienceMs).unref();
  });
  const ready = new Promise<void>((resolve) => socket.addEventListener('open', () => resolve()));
  socket.addEventListener('message', ({ data }) => {
    const { id, method, params, result } = JSON.parse(String(data)) as Message;
    if (method === 'Runtime.executionContextCreated' && params?.context) contexts.push(params.context);
    if (id !== undefined) open.get(id)?.(result);
  });
  const ask = (method: string, params: object = {}) =>
    new Promise<unknown>((resolve) => {
      const id = open.size + 1;
      open.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
  const work = async () => {
    await ready;
    await ask('Runtime.enable');
    const before = (await ask('Runtime.getHeapUsage')) as Usage;
    // Twice: what the first collection lets go of by its finalizers goes with the second.
    for (const { id: contextId } of [...contexts, ...contexts])
      await ask('Runtime.evaluate', { expression: 'gc()', contextId });
    return { before, after: (await ask('Runtime.getHeapUsage')) as Usage };
  };
  try {
    return await Promise.race([work(), failed]);
  } finally {
    socket.close();
  }
}
