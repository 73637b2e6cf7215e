// The Suitelet behind the button Sync now: a row of the outbox, sent at once, asks the hub to read the record anew.

/**
 * @NApiVersion 2.1
 * @NScriptType Suitelet
 * @NModuleScope SameAccount
 */
import * as log from 'N/log';
import type { EntryPoints } from 'N/types';
import { batchOf, flushBatch } from '../flush.ts';
import { noteChange } from '../outbox.ts';
import { knownType } from '../record-types.ts';

/** What the button tells: sent to the hub, or noted until it can be. */
type Said = 'sent' | 'noted' | 'refused';

/** Anybody signed in may press it: a row of the outbox can ask for a read and for nothing else. */
export const onRequest: EntryPoints.Suitelet.onRequest = ({ request, response }) => {
  response.setHeader({ name: 'Content-Type', value: 'application/json; charset=utf-8' });
  const answer = (said: Said) => response.write({ output: JSON.stringify({ said }) });
  const type = knownType(String(request.parameters['type'] ?? ''));
  const id = String(request.parameters['id'] ?? '');
  if (String(request.method) !== 'POST' || type?.isCaptured !== true || !/^\d{1,15}$/.test(id))
    return answer('refused');
  try {
    const notice = noteChange(type.id, id, 'changed');
    // The person waits for it, so it goes ahead of the flush; what is not taken now, the flush or a drain brings.
    answer(flushBatch(batchOf([notice]))?.is === 'sent' ? 'sent' : 'noted');
  } catch (problem) {
    log.error({ title: 'Tieout: sync now', details: problem });
    answer('refused');
  }
};
