// Single values, without a server: ids, literals, amounts, the rate card, what may stay unsaid, error codes, serials.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { moneyOf } from '../../../shared/money.ts';
import { CodecError } from '../codecs.ts';
import { faultOf, refusalOf } from '../kits/salesforce-rest-faults.ts';
import { amountBeside, id18, inLots, soqlText } from '../kits/salesforce-rest-values.ts';
import { billingMode, billingSchedule, oneRate, pricingModel, rateCard } from './codecs.ts';
import { hasNumber, withNumbers } from './number-ranges.ts';

describe('a record id', () => {
  test('is kept in 18 characters, with a checksum that tells upper from lower case', () => {
    expect(id18('00D5g00000ABCDE')).toBe('00D5g00000ABCDEEA5');
    expect(id18('00D5g00000ABCDEEA5')).toBe('00D5g00000ABCDEEA5');
  });

  test.each(['', '1', '00D5g00000ABCDEEA4', "00D5g00000ABCD'", '00D5g00000ABCDEE', null, 7])('%j is none', (text) => {
    expect(id18(text)).toBeNull();
  });
});

describe('a query', () => {
  test('cannot be broken by a value', () => {
    expect(soqlText("O'Brien \\ Co\n")).toBe("'O\\'Brien \\\\ Co\\n'");
  });

  test('is split before its address grows too long, and no value is lost', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 20 }), (values, countMax) => {
        const lots = inLots(values, countMax, 60);
        expect(lots.flat()).toEqual(values);
        expect(lots.every((lot) => lot.length >= 1 && lot.length <= countMax)).toBe(true);
      }),
    );
  });
});

describe('an amount', () => {
  const amount = amountBeside('CurrencyIsoCode');

  test('goes out as a number and comes back exactly, whatever the currency', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }),
        fc.constantFrom('EUR', 'JPY', 'BHD'),
        (minor, currency) => {
          const money = moneyOf(minor, currency);
          expect(amount.decode(amount.encode(money), { CurrencyIsoCode: currency })).toEqual(money);
        },
      ),
    );
  });

  test('with more digits than their servers keep is refused rather than rounded', () => {
    expect(() => amount.encode(moneyOf('1234567890123456', 'EUR'))).toThrow(CodecError);
  });
});

describe('the rate card', () => {
  test('is one line per product: role, rate per hour, hours', () => {
    const lines = [
      { role: 'Senior Consultant', rate: '185', hours: '160', description: null },
      { role: 'Consultant', rate: '142.5', hours: '0.25', description: 'Nights' },
    ];
    expect(rateCard.decode(rateCard.encode(lines), {})).toEqual(lines);
    expect(rateCard.decode(null, {})).toEqual([]);
  });

  test('with a line that names no product is refused, because its hours would have no role', () => {
    expect(() => rateCard.decode([{ Product2: null, UnitPrice: 1, Quantity: 1 }], {})).toThrow(CodecError);
  });
});

describe('the billing schedule', () => {
  const record = { CurrencyIsoCode: 'BHD' };
  const schedule = [{ name: 'Go-live', dueOn: '2026-11-20', amount: moneyOf(1_200_500n, 'BHD') }];
  const roles = [{ role: 'Consultant', rate: '142.5', hours: '12', description: null }];

  test('is the product lines that have a date; the others are the rate card', () => {
    const lines = [...(billingSchedule.encode(schedule) as unknown[]), ...(rateCard.encode(roles) as unknown[])];
    expect(billingSchedule.decode(lines, record)).toEqual(schedule);
    expect(rateCard.decode(lines, record)).toEqual(roles);
  });

  test('calls a line without a description by its product', () => {
    const line = { Product2: { Name: 'Phase 1' }, ServiceDate: '2026-11-20', UnitPrice: 5, Quantity: 1, TotalPrice: 5 };
    expect(billingSchedule.decode([line], record)).toMatchObject([{ name: 'Phase 1' }]);
  });
});

