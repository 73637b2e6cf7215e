// Exact figures and ordered pages, against plain models of what they should do.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical, durationOfHours, fromMinor, hoursOfDuration, timesMinor, toMinor } from './decimals.ts';
import { type Entry, Shelf } from './shelf.ts';

test.each([
  ['0.005', 2, '0.01'],
  ['-0.005', 2, '-0.01'],
  ['1.0049', 2, '1.00'],
  ['18517.5', 0, '18518'],
  ['99999999999999999.995', 2, '100000000000000000.00'],
])('%s rounds to %i digits as %s', (figure, scale, rounded) => {
  expect(fromMinor(toMinor(figure, scale), scale)).toBe(rounded);
});

test.each([
  ['007.50', '7.5'],
  ['-0.0', '0'],
  [0.1, '0.1'],
  ['1e3', null],
  ['1,5', null],
  ['', null],
])('%s is kept as %s', (raw, kept) => {
  expect(canonical(raw)).toBe(kept);
});

test('durations of whole minutes come back as they went in', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), (minutes) => {
      const duration = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
      expect(durationOfHours(hoursOfDuration(duration) ?? '')).toBe(duration);
    }),
  );
});

test('a product is rounded once, half away from zero', () => {
  const cents = fc.bigInt({ min: -1_000_000_000_000n, max: 1_000_000_000_000n });
  fc.assert(
    fc.property(cents, fc.bigInt({ min: 0n, max: 10n ** 6n }), (a, b) => {
      const exact = a * b;
      const size = exact < 0n ? -exact : exact;
      const rounded = (size + 50n) / 100n;
      expect(timesMinor(fromMinor(a, 2), fromMinor(b, 2), 2)).toBe(exact < 0n ? -rounded : rounded);
    }),
  );
});

const entryOf = (serial: number, stampMs: number): Entry => ({
  type: 'job',
  id: String(serial),
  serial,
  externalId: null,
  values: {},
  sublists: {},
  createdMs: 0,
  stampMs,
});

test('both orders of a shelf stay true through creates, changes, deletes and a clock that jumps', () => {
  const step = fc.record({
    kind: fc.constantFrom('create', 'change', 'remove'),
    pick: fc.nat(40),
    tick: fc.integer({ min: -2, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.nat(60), (steps, from) => {
      const shelf = new Shelf();
      const model = new Map<number, Entry>();
      let last = 0;
      let stampMs = 50;
      for (const { kind, pick, tick } of steps) {
        stampMs += tick;
        if (kind === 'remove') {
          shelf.remove(String(pick));
          model.delete(pick);
          continue;
        }
        const serial = kind === 'create' ? ++last : pick;
        if (kind === 'change' && !model.has(pick)) continue;
        const entry = entryOf(serial, stampMs);
        shelf.put(entry);
        model.set(serial, entry);
      }
      const seen: string[] = [];
      shelf.scanChanges(from, 5, (entry) => {
        seen.push(entry.id);
        return true;
      });
      const wanted = [...model.values()]
        .filter((entry) => entry.stampMs > from || (entry.stampMs === from && entry.serial > 5))
        .sort((a, b) => a.stampMs - b.stampMs || a.serial - b.serial);
      expect(seen).toEqual(wanted.map((entry) => entry.id));
      const ids = [...model.keys()].sort((a, b) => a - b).map(String);
      expect(shelf.page(1, 3).map((entry) => entry.id)).toEqual(ids.slice(1, 4));
    }),
  );
});
