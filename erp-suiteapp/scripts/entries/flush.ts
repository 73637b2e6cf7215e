// The map/reduce behind the flush: one batch per map, every quarter of an hour and whenever a person's save asks.

/**
 * @NApiVersion 2.1
 * @NScriptType MapReduceScript
 * @NModuleScope SameAccount
 */
import * as log from 'N/log';
import type { EntryPoints } from 'N/types';
import { flushBatch, nextBatches } from '../flush.ts';
import type { Batch } from '../sending.ts';

/** No retries by the vendor: what was not sent is taken up by the next flush, after the pause the hub asked for. */
export const config = { retryCount: 0, exitOnError: false };

const waitingBatches: EntryPoints.MapReduce.getInputData = () =>
  Object.fromEntries(nextBatches().map((batch) => [batch.delivery, JSON.stringify(batch)]));

export const map: EntryPoints.MapReduce.map = (context) => {
  const outcome = flushBatch(JSON.parse(context.value) as Batch);
  if (outcome?.is === 'refused') log.error({ title: 'Tieout: flush', details: outcome.problem });
};

export const summarize: EntryPoints.MapReduce.summarize = (summary) => {
  summary.mapSummary.errors.iterator().each((delivery, problem) => {
    log.error({ title: `Tieout: flush of ${delivery}`, details: problem });
    return true;
  });
};

export { waitingBatches as getInputData };
