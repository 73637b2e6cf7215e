// What people ask of long jobs: to begin one, to pause it, to let it go on, to cancel it.
import type { EntityName } from '../../shared/entities/_registry.ts';
import { type NewJob, startAnswers } from './cause-job.ts';
import type { LaneCore } from './core.ts';
import { type JobStep, steerJob } from './job-book.ts';
import { startLoad } from './load-job.ts';

export type JobChange =
  | { readonly step: 'answer'; readonly job: NewJob }
  | {
      readonly step: 'load';
      readonly job: string;
      readonly connection: string;
      readonly kinds: readonly EntityName[];
    }
  | { readonly step: JobStep; readonly job: string };

type Outcome = Readonly<Record<string, string | number>>;

export function changeJob(core: LaneCore, change: JobChange, by: string): Outcome {
  switch (change.step) {
    case 'answer':
      return startAnswers(core, change.job, by);
    case 'load':
      return startLoad(core, change.job, change.connection, change.kinds, by);
    default:
      steerJob(core, change.job, change.step, by);
      return { job: change.job };
  }
}
