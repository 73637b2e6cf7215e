// The user event, deployed on each record type: notes saves in the outbox and draws the subtab on record pages.

/**
 * @NApiVersion 2.1
 * @NScriptType UserEventScript
 * @NModuleScope SameAccount
 */
import * as log from 'N/log';
import * as runtime from 'N/runtime';
import type { EntryPoints } from 'N/types';
import { captureSave, clearCopiedStamp } from '../capture.ts';
import { requestFlush } from '../flush-request.ts';
import { drawStatus } from '../record-page.ts';

export const beforeLoad: EntryPoints.UserEvent.beforeLoad = (context) => {
  try {
    clearCopiedStamp(context);
    drawStatus(context);
  } catch (problem) {
    log.error({ title: 'Tieout: record page', details: problem });
  }
};

/** Whatever happens here, the user's save stands. */
export const afterSubmit: EntryPoints.UserEvent.afterSubmit = (context) => {
  try {
    const isNews = captureSave(context);
    // Only for a person: an import of thousands of rows would ask thousands of times.
    if (isNews && runtime.executionContext === runtime.ContextType.USER_INTERFACE) requestFlush();
  } catch (problem) {
    log.error({ title: 'Tieout: outbox', details: problem });
  }
};
