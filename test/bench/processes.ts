// What the kernel knows of a process: the runtime it has started, processor time, memory. And how quick its disk is.
import { execFileSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { median } from './figures.ts';

/** Workers' runtimes that a process has started itself. */
export function runtimesOf(parent: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' }).trim().split('\n');
  return table.flatMap((line) => {
    const [pid, by, name] = line.trim().split(/\s+/);
    return Number(by) === parent && name === 'workerd' ? [Number(pid)] : [];
  });
}

/** User and system time, which the kernel counts in hundredths of a second. */
export function workedMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export function residentKiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0');
}

/** How long a small write takes until it is on the disk for good, as every commit of a lane does. */
export function diskMs(file: string): number {
  const handle = openSync(file, 'w');
  const page = Buffer.alloc(4096);
  const tookMs = Array.from({ length: 50 }, () => {
    const startedMs = performance.now();
    writeSync(handle, page);
    fdatasyncSync(handle);
    return performance.now() - startedMs;
  });
  closeSync(handle);
  return median(tookMs);
}
