// What may be answered to a hold: a control says so itself; of the others it stands here.

import type { Action } from '../../shared/actions.ts';
import { rules } from '../rules/_registry.ts';
import {
  billedControl,
  byHandControl,
  deletedControl,
  driftControl,
  guardControl,
  lostControl,
  stoppedControl,
  twoRecordsControl,
  unwonControl,
  vanishedControl,
} from './controls.ts';

/** What cannot be decided by content is looked at again once it was mended, or left out. */
const usual: readonly Action[] = ['retry', 'reject'];

const choices: Readonly<Record<string, readonly Action[]>> = {
  [billedControl]: ['credit', 'keep', 'reapprove'],
  [byHandControl]: ['done', 'keep'],
  [deletedControl]: ['withdraw', 'keep', 'retry'],
  [vanishedControl]: ['recreate', 'leave', 'retry'],
  [guardControl]: ['let-through', 'mistake'],
  [unwonControl]: ['stop', 'keep'],
  [driftControl]: ['accept-fields', 'retry'],
  [twoRecordsControl]: ['this-one', 'other-one', 'retry'],
  [stoppedControl]: ['retry'],
  [lostControl]: ['reject'],
};

/** What an action leaves behind for the plan to find, where that is not its own name. */
const outcomes: Readonly<Partial<Record<Action, string>>> = {
  approve: 'approved',
  retry: 'approved',
  reject: 'rejected',
};

export const outcomeOf = (given: Action): string => outcomes[given] ?? given;

/** One of the usual three, which change nothing of the content. */
export const isUsual = (given: Action): boolean => outcomes[given] !== undefined;

export function actionsOf(control: string): readonly Action[] {
  return rules.find((rule) => rule.name === control)?.actions ?? choices[control] ?? usual;
}
