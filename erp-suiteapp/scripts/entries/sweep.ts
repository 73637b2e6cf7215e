// The hourly scheduled script: deletions that no user event saw, and rows of the outbox that were sent long ago.

/**
 * @NApiVersion 2.1
 * @NScriptType ScheduledScript
 * @NModuleScope SameAccount
 */
import * as log from 'N/log';
import type { EntryPoints } from 'N/types';
import { sweep } from '../sweep.ts';

export const execute: EntryPoints.Scheduled.execute = () => {
  try {
    sweep();
  } catch (problem) {
    log.error({ title: 'Tieout: sweep', details: problem });
  }
};
