// What the kernel knows of a process: the runtime it has started, processor time, memory.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

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
