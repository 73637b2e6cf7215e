// Runs a map/reduce: input, map, reduce and summary, each run by itself, in no order that anybody promised.

import { handMade } from '../permissions.ts';
import { owner } from '../users.ts';
import type { Doing } from './frame.ts';
import { asPlainRows } from './input.ts';
import type { Platform } from './platform.ts';
import type { Deployment } from './project.ts';

const doing: Doing = { user: owner, role: handMade, context: 'MAPREDUCE' };

export interface MapReduceOptions {
  /** Keys are handed out in a random order. */
  readonly isShuffled: () => boolean;
  /** After this many maps a server goes down: the map under way is run again, as the platform does. */
  readonly restartAfter?: number;
}

interface Problem {
  readonly key: string;
  readonly error: string;
}

type Pairs = readonly (readonly [key: string, value: string])[];

export async function runMapReduce(
  platform: Platform,
  deployment: Deployment,
  options: MapReduceOptions,
): Promise<number> {
  const run = (entry: string, context: () => unknown) =>
    platform.runWaiting(deployment, { entry, context: () => [context()], doing });
  const input = asPlainRows(platform, await run('getInputData', () => ({ isRestarted: false })));
  const stages = { map: new Stage(), reduce: new Stage() };
  let restarts = options.restartAfter ?? -1;
  const stage = async (name: 'map' | 'reduce', key: string, more: Readonly<Record<string, unknown>>) => {
    const isCrashed = name === 'map' && restarts-- === 0;
    for (const isRestarted of isCrashed ? [false, true] : [false]) {
      const write = stages[name].writer(key);
      await run(name, () => ({ key, ...more, isRestarted, executionNo: 1, errors: noErrors, write })).catch(
        (problem: unknown) => stages[name].problems.push({ key, error: String(problem) }),
      );
    }
  };
  const ordered = options.isShuffled() ? shuffled(input, platform.chance) : input;
  const hasMap = platform.has(deployment, 'map');
  if (hasMap) for (const [key, value] of ordered) await stage('map', key, { value });
  const between = hasMap ? stages.map.written : ordered;
  if (platform.has(deployment, 'reduce')) {
    for (const [key, values] of byKey(between)) await stage('reduce', key, { values });
  }
  if (platform.has(deployment, 'summarize')) await run('summarize', () => summaryOf(stages));
  return ordered.length;
}

const noErrors = { iterator: () => ({ each: () => undefined }) };

class Stage {
  readonly written: [string, string][] = [];
  readonly problems: Problem[] = [];

  /** `write('a', 'b')` or `write({ key, value })`; a key alone stands for the one that was handed in. */
  writer(own: string) {
    return (given: unknown, more?: unknown) => {
      const { key, value } = (
        typeof given === 'object' && given !== null
          ? given
          : { key: more === undefined ? own : given, value: more ?? given }
      ) as { key: unknown; value: unknown };
      this.written.push([textOf(key), textOf(value)]);
    };
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

function byKey(pairs: Pairs): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, value] of pairs) {
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

function summaryOf(stages: Readonly<Record<'map' | 'reduce', Stage>>) {
  const told = ({ problems }: Stage) => ({
    errors: {
      iterator: () => ({
        each: (look: (key: string, error: string, executionNo: number) => boolean) => {
          for (const { key, error } of problems) if (look(key, error, 1) !== true) return;
        },
      }),
    },
  });
  const output = {
    iterator: () => ({
      each: (look: (key: string, value: string) => boolean) => {
        const last = stages.reduce.written.length > 0 ? stages.reduce : stages.map;
        for (const [key, value] of last.written) if (look(key, value) !== true) return;
      },
    }),
  };
  return {
    ...{ usage: 0, concurrency: 1, yields: 0, seconds: 0, isRestarted: false, output },
    inputSummary: { error: null },
    mapSummary: told(stages.map),
    reduceSummary: told(stages.reduce),
  };
}

function shuffled(pairs: Pairs, chance: () => number): Pairs {
  const mixed = [...pairs];
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = Math.floor(chance() * (last + 1));
    [mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!];
  }
  return mixed;
}
