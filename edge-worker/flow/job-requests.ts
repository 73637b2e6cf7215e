// What people ask of long jobs: to begin one, to pause it, to let it go on, to cancel it.
import type { EntityName } from '../../shared/entities/_registry.ts';
import { type AgainAsked, type AgainKind, runAgain, startAgain } from './again-job.ts';
import type { LaneCore } from './core.ts';
import type { Owners } from './hold-care.ts';
import { type JobStep, steerJob } from './job-book.ts';
import { startLoad } from './load-job.ts';
import { startUndo } from './undo-job.ts';

export type JobChange =
  | {
      readonly step: 'load';
      readonly job: string;
      readonly connection: string;
      readonly kinds: readonly EntityName[];
    }
  | { readonly step: AgainKind; readonly job: string; readonly asked: AgainAsked }
  | { readonly step: 'undo'; readonly job: string; readonly undoes: string; readonly owners: Owners }
  | { readonly step: JobStep; readonly job: string };

type Outcome = Readonly<Record<string, string | number>>;

export function changeJob(core: LaneCore, change: JobChange, by: string): Outcome {
  switch (change.step) {
    case 'load':
      return startLoad(core, change.job, change.connection, change.kinds, by);
    case 'replay':
    case 'apply':
      return startAgain(core, change.step, change.job, change.asked, by);
    case 'undo':
      return startUndo(core, change.job, change.undoes, change.owners, by);
    default:
      steerJob(core, change.job, change.step, by, change.step === 'run' ? runAgain : undefined);
      return { job: change.job };
  }
}
