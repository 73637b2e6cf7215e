// What a person says to a hold: approve, reject, or try again. One lane transaction with an audit row.

import { type Action, actions } from '../../shared/actions.ts';
import { rules } from '../rules/_registry.ts';
import { type RecordTable, recordTables } from '../store/flush-rows.ts';
import { approvals, commands } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { readRows, writeRows } from '../store/rows.ts';
import { answerDestination, destinationControl } from './alert-settings.ts';
import { askAgain } from './ask-again.ts';
import { tellAudit } from './audit.ts';
import { actionsOf, isUsual, outcomeOf } from './choices.ts';
import { resumeConnection } from './connection-care.ts';
import { driftControl, lostControl, stoppedControl, twoRecordsControl, withdrawn } from './controls.ts';
import type { LaneCore } from './core.ts';
import { answerDeletion, deletionControls } from './deletion-answers.ts';
import { answerDrift } from './drift.ts';
import { planSafely } from './guard.ts';
import { answerGuilty } from './guilty-rows.ts';
import { type Owners, openHold } from './hold-care.ts';
import { closeHold, type HoldRow } from './holds.ts';
import { failedControl, steerJobIn } from './job-book.ts';
import { move } from './lifecycle.ts';
import { answerTwoRecords } from './merges.ts';
import { plan } from './plan.ts';
import { StewardError } from './steward.ts';
import { answerSubscriber, isOfSubscriber } from './subscribe.ts';
import { doubtedAnew } from './uncertainty.ts';

/**
 * A person's answer to a hold. It holds for exactly the content the hold was raised for; retry looks again.
 */
export function answer(
  core: LaneCore,
  hold: string,
  given: Action,
  by: string,
  reason: string,
  owners: Owners = null,
): void {
  const row = openHold(core, hold, owners);
  const allowed = actionsOf(row.control);
  if (!allowed.includes(given))
    throw new StewardError(
      'action-not-offered',
      `${row.control} cannot be answered with ${given}.`,
      `Choose one of: ${allowed.join(', ')}.`,
    );
  if (isAmending(row.control, given) && amendsOf(row, given) === null)
    throw new StewardError(
      'action-not-offered',
      `"${actions[given].title}" is not possible here.`,
      'Choose another answer, or mend what it says above.',
    );
  if (actions[given].needsReason && reason.trim() === '')
    throw new StewardError('reason-missing', `"${actions[given].title}" needs a reason.`, 'Say why this is right.');
  if (row.control === stoppedControl) return resumeConnection(core, row.connection, by);
  if (row.control === destinationControl) return answerDestination(core, row, given === 'retry', by);
  if (isOfSubscriber(row)) return answerSubscriber(core, row, given === 'retry', by, reason);
  if (row.control === driftControl) return answerFields(core, row, given, by, reason);
  if (row.control === 'poison-row') return answerKept(core, row, given, by, reason);
  if (row.control === lostControl) return answerLost(core, row, given, by, reason);
  if (row.control === failedControl) return answerFailedJob(core, row, given, by, reason);
  if (deletionControls.has(row.control)) return answerDeletion(core, row, given, by, reason);
  if (row.control === twoRecordsControl) return answerTwoRecords(core, row, given, by, reason);
  if (given === 'retry' && unknownOutcomes.has(row.control)) return lookAgain(core, row, by, reason);
  core.store.transaction((tx) => {
    // "Retry" of what a target refused is an approval to send the same content again; settle takes it back when it is
    // refused again.
    const outcome = outcomeOf(given);
    const isLook = given === 'retry' && rules.some((rule) => rule.name === row.control);
    if (given === 'done') markWithdrawn(tx, row);
    else if (!isLook) {
      const { entity, connection, control, hash } = row;
      const amends = amendsOf(row, given);
      writeRows(
        tx.sql,
        approvals,
        [{ entity, connection, control, hash, outcome, by, reason, atMs: tx.atMs, amends }],
        'replace',
      );
    }
    closeHold(tx, row, by, reason);
    // Whoever lets a loop go on gives it a fresh count; if it is one, it is stopped again.
    if (row.control === 'write-loop' && given === 'retry') forgetWrites(tx, row);
    askAgain(tx, core.wiring, row);
    tellAudit(core, tx, by, `hold-${given}`, hold, { control: row.control, entity: row.entity, reason });
    if (row.part !== 'plan') plan(core.planContext(tx), [row.entity]);
  });
  // Whatever kept it from being planned may still be there: then it is held again.
  if (row.part === 'plan') planSafely(core, [row.entity]);
}

