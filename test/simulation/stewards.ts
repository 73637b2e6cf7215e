// The people who own holds: they look at what is open every few minutes and answer by what they know of the deal,
// never by when they happen to look.

import type { Connector } from '../../edge-worker/connectors/connector.ts';
import {
  billedControl,
  driftControl,
  guardControl,
  twoRecordsControl,
  unwonControl,
} from '../../edge-worker/flow/controls.ts';
import { rules } from '../../edge-worker/rules/_registry.ts';
import { holds } from '../../edge-worker/store/lane-schema.ts';
import { readRows, type StoredRow } from '../../edge-worker/store/rows.ts';
import type { Action } from '../../shared/actions.ts';
import type { Billing } from './billing.ts';
import type { Chronicle } from './chronicle.ts';
import type { Desk } from './desk.ts';
import { agreedContent, type Drift, drawDrift, unknownField } from './drift.ts';
import type { Fate } from './fates.ts';
import type { Deal, Erasure, Firm } from './firm.ts';
import type { LaneHost } from './lane-host.ts';
import { type MappingContent, publish } from './mapping.ts';
import type { Seat } from './systems.ts';
import type { World } from './world.ts';

export type Hold = StoredRow<typeof holds>;

const lookEveryMs = 120_000;
/** After this many answers to the same content the owner leaves it: it stays held, in his name. */
const answersMax = 6;
/** So long after the hub has come. */
export const ruleLiftedMs = 38 * 60_000;

/** What is said of what was taken back, by the fate of its deal. */
const reversals: Readonly<Record<string, Readonly<Partial<Record<Fate, Action>>>>> = {
  [billedControl]: { kept: 'keep', credited: 'credit', asked: 'reapprove' },
  [unwonControl]: { stopped: 'stop', upheld: 'keep' },
  [guardControl]: {},
};

export interface StewardOptions {
  readonly world: World;
  readonly host: LaneHost;
  readonly desk: Desk;
  readonly firm: Firm;
  readonly billing: Billing;
  readonly chronicle: Chronicle;
  readonly connectors: Readonly<Record<Seat, Connector>>;
  readonly log: (event: string, fields: Readonly<Record<string, string | number>>) => void;
}

export class Stewards {
  readonly #options: StewardOptions;
  readonly #answered = new Map<string, number>();
  readonly #drift: Drift | null;
  /** The mapping that names what has another name now is published. */
  #hasPublished = false;
  readonly #reworded = new Set<string>();
  /** Slot and content of everything that was rejected, and of everything that was let pass, for the oracle. */
  readonly rejected = new Set<string>();
  readonly approved = new Set<string>();

  constructor(options: StewardOptions) {
    this.#options = options;
    this.#drift = drawDrift(options.world.dice('drift'));
    this.#lookLater();
  }