test('A change order adds one line to the rate card, or none', () => {
  expect(oneRate.decode('Architect', { tieout__Rate__c: 210.5, tieout__Hours__c: 24 })).toEqual([
    { role: 'Architect', rate: '210.5', hours: '24', description: null },
  ]);
  expect(oneRate.decode(null, {})).toEqual([]);
  expect(() => oneRate.decode('Architect', { tieout__Rate__c: null })).toThrow(CodecError);
});

describe('how a deal is billed', () => {
  test('may stay unsaid until it is won', () => {
    expect([pricingModel.decode(null, { IsWon: false }), billingMode.decode(null, { IsWon: false })]).toEqual([
      'time-and-materials',
      'erp',
    ]);
    expect(() => pricingModel.decode(null, { IsWon: true })).toThrow(CodecError);
    expect(() => billingMode.decode(null, { IsWon: true })).toThrow(CodecError);
  });

  test('is never guessed from a word that is not in the table', () => {
    expect(() => pricingModel.decode('retainer', { IsWon: false })).toThrow(CodecError);
  });
});

describe('an error of theirs', () => {
  const answer = (status: number, errorCode: string, message = '') => ({
    status,
    text: JSON.stringify([{ errorCode, message }]),
  });

  test.each([
    [403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', 'throttled', 900_000],
    [403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded', 'throttled', 5_000],
    [503, 'SERVER_UNAVAILABLE', '', 'unreachable', null],
    [400, 'INVALID_FIELD', "No such column 'X__c'", 'schema-changed', null],
    [400, 'UNABLE_TO_LOCK_ROW', '', 'locked', null],
    [403, 'API_DISABLED_FOR_ORG', '', 'unauthorised', null],
    [400, 'A_CODE_NOBODY_KNOWS', '', 'unreadable', null],
  ] as const)('%i %s "%s" is %s', (status, code, message, fault, retryAfterMs) => {
    expect(faultOf(answer(status, code, message), false)).toMatchObject({
      code: fault,
      retryAfterMs,
      vendorCode: code,
    });
  });

  test('without a code leaves a write uncertain when a gateway may have lost its answer', () => {
    const page = { status: 502, text: '<html></html>' };
    expect([faultOf(page, true).code, faultOf(page, false).code]).toEqual(['uncertain', 'unreachable']);
  });

  test('on a record that fell with its neighbour is no refusal', () => {
    expect(refusalOf([{ statusCode: 'PROCESSING_HALTED', message: '' }], null)).toBeNull();
  });

  test('on our own id means that somebody was faster, on another unique field that a person must choose', () => {
    const taken = (field: string) => [
      {
        statusCode: 'DUPLICATE_VALUE',
        message: `duplicate value found: ${field} duplicates value on record with id: a025g000001`,
        fields: [],
      },
    ];
    expect(refusalOf(taken('tieout__Tieout_Id__c'), 'tieout__Tieout_Id__c')?.code).toBe('conflict');
    expect(refusalOf(taken('Tax_Id__c'), 'tieout__Tieout_Id__c')).toMatchObject({
      code: 'rejected',
      fields: ['Tax_Id__c'],
    });
  });
});

describe('serial numbers that were seen', () => {
  test('are remembered exactly, in as few ranges as there are gaps', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 })), fc.array(fc.integer({ min: 0, max: 60 })), (a, b) => {
        const ranges = withNumbers(withNumbers([], a, 100), b, 100);
        const all = new Set([...a, ...b]);
        for (let value = 0; value <= 60; value++) expect(hasNumber(ranges, value)).toBe(all.has(value));
        const starts = [...all].filter((value) => !all.has(value - 1));
        expect(ranges).toHaveLength(starts.length);
      }),
    );
  });

  test('are forgotten from the lowest on when there are too many gaps', () => {
    expect(withNumbers([], [1, 3, 5, 7], 2)).toEqual([
      [5, 5],
      [7, 7],
    ]);
  });
});
