// What a caller hears when something went wrong behind the door.
import type { Context as Ports } from '../context.ts';
import { log } from '../platform/log.ts';
import { ArchiveUnavailable } from '../store/archive.ts';
import { RecordUnavailable } from '../store/flush.ts';
import { ProblemError, problemReply } from './problems.ts';

/** Whatever goes wrong behind the door is a problem: known ones as they are, D1 or R2 away as 503, the rest logged. */
export function failed(error: Error, ports: Ports, path: string): Response {
  if (error instanceof ProblemError) return problemReply(error);
  if (error instanceof RecordUnavailable || error instanceof ArchiveUnavailable) {
    return problemReply(
      new ProblemError('record-unavailable', 'The record cannot be read just now.', {
        headers: { 'retry-after': '30' },
      }),
    );
  }
  const instance = ports.makeId('req');
  log('request-failed', { instance, path, message: error.stack ?? error.message });
  return problemReply(new ProblemError('unexpected', 'Something went wrong on our side.'), instance);
}
