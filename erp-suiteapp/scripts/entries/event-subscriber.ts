// The event subscriber, an option: the platform tells it of saves that run no user event, as those of scripts may.

/**
 * @NApiVersion 2.1
 * @NScriptType EventSubscriber
 * @NModuleScope SameAccount
 */
import * as log from 'N/log';
import { isWaiting, noteChange } from '../outbox.ts';
import { knownType } from '../record-types.ts';

/** UNVERIFIED beyond these two: what the platform tells of the event. */
interface Told {
  readonly context: { readonly recordType: string };
  readonly payload: { readonly recordId: string };
}

/**
 * It does not learn who saved, so it notes our own writes too; the hub then reads the record and finds nothing new.
 * Asks for no flush: an import would ask thousands of times.
 */
export const handle = async ({ context, payload }: Told): Promise<void> => {
  try {
    const type = knownType(String(context.recordType));
    const id = String(payload.recordId);
    if (type?.isCaptured !== true || !/^\d{1,15}$/.test(id) || isWaiting(type.id, id)) return;
    noteChange(type.id, id, 'changed');
  } catch (problem) {
    log.error({ title: 'Tieout: event', details: problem });
  }
};
