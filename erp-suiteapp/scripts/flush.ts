// The flush: waiting rows in batches, each sent by itself; whatever is not sent stays for the next flush or a drain.
import { type EnvelopeNotice, noticesMax } from '../../shared/wire/envelope.ts';
import { nowMs, nowText } from './clock.ts';
import { accountId } from './environment.ts';
import { countTries, markSent, waitingRows } from './outbox.ts';
import { type Batch, type Outcome, sendBatch } from './sending.ts';
import { changeSettings, readSettings, type Settings } from './settings.ts';
import { fingerprint } from './signing.ts';

/** A flush takes no more; the next one, or the hub's own drain, takes the rest. */
const rowsMax = 2000;

function isReady(settings: Settings | null): settings is Settings {
  if (settings?.state !== 'connected' || settings.key === '') return false;
  return settings.pausedUntil === '' || settings.pausedUntil <= nowText();
}

/** 20 units. Until a signature was accepted once, an empty batch goes out: the settings page waits for its answer. */
export function nextBatches(): Batch[] {
  const settings = readSettings();
  if (!isReady(settings)) return [];
  const rows = waitingRows(0, rowsMax);
  if (rows.length === 0) {
    return settings.proven === '' ? [{ delivery: `${accountId()}-hello-${nowMs()}`, notices: [] }] : [];
  }
  const batches: Batch[] = [];
  for (let at = 0; at < rows.length; at += noticesMax) {
    const notices = rows.slice(at, at + noticesMax);
    batches.push(batchOf(notices));
  }
  return batches;
}

/** A batch is named by the rows in it, so that sending them again is the same delivery. */
export function batchOf(notices: readonly EnvelopeNotice[]): Batch {
  const ids = notices.map(({ id }) => id).join(',');
  return { delivery: `${accountId()}-${notices[0]?.id}-${fingerprint(ids)}`, notices };
}

/**
 * 20 units, and 2 a row. The settings are read anew for each, so that one refusal stops the rest. A batch that is run
 * again after a crash is the same delivery to the hub.
 */
export function flushBatch(batch: Batch): Outcome | null {
  const settings = readSettings();
  if (!isReady(settings)) return null;
  const outcome = sendBatch(settings, batch);
  const ids = batch.notices.map(({ id }) => id);
  if (outcome.is === 'sent') {
    markSent(ids);
    if (settings.proven === '' || settings.problem !== '') {
      changeSettings(settings.id, { proven: settings.proven || nowText(), problem: '', pausedUntil: '' });
    }
  } else if (outcome.is === 'ended') {
    changeSettings(settings.id, { state: 'ended', problem: '' });
  } else {
    countTries(ids);
    const pausedUntil = new Date(nowMs() + outcome.pauseMs).toISOString();
    changeSettings(settings.id, { pausedUntil, problem: outcome.problem.slice(0, 300) });
  }
  return outcome;
}
