// Work laid out for a system that fetches it. In memory: what is not fetched is laid out anew after a restart, and what
// was fetched has its attempt on disk.
import type { Report, Work, WorkResult } from '../connectors/mailbox.ts';
import type { Write } from '../connectors/session.ts';
import { Fault } from '../faults.ts';

/** How long the system has to report what it fetched. */
export const leaseMs = 300_000;
/** Work that lay out longer is chosen and governed anew before it is handed over. */
const freshMs = 20_000;
/** After this long it is put back, whether anybody comes or not. */
const windowMs = 900_000;

interface Offer {
  readonly pieces: readonly Work[];
  readonly atMs: number;
  readonly results: Map<string, WorkResult>;
  /** Stamps that were fetched. */
  readonly taken: Set<string>;
  takenMs: number;
  readonly resolve: (results: readonly WorkResult[]) => void;
  readonly reject: (fault: Fault) => void;
}

export const isWrite = (piece: Work): piece is Write => 'wire' in piece;

export class Counter {
  readonly #offers = new Set<Offer>();
  readonly #nowMs: () => number;
  #arrived: (() => void)[] = [];

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Since when the oldest work lies here that nobody has fetched; null = there is none. */
  get waitsSinceMs(): number | null {
    const waiting = [...this.#offers].filter(({ taken }) => taken.size === 0);
    return waiting.length > 0 ? Math.min(...waiting.map(({ atMs }) => atMs)) : null;
  }

  offer(pieces: readonly Work[]): Promise<readonly WorkResult[]> {
    return new Promise((resolve, reject) => {
      const atMs = this.#nowMs();
      this.#offers.add({ pieces, atMs, results: new Map(), taken: new Set(), takenMs: 0, resolve, reject });
      for (const arrived of this.#arrived.splice(0)) arrived();
    });
  }

  /** Resolves with the next offer. */
  arrival(): Promise<void> {
    return new Promise((arrived) => this.#arrived.push(arrived));
  }

  /** Up to `limit` pieces of fresh work. `onTaken` hears, before they are handed over, what of each offer is out. */
  take(limit: number, onTaken: (stamps: readonly string[]) => void): readonly Work[] {
    this.expire();
    const nowMs = this.#nowMs();
    const handed: Work[] = [];
    for (const offer of this.#offers) {
      if (offer.taken.size === 0 && nowMs - offer.atMs > freshMs) {
        this.#end(offer);
        continue;
      }
      const left = offer.pieces.filter(({ stamp }) => !offer.taken.has(stamp)).slice(0, limit - handed.length);
      if (left.length === 0) continue;
      for (const { stamp } of left) offer.taken.add(stamp);
      onTaken([...offer.taken]);
      offer.takenMs = nowMs;
      handed.push(...left);
    }
    return handed;
  }

  /** What a report is about, if it is out with the system. */
  pieceOf(work: string): Work | null {
    for (const { pieces, taken } of this.#offers)
      if (taken.has(work)) return pieces.find(({ stamp }) => stamp === work) ?? null;
    return null;
  }

  /** The create that is out with the system for one of our entities: its record, told by the system, is its outcome. */
  createOf(recordType: string, externalId: string): Write | null {
    for (const { pieces, taken } of this.#offers)
      for (const piece of pieces)
        if (
          isWrite(piece) &&
          piece.recordId === null &&
          piece.recordType === recordType &&
          piece.externalId === externalId &&
          taken.has(piece.stamp)
        )
          return piece;
    return null;
  }

  report(work: Report['work'], result: WorkResult): void {
    for (const offer of this.#offers) {
      if (!offer.taken.has(work)) continue;
      offer.results.set(work, result);
      if (offer.results.size === offer.taken.size) this.#end(offer);
    }
  }

  /** Puts back what nobody fetched; what was fetched and not reported in time is in doubt. */
  expire(): void {
    const nowMs = this.#nowMs();
    for (const offer of this.#offers) {
      const isOut = offer.taken.size > 0;
      if (isOut ? nowMs - offer.takenMs >= leaseMs : nowMs - offer.atMs >= windowMs) this.#end(offer);
    }
  }

  #end(offer: Offer): void {
    this.#offers.delete(offer);
    const { pieces, taken, results } = offer;
    if (results.size < taken.size)
      return offer.reject(new Fault('uncertain', 'What was fetched has not been reported in time'));
    offer.resolve(pieces.map(({ stamp }) => results.get(stamp) ?? { outcome: 'not-attempted' }));
  }
}