  openHolds(): Hold[] {
    return readRows(this.#options.host.storage.sql, holds, 'ORDER BY id');
  }

  /** Whether somebody still has an answer to give. */
  get isDone(): boolean {
    return this.openHolds().every((hold) => hold.control !== driftControl && this.#answerTo(hold) === null);
  }

  dealOf(entity: string): Deal | undefined {
    const rows = this.#options.host.storage.sql
      .exec('SELECT canonical FROM entities WHERE id = ?', entity)
      .toArray() as { canonical: string }[];
    const record = JSON.parse(rows[0]?.canonical ?? '{}') as Record<string, unknown>;
    const { legalEntity, task, report, number, name } = record;
    const marks = [legalEntity, task, report, number, name].map((text) => String(text).replace(/^(INV|PAY)-/, ''));
    return this.#options.firm.deals.find(({ mark }) =>
      marks.some((text) => text === mark || text.startsWith(`${mark}-`)),
    );
  }

  #lookLater(): void {
    this.#options.world.after(lookEveryMs, () => {
      void this.#look();
      this.#lookLater();
    });
  }

  async #look(): Promise<void> {
    const { host, log } = this.#options;
    for (const hold of this.openHolds()) {
      this.#mend(hold);
      if (this.#isToBePublished(hold)) {
        await this.#publishAgreed();
        continue;
      }
      const given = this.#answerTo(hold);
      if (given === null) continue;
      this.#reword(hold);
      const key = keyOf(hold);
      const count = (this.#answered.get(key) ?? 0) + 1;
      const answer = { hold: hold.id, answer: given, by: 'owner', reason: `As agreed, ${count}` };
      // An object that dies of it may have written it down: from now on it has been said.
      if (given === 'approve') this.approved.add(key);
      // When the object dies of it, the owner finds the hold again, or does not.
      const result = await host.ask({ verb: 'answer', ...answer });
      if (!result?.ok) continue;
      const { id: exception, entity, madeMs: raisedMs } = hold;
      const at = { raisedMs, atMs: this.#options.world.ms };
      this.#options.chronicle.answered.push({ exception, entity, ...at, answer: given, reason: answer.reason });
      log('answer', {
        control: hold.control,
        code: hold.code,
        entity: hold.entity,
        connection: hold.connection,
        given,
      });
      this.#answered.set(key, count);
      if (given === 'reject') this.rejected.add(key);
    }
  }

  /** What the ledger refuses is said in other words, once. */
  #reword(hold: Hold): void {
    const deal = this.#isRefusedByRule(hold) ? this.dealOf(hold.entity) : undefined;
    if (deal?.refused !== 'reworded' || this.#reworded.has(deal.mark)) return;
    const isDone = this.#options.desk.edit({
      seat: 'psa',
      type: 'engagement',
      identity: deal.mark,
      values: { notes: 'Reworded' },
    });
    if (isDone) this.#reworded.add(deal.mark);
  }

  /** What was promised in the systems is done there, once. */
  #mend(hold: Hold): void {
    const { desk, billing } = this.#options;
    const deal = this.dealOf(hold.entity);
    if (hold.code === 'awaiting-credit' && deal) billing.rebill(deal);
    if (hold.code === 'awaiting-reapproval' && deal?.fated) {
      const entry = { seat: 'psa', type: 'hours', identity: deal.fated } as const;
      if (desk.row('psa', 'hours', deal.fated)?.['approval'] !== 'approved')
        desk.edit({ ...entry, values: { approval: 'approved' } });
    }
    const erasure = hold.control === guardControl ? this.#erasure : null;
    if (erasure && !erasure.isMeant) for (const task of erasure.tasks) desk.undelete('psa', 'hours', task);
  }

  get #erasure(): Erasure | null {
    return this.#options.firm.deals.find(({ erasure }) => erasure !== null)?.erasure ?? null;
  }

  #isRefusedByRule(hold: Hold): boolean {
    return (
      hold.connection === 'erp' && hold.control === 'refused' && !isOfFields(hold) && !/^(con|cus)_/.test(hold.entity)
    );
  }

  #answerTo(hold: Hold): Action | null {
    if (hold.control === 'connection') return 'retry';
    if (hold.control === twoRecordsControl) return 'this-one';
    if (hold.control === driftControl) return this.#agreesToFields(hold) ? this.#answerToFields() : null;
    if ((this.#answered.get(keyOf(hold)) ?? 0) >= answersMax) return null;
    const deal = this.dealOf(hold.entity);
    if (hold.control in reversals) return this.#answerToReversal(hold, deal);
    if (hold.control === 'deal-cut' && deal?.fate === 'cut-refused') return 'reject';
    const rule = rules.find((one) => one.name === hold.control);
    if (rule) {
      // What is missing in a sale is entered by those who sell: let pass meanwhile, it would be made as it is then.
      const isMissing = rule.keepsBack !== undefined;
      const isFine = !isMissing && !rule.name.startsWith('unapproved') && !rule.name.startsWith('unknown');
      if (isFine && rule.actions.includes('approve')) return 'approve';
      return null;
    }
    const refused = this.#isRefusedByRule(hold) ? deal?.refused : undefined;
    if (refused === 'rejected') return 'reject';
    const { ms, startMs } = this.#options.world;
    return refused === 'lifted' && ms < startMs + ruleLiftedMs ? null : 'retry';
  }

  /** Whoever administers the system is asked first; meanwhile what concerns these fields waits. */
  #agreesToFields({ madeMs }: Hold): boolean {
    return this.#options.world.ms >= madeMs + (this.#drift?.patienceMs ?? 0);
  }

  /** What has another name was mapped anew by then; where that was not seen yet, the system is asked once more. */
  #answerToFields(): Action {
    return this.#drift?.difference.how === 'renamed' ? 'retry' : 'accept-fields';
  }

  #isToBePublished(hold: Hold): boolean {
    const isRenamed = hold.control === driftControl && this.#drift?.difference.how === 'renamed';
    return isRenamed && !this.#hasPublished && this.#agreesToFields(hold);
  }

  async #publishAgreed(): Promise<void> {
    const drift = this.#drift;
    if (!drift) return;
    const connector = this.#options.connectors[drift.seat];
    const agreed = (content: MappingContent) => agreedContent(connector, drift, content);
    this.#hasPublished = await publish(this.#options, 'admin', agreed);
  }

  #answerToReversal({ control, code }: Hold, deal: Deal | undefined): Action | null {
    if (control === guardControl) return code === control && this.#erasure ? guarded(this.#erasure) : null;
    return code === control ? (reversals[control]?.[deal?.fate ?? 'none'] ?? null) : null;
  }
}

/** Nobody has ruled anything: the system did not understand the record. */
const isOfFields = ({ params }: Hold) =>
  (JSON.parse(params) as Readonly<Record<string, unknown>>)['code'] === unknownField;

const guarded = ({ isMeant }: Erasure): Action => (isMeant ? 'let-through' : 'mistake');

export function keyOf(hold: Pick<Hold, 'entity' | 'connection' | 'control' | 'hash'>): string {
  return `${hold.entity}|${hold.connection}|${hold.control}|${hold.hash}`;
}
