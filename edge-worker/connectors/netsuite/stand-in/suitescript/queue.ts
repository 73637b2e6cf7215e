// The scheduler: tasks that scripts submitted, and deployments with a rhythm of their own.
import type { Deployment } from './project.ts';
import { scriptError } from './script-error.ts';

const types: ReadonlySet<string> = new Set(['mapreducescript', 'scheduledscript']);

/** What an event subscriber is told of one save. */
export interface Told {
  readonly subscriber: Deployment;
  readonly recordType: string;
  readonly recordId: string;
}

export class Queue {
  readonly #deployments: () => readonly Deployment[];
  readonly #nowMs: () => number;
  readonly #submitted: Deployment[] = [];
  readonly #told: Told[] = [];
  readonly #running = new Set<Deployment>();
  /** When each deployment's rhythm brought it last. */
  readonly #lastMs = new Map<string, number>();
  #serial = 0;

  constructor(deployments: () => readonly Deployment[], nowMs: () => number) {
    this.#deployments = deployments;
    this.#nowMs = nowMs;
  }

  /** Without a deployment any that is free is taken. */
  submit(script: string, id: string | null): string {
    const all = this.#deployments().filter((each) => each.script === script && (id === null || each.id === id));
    if (all.length === 0) throw scriptError('SSS_INVALID_SCRIPT_ID', `no deployment ${script} ${id ?? ''}`);
    const free = all.find((each) => !this.#submitted.includes(each) && !this.#running.has(each));
    if (!free) throw scriptError('MAP_REDUCE_ALREADY_RUNNING', 'The script deployment is queued or running already.');
    this.#submitted.push(free);
    return `${free.scriptType.toUpperCase()}TASK_${++this.#serial}`;
  }

  get submitted(): readonly Deployment[] {
    return this.#submitted;
  }

  next(): Deployment | null {
    return this.#submitted.shift() ?? null;
  }

  tell(told: Told): void {
    this.#told.push(told);
  }

  takeTold(): readonly Told[] {
    return this.#told.splice(0);
  }

  /** One run at a time for each deployment. */
  async running<Result>(deployment: Deployment, work: () => Promise<Result>): Promise<Result | null> {
    if (this.#running.has(deployment)) return null;
    this.#running.add(deployment);
    try {
      return await work();
    } finally {
      this.#running.delete(deployment);
    }
  }

  /** Deployments whose turn has come; the first turn is a full rhythm after the account looked first. */
  due(): readonly Deployment[] {
    const nowMs = this.#nowMs();
    return this.scheduled().filter((each) => {
      const lastMs = this.#lastMs.get(each.id);
      if (lastMs === undefined) this.#lastMs.set(each.id, nowMs);
      if (lastMs === undefined || nowMs - lastMs < each.everyMs) return false;
      this.#lastMs.set(each.id, nowMs);
      return true;
    });
  }

  scheduled(): readonly Deployment[] {
    return this.#deployments().filter((each) => types.has(each.scriptType) && each.isScheduled && each.isDeployed);
  }
}
