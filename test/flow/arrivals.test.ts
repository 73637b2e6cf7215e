// Stamps are hints: clocks that are ten minutes off or set back, company time on the days it changes, a leap day, saves
// in one second. However late and in whatever order their notices arrive, the end is the same.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOrNull } from '../../edge-worker/connectors/codecs.ts';
import { at } from '../../edge-worker/connectors/connector.ts';
import type { maps as exampleMaps } from '../../edge-worker/connectors/example/map.ts';
import { client, LaneRig, RigSystem, rigMaps } from '../support/lane-rig.ts';

const customer = rigMaps.customer as typeof exampleMaps.customer;
const maps = { ...rigMaps, customer: { ...customer, fields: { ...customer.fields, terms: at('terms', textOrNull) } } };

/** Half an hour before the clocks of a company in Berlin change, before a leap day ends, and of any other day. */
const evenings = ['2027-10-31T00:30:00Z', '2027-03-28T00:30:00Z', '2028-02-29T22:30:00Z', '2027-05-03T08:00:00Z'];
const skewMs = 600_000;

const save = fc.record({
  seat: fc.constantFrom('crm', 'crm', 'erp'),
  field: fc.constantFrom('name', 'phone', 'terms'),
  value: fc.constantFrom('a', 'b', 'c', 'd'),
  /** Since the save before. */
  afterMs: fc.constantFrom(0, 400, 1_000, 30_000, 1_900_000),
  clockMs: fc.constantFrom(0, 0, -skewMs, skewMs),
  /** How many saves are made before the notice of this one arrives, and how often it comes. */
  late: fc.nat({ max: 6 }),
  times: fc.constantFrom(1, 1, 2),
});
/** Somebody who writes over the owner's word again and again is a loop, and another story. */
const oversteps = (saves: readonly Save[]) =>
  saves.filter(({ seat, field }) => (seat === 'erp') !== (field === 'terms'));
type Save = typeof save extends fc.Arbitrary<infer Value> ? Value : never;

const formatter = new Intl.DateTimeFormat('sv-SE', {
  ...{ timeZone: 'Europe/Berlin', dateStyle: 'short', timeStyle: 'medium' },
});
/** `20271031023000`: the company's own clock, whole seconds, no offset. Twice in one night where it is set back. */
const companyTime = (ms: number) => formatter.format(ms).replace(/\D/g, '');

class Night {
  readonly systems = { crm: new RigSystem(), erp: new RigSystem() };
  readonly rig = new LaneRig({
    crm: { system: this.systems.crm, roles: ['crm'], maps },
    erp: { system: this.systems.erp, roles: ['erp'], maps },
  });

  async begin(evening: string): Promise<void> {
    this.rig.nowMs = Date.parse(evening);
    this.save('crm', 'a', client('Acme'), 0);
    await this.rig.notice('crm', 'client', 'a');
    await this.rig.pass(60_000);
  }

  idIn(seat: 'crm' | 'erp'): string {
    return [...this.systems[seat].rows.values()][0]?.recordId ?? '';
  }

  save(seat: 'crm' | 'erp', id: string, wire: object, clockMs: number): void {
    const system = this.systems[seat];
    const before = system.rows.get(`client|${id}`);
    const row = system.put('client', id, { ...before?.wire, ...wire }, before?.externalId ?? null);
    system.rows.set(`client|${id}`, { ...row, version: companyTime(this.rig.nowMs + clockMs) });
  }

  async live(saves: readonly Save[], isInOrder: boolean): Promise<void> {
    const due: { readonly at: number; readonly seat: 'crm' | 'erp' }[] = [];
    for (const [step, { seat, field, value, afterMs, clockMs, late, times }] of saves.entries()) {
      this.rig.nowMs += afterMs;
      this.save(seat, this.idIn(seat), { [field]: value }, clockMs);
      for (let time = 0; time < times; time++) due.push({ at: step + (isInOrder ? 0 : late + time), seat: seat });
      await this.arrive(due.filter((one) => one.at === step));
    }
    // The latest first.
    await this.arrive(due.filter((one) => one.at >= saves.length).sort((one, other) => other.at - one.at));
    for (let minute = 0; minute < 4; minute++) await this.rig.pass(60_000);
  }

  async arrive(notices: readonly { readonly seat: 'crm' | 'erp' }[]): Promise<void> {
    for (const { seat } of notices) this.rig.tell(seat, 'client', this.idIn(seat));
    await this.rig.settle();
  }

  /** What both systems and the lane hold, and who is asked. */
  outcome() {
    const held = ({ rows }: RigSystem) => [...rows.values()].map(({ wire }) => wire);
    const known = this.rig.rows('SELECT canonical FROM entities').map((row) => JSON.parse(String(row['canonical'])));
    return { crm: held(this.systems.crm), erp: held(this.systems.erp), known, holds: this.rig.held() };
  }
}

describe('Saves whose stamps tell little', () => {
  it('end alike however late, doubled and shuffled their notices arrive: the last word of each owner everywhere', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...evenings),
        fc.array(save, { minLength: 2, maxLength: 7 }).filter((saves) => oversteps(saves).length <= 2),
        async (evening, saves) => {
          const [ordered, shuffled] = [new Night(), new Night()];
          for (const [night, isInOrder] of [
            [ordered, true],
            [shuffled, false],
          ] as const) {
            await night.begin(evening);
            await night.live(saves, isInOrder);
          }
          const lastOf = (seat: string, field: string) =>
            saves.findLast((one) => one.seat === seat && one.field === field)?.value;
          const last = {
            name: lastOf('crm', 'name') ?? 'Acme',
            phone: lastOf('crm', 'phone') ?? '1',
            ...(lastOf('erp', 'terms') && { terms: lastOf('erp', 'terms') }),
          };
          expect(shuffled.outcome()).toEqual(ordered.outcome());
          expect(shuffled.outcome()).toMatchObject({ crm: [last], erp: [last], known: [last], holds: [] });
        },
      ),
      // Each run lives two nights: a failure is shown as it was found, before the time is over.
      { numRuns: 12, endOnFailure: true },
    );
  });

  it('and a save that looks ten minutes older than one seen in the same millisecond is not lost', async () => {
    const night = new Night();
    await night.begin('2027-05-03T08:00:00Z');
    const meanwhile = { afterMs: 0, late: 0, times: 1 } as const;
    await night.live(
      [
        { ...meanwhile, seat: 'crm', field: 'name', value: 'a', clockMs: skewMs },
        { ...meanwhile, seat: 'crm', field: 'name', value: 'b', clockMs: 0 },
      ],
      true,
    );
    expect(night.outcome()).toMatchObject({ crm: [{ name: 'b' }], erp: [{ name: 'b' }], known: [{ name: 'b' }] });
  });
});
