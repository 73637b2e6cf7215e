// The workflow that drives one long job of a lane: it calls for a turn, rests as it is told, and calls again. It knows
// nothing of the work; how far it is stands in the lane, and a workflow that is lost is replaced by the lane.
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from 'cloudflare:workers';
import type { Drive } from '../flow/jobs.ts';
import type { LanePlace } from '../flow/sweep.ts';
import type { Env } from './env.ts';
import { laneStub } from './lanes.ts';

export type JobPointer = LanePlace & Drive;

/** An instance may take 10,000 steps. The lane sends another one where a job needs more. */
const turnsMax = 4_000;
/** A lane that restarts or is overloaded is there again in a moment; after that the lane looks after itself. */
const patience = { retries: { limit: 5, delay: 1_000, backoff: 'exponential' }, timeout: '2 minutes' } as const;

export class LongJob extends WorkflowEntrypoint<Env, JobPointer> {
  override async run({ payload }: WorkflowEvent<JobPointer>, step: WorkflowStep): Promise<void> {
    const { installation, jurisdiction, job, drive } = payload;
    for (let turn = 1; turn <= turnsMax; turn++) {
      const { isOver, restMs } = await step.do(`turn ${turn}`, patience, async () => {
        const told = await laneStub(this.env, installation, jurisdiction).work({ job, drive });
        return { isOver: told.isOver, restMs: told.restMs };
      });
      if (isOver) return;
      if (restMs > 0) await step.sleep(`rest ${turn}`, restMs);
    }
  }
}

/** One instance per drive of a job, however often it is asked for. */
export async function sendWorkflow(jobs: Env['JOBS'], pointer: JobPointer): Promise<void> {
  const id = `${pointer.installation}-${pointer.job}-${pointer.drive}`;
  try {
    await jobs.create({ id, params: pointer });
  } catch (error) {
    // What exists under this id was made by an earlier try.
    if (!(await jobs.get(id).then(Boolean, () => false))) throw error;
  }
}
