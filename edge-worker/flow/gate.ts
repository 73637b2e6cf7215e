// Whether a target takes anything of a kind at all, and whether a record may be made there: flows, cut-over, readiness.
import { entities } from '../../shared/entities/_registry.ts';
import type { Absences } from './absences.ts';
import type { Target } from './plan-book.ts';
import type { PlanView } from './plan-view.ts';
import { othersTaking, toldOf } from './who-bills.ts';
import type { Wiring } from './wiring.ts';
import type { Taking } from './withdrawals.ts';

export class Gate {
  readonly #wiring: Wiring;
  readonly #absences: Absences;
  readonly #view: PlanView;

  constructor(wiring: Wiring, absences: Absences, view: PlanView) {
    this.#wiring = wiring;
    this.#absences = absences;
    this.#view = view;
  }

  isObserved({ connection, kind }: Target): boolean {
    return this.#wiring.flow(connection.id, kind).state === 'observe';
  }

  /** While a match is not accepted the connection is only read. */
  isClosed({ connection, kind }: Target): boolean {
    return this.#wiring.flow(connection.id, kind).state === 'matching';
  }

  /** Somebody else bills it, and bills are all that this system has to do with it. */
  takenByOthers(target: Target): Taking | null {
    return toldOf(this.#view, target, target.connection.roles) === null ? othersTaking : null;
  }

  /** Creates that may not start: not ready, before the cut-over, or where the hub never creates. */
  isBarred(target: Target): boolean {
    const { isReady, dayOf } = entities[target.kind] as { isReady?: (record: never) => boolean; dayOf?: string };
    const isWanted = target.map.isWanted(target.record);
    this.#wiring.noteWanted(target.entity, target.connection.id, isWanted);
    if (isReady && !isReady(target.record as never)) return true;
    if (this.#absences.isDeleted(target.entity) || this.takenByOthers(target)) return true;
    if ((!target.map.canCreate && !target.map.livesOn) || !isWanted) return true;
    const { cutoverOn } = this.#wiring.flow(target.connection.id, target.kind);
    const day = dayOf ? target.record[dayOf] : null;
    return cutoverOn !== null && typeof day === 'string' && day < cutoverOn;
  }
}
