// What people take back: approvals before and after billing, hours that were deleted, deals that are lost or cut once
// their project was provisioned. Each waits until what it takes back has arrived where it is to be taken back from.
import type { Values } from './desk.ts';
import type { Diary } from './diary.ts';
import { isBilledFirst, isCut, isLost } from './fates.ts';
import { amountText, type Deal, minorOf } from './firm.ts';
import type { Seat } from './systems.ts';

export class Reversals {
  readonly #diary: Diary;

  constructor(diary: Diary) {
    this.#diary = diary;
  }

  plan(deal: Deal): void {
    const { mark, fate, fated, erasure } = deal;
    if (fated !== null) this.#revoke(deal, fated);
    if (erasure) this.#erase(erasure.tasks);
    if (isLost(fate)) {
      const lost = { won: false, phase: 'Closed Lost' };
      this.#edits(46, 50, 'crm', 'opportunity', mark, lost, () => this.#isProvisioned(mark));
    }
    if (isCut(fate)) {
      const amount = amountText(minorOf(deal.amount, deal.client.currency) / 2n, deal.client.currency);
      this.#edits(46, 50, 'crm', 'opportunity', mark, { amount }, () => this.#isProvisioned(mark));
    }
  }

  #revoke({ fate }: Deal, task: string): void {
    const isThere = () => {
      const posted = this.#diary.desk.row('erp', 'hours', task);
      return posted?.['approval'] === 'approved' && (!isBilledFirst(fate) || posted['billed'] === true);
    };
    const approval = this.#diary.dice.pick(['rejected', 'submitted', 'open']);
    this.#edits(44, 50, 'psa', 'hours', task, { approval }, isThere);
    if (fate !== 'renewed') return;
    const isTakenBack = () => this.#diary.desk.row('erp', 'hours', task)?.['withdrawn'] === true;
    this.#edits(50, 55, 'psa', 'hours', task, { approval: 'approved' }, isTakenBack);
  }

  #erase(tasks: readonly string[]): void {
    const { desk } = this.#diary;
    desk.plan(this.#diary.soon(46, 50), `psa erasure ${tasks.join()}`, `erase ${tasks.join()}`, () => {
      if (tasks.some((task) => desk.row('erp', 'hours', task) === undefined)) return false;
      for (const task of tasks) desk.remove('psa', 'hours', task);
      return true;
    });
  }

  #isProvisioned(mark: string): boolean {
    const { desk } = this.#diary;
    const places = [
      ...(['psa', 'erp'] as const).map((seat) => [seat, 'engagement'] as const),
      ...(['psa', 'erp'] as const).map((seat) => [seat, 'agreement'] as const),
    ];
    return places.every(([seat, type]) => desk.row(seat, type, mark) !== undefined);
  }

  #edits(
    from: number,
    to: number,
    seat: Seat,
    type: string,
    identity: string,
    values: Values,
    mayBegin: () => boolean,
  ) {
    this.#diary.edits(from, to, { seat, type, identity, values }, mayBegin);
  }
}
