// What a target holds of an entity and does not count any more: taken back there, or, once it is billed, finance's to
// decide. Part of the plan.
import { entities } from '../../shared/entities/_registry.ts';
import { billedControl, byHandControl, deletedControl, unwonControl, withdrawn } from './controls.ts';
import type { Answers } from './govern.ts';
import type { PlanBook, Target } from './plan-book.ts';
import type { CommandRow, PlanView } from './plan-view.ts';
import type { Encoded } from './translate.ts';
import type { HoldVerdict } from './verdicts.ts';

/** Why something does not count any more, and the control that says so. */
export type Taking = HoldVerdict & {
  /** It may count again, and somebody is asked whether it is to. */
  readonly mayCountAgain: boolean;
};

/** Its record was deleted where it is born. */
export const deletedTaking: Taking = {
  ...{ verdict: 'hold', control: deletedControl, owner: 'delivery', dueMinutes: 480, code: deletedControl },
  params: {},
  mayCountAgain: false,
};

/** The content of a command that withdraws. What people answer to it holds until the record counts again. */
export function withdrawing(encoded: Encoded): Encoded {
  const nothing = { wire: {}, initial: {}, carried: {}, missing: [], problems: [] };
  return { ...encoded, ...nothing, hash: withdrawn, content: withdrawn };
}

/** What finance may say, and what is waited for then. Asked for approval again, it is delivery's turn. */
const billedCodes: Readonly<Record<string, { readonly code: string; readonly owner: HoldVerdict['owner'] }>> = {
  credit: { code: 'awaiting-credit', owner: 'finance' },
  reapprove: { code: 'awaiting-reapproval', owner: 'delivery' },
};

export interface Withdrawing {
  readonly target: Target;
  readonly encoded: Encoded;
  readonly open: readonly CommandRow[];
  /** To the content as it is now. */
  readonly answers: Answers;
  /** To its withdrawal. */
  readonly choices: Answers;
  readonly taking: Taking;
}

/** `send` puts the command that withdraws, unless something keeps it. */
export function planWithdrawal(book: PlanBook, view: PlanView, one: Withdrawing, send: () => void): void {
  const { target, encoded, open, choices, taking } = one;
  if (target.link?.given === withdrawn) return stayWithdrawn(book, one);
  if (isKept(choices)) return book.drop(target, open, 'kept');
  const invoice = view.billedBy(target.entity);
  if (invoice !== null || target.record['isInvoiced'] === true) {
    const number = String(view.records.get(invoice ?? '')?.['number'] ?? '');
    return book.hold(target, withdrawing(encoded), open, billedVerdict(target, choices.get(billedControl), number));
  }
  // What lives on another's record goes with that.
  if (target.map.livesOn) return book.drop(target, open, 'with-its-host');
  if (target.map.withdrawal === null)
    return book.hold(target, withdrawing(encoded), open, byHandVerdict(target, taking));
  send();
}

/** A deal that is kept, though it is won no more, says nothing of other withdrawals. */
function isKept(choices: Answers): boolean {
  return [...choices].some(
    ([control, choice]) => control !== unwonControl && (choice === 'keep' || choice === 'rejected'),
  );
}

/** It is out of the books there. What may yet count again waits for its owner; the rest is done with. */
function stayWithdrawn(book: PlanBook, { target, encoded, open, answers, taking }: Withdrawing): void {
  book.giveBack(target);
  const { isReady } = entities[target.kind] as { isReady?: (record: never) => boolean };
  const isReadyAgain = taking.mayCountAgain && (isReady?.(target.record as never) ?? true);
  if (!isReadyAgain || answers.get(taking.control) === 'rejected') return book.drop(target, open, withdrawn);
  const { mayCountAgain: _may, ...verdict } = taking;
  book.hold(target, encoded, open, verdict);
}

function billedVerdict({ connection }: Target, answer: string | undefined, number: string): HoldVerdict {
  const { code, owner } = billedCodes[answer ?? ''] ?? { code: billedControl, owner: 'finance' as const };
  const params = { connection: connection.id, number };
  return { verdict: 'hold', control: billedControl, owner, dueMinutes: answer ? 2_400 : 480, code, params };
}

function byHandVerdict({ connection, link }: Target, taking: Taking): HoldVerdict {
  const params = { ...taking.params, connection: connection.id, recordId: link?.recordId ?? '' };
  const owner = connection.roles.includes('psa') ? 'delivery' : 'finance';
  return { verdict: 'hold', control: byHandControl, owner, dueMinutes: 480, code: byHandControl, params };
}