/** The actions of a control's own that change the content: all but the usual ones and those that wait. */
function isAmending(control: string, given: Action): boolean {
  const rule = rules.find(({ name }) => name === control);
  return rule !== undefined && !isUsual(given) && rule.awaits?.[given] === undefined;
}

/** What the person was shown, and nothing worked out since. */
function amendsOf(row: HoldRow, given: Action): string | null {
  const offered = row.amends === null ? {} : (JSON.parse(row.amends) as Record<string, unknown>);
  return offered[given] === undefined ? null : JSON.stringify(offered[given]);
}

/** Holds behind which a write may have taken effect: retry means to look once more, never to send again. */
const unknownOutcomes: ReadonlySet<string> = new Set(['two-found', 'uncertain-too-long', 'settle-failed']);

function lookAgain(core: LaneCore, row: HoldRow, by: string, reason: string): void {
  const { entity, connection, recordType, part } = row;
  core.store.transaction((tx) => {
    const held = readRows(
      tx.sql,
      commands,
      "WHERE entity = ? AND connection = ? AND record_type = ? AND part = ? AND state = 'held'",
      entity,
      connection,
      recordType,
      part,
    );
    move('held', 'uncertain');
    const patience = { settleMs: core.wiring.connections.get(connection)?.connector.settleMs };
    const uncertain = held.map((one) => doubtedAnew(one, patience, tx.atMs));
    writeRows(tx.sql, commands, uncertain, 'replace');
    closeHold(tx, row, by, reason);
    tellAudit(core, tx, by, 'hold-retry', row.id, { control: row.control, entity, reason });
  });
}

/** A row that D1 would not take. Links, billed lines and the audit are never let go of. */
function answerKept(core: LaneCore, row: HoldRow, given: Action, by: string, reason: string): void {
  const isVital = recordTables[row.recordType as RecordTable].isVital;
  if (given === 'reject' && isVital)
    throw new StewardError(
      'action-not-offered',
      `A row of ${row.recordType} cannot be given up.`,
      'Mend the cause and retry.',
    );
  core.store.transaction((tx) => {
    answerGuilty(tx, row, given === 'reject');
    closeHold(tx, row, by, reason);
    tellAudit(core, tx, by, `hold-${given}`, row.id, { control: row.control, entity: row.entity, reason });
  });
}

/** Made anew, or not wanted any more. */
function answerLost(core: LaneCore, row: HoldRow, given: Action, by: string, reason: string): void {
  core.store.transaction((tx) => {
    closeHold(tx, row, by, reason);
    tellAudit(core, tx, by, `hold-${given}`, row.id, { control: row.control, entity: row.entity, reason });
  });
}

function answerFailedJob(core: LaneCore, row: HoldRow, given: Action, by: string, reason: string): void {
  core.store.transaction((tx) => {
    steerJobIn(core, tx, row.entity, given === 'retry' ? 'resume' : 'cancel', by);
    tellAudit(core, tx, by, `hold-${given}`, row.id, { control: row.control, entity: row.entity, reason });
  });
}

function answerFields(core: LaneCore, row: HoldRow, given: Action, by: string, reason: string): void {
  core.store.transaction((tx) => {
    answerDrift(tx, row, given === 'accept-fields', by, reason);
    tellAudit(core, tx, by, `hold-${given}`, row.id, { control: row.control, entity: row.entity, reason });
  });
}

/** Taken back by hand: the target holds nothing of it that counts. */
function markWithdrawn(tx: LaneTransaction, { entity, connection, recordType, part }: HoldRow): void {
  const query = 'UPDATE links SET given = ? WHERE entity = ? AND connection = ? AND record_type = ? AND part = ?';
  tx.sql.exec(query, withdrawn, entity, connection, recordType, part);
}

function forgetWrites(tx: LaneTransaction, { entity, connection, recordType, part }: HoldRow): void {
  const query = 'UPDATE links SET writes = NULL WHERE entity = ? AND connection = ? AND record_type = ? AND part = ?';
  tx.sql.exec(query, entity, connection, recordType, part);
}
