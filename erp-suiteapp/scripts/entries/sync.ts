// The Suitelet behind the button Sync now: one more row in the outbox, which asks the hub to read the record anew.

/**
 * @NApiVersion 2.1
 * @NScriptType Suitelet
 * @NModuleScope SameAccount
 */
import * as log from 'N/log';
import type { EntryPoints } from 'N/types';
import { requestFlush } from '../flush-request.ts';
import { noteChange } from '../outbox.ts';
import { knownType } from '../record-types.ts';

/** Anybody signed in may press it: a row of the outbox can ask for a read and for nothing else. */
export const onRequest: EntryPoints.Suitelet.onRequest = ({ request, response }) => {
  response.setHeader({ name: 'Content-Type', value: 'application/json; charset=utf-8' });
  const answer = (isAccepted: boolean) => response.write({ output: JSON.stringify({ accepted: isAccepted }) });
  const type = knownType(String(request.parameters['type'] ?? ''));
  const id = String(request.parameters['id'] ?? '');
  if (String(request.method) !== 'POST' || type?.isCaptured !== true || !/^\d{1,15}$/.test(id)) return answer(false);
  try {
    noteChange(type.id, id, 'changed');
    requestFlush();
    answer(true);
  } catch (problem) {
    log.error({ title: 'Tieout: sync now', details: problem });
    answer(false);
  }
};
