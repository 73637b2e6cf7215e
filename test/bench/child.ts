// Calls between the bench and a process of its own: verbs by name, one answer each. Stand-ins and hubs run apart, so
// that nobody steals the bench's time.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

type Verb = (...parameters: never[]) => unknown;
export type Verbs = Readonly<Record<string, Verb>>;

interface Question {
  readonly id: number;
  readonly verb: string;
  readonly parameters: readonly unknown[];
}
interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly problem?: string;
}

/** In the child: answers what the bench asks, until the bench is gone. */
export function answerCalls(verbs: Verbs): void {
  process.on('message', ({ id, verb, parameters }: Question) => {
    const answer = (message: Answer) => process.send?.(message);
    Promise.resolve()
      .then(() => (verbs[verb] as (...given: readonly unknown[]) => unknown)(...parameters))
      .then(
        (result) => answer({ id, result }),
        (error: unknown) =>
          answer({ id, problem: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      );
  });
  process.on('disconnect', () => process.exit(0));
}

export interface Child<Known extends Verbs> {
  readonly pid: number;
  call<Name extends keyof Known & string>(
    verb: Name,
    ...parameters: Parameters<Known[Name]>
  ): Promise<Awaited<ReturnType<Known[Name]>>>;
  stop(): Promise<void>;
}

/** In the bench: starts a file of this folder as a process. `args` reach it as its command line. */
export function startChild<Known extends Verbs>(file: string, args: readonly string[] = []): Child<Known> {
  const child = fork(join(import.meta.dirname, file), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const open = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  let serial = 0;
  child.on('message', (message) => {
    const { id, result, problem } = message as Answer;
    const waiting = open.get(id);
    open.delete(id);
    if (problem === undefined) waiting?.resolve(result as never);
    else waiting?.reject(new Error(`${file}: ${problem}`));
  });
  child.on('exit', (code) => {
    for (const { reject } of open.values()) reject(new Error(`${file} ended with ${code}`));
    open.clear();
  });
  return {
    pid: child.pid ?? 0,
    call: (verb, ...parameters) =>
      new Promise((resolve, reject) => {
        open.set(++serial, { resolve, reject });
        child.send({ id: serial, verb, parameters } satisfies Question);
      }),
    stop: () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.disconnect();
  const patience = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await exit;
  clearTimeout(patience);
}
