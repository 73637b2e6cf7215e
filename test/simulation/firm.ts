// A small professional-services firm, drawn from a seed: whom it sells to, what it sells, who works on it. Pure: what
// happens is in days.ts.
import type { Dice } from './world.ts';

export interface Currency {
  readonly code: string;
  readonly exponent: number;
}

export interface Client {
  readonly number: string;
  readonly name: string;
  readonly currency: Currency;
  /** All three systems held it before the hub came. */
  readonly isOld: boolean;
}

export interface Hours {
  readonly task: string;
  readonly mail: string;
  readonly day: string;
  /** Hundredths of an hour. */
  readonly hundredths: number;
  readonly job: string;
  /** Hundredths of the currency's unit, as the rate card says; `isOdd` entries carry another one. */
  readonly price: string;
  /** As it was entered at first: somebody thinks of another one after it was approved; `price` is the last word. */
  readonly firstPrice: string;
  readonly isBillable: boolean;
  readonly isOdd: boolean;
  readonly end: 'approved' | 'rejected' | 'submitted';
}

export interface Deal {
  /** Known by it in every system: opportunity, project, contract. */
  readonly mark: string;
  readonly client: Client;
  readonly isWon: boolean;
  /** A rule of the ledger's account refuses it until a person decides. */
  readonly refused: 'no' | 'lifted' | 'reworded' | 'rejected';
  readonly amount: string;
  readonly hours: readonly Hours[];
}

export interface Person {
  readonly mail: string;
  readonly name: string;
  readonly job: string;
}

export interface Firm {
  readonly clients: readonly Client[];
  readonly people: readonly Person[];
  readonly deals: readonly Deal[];
}

/** What the ledger's rule refuses in a project's notes. */
export const refusedTextOf = (mark: string) => `NO-GO for ${mark}`;

const currencies: readonly Currency[] = [
  { code: 'EUR', exponent: 2 },
  { code: 'USD', exponent: 2 },
  { code: 'JPY', exponent: 0 },
  { code: 'KWD', exponent: 3 },
];

export const rateCard: readonly { readonly job: string; readonly price: string }[] = [
  { job: 'Consultant', price: '142.50' },
  { job: 'Senior Consultant', price: '185' },
];

export function drawFirm(dice: Dice): Firm {
  const hasPast = dice.hits(0.3);
  const clients = count(dice.between(2, 4)).map((index) => ({
    isOld: hasPast && index === 1,
    number: `C-${index}`,
    name: `Client ${index} ${dice.pick(['GmbH', 'Ltd', 'SARL', 'KK'])}`,
    currency: dice.pick(currencies),
  }));
  const people = count(3).map((index) => ({
    mail: `person${index}@firm.example`,
    name: `Person ${index}`,
    job: (rateCard[index % 2] as { job: string }).job,
  }));
  const deals = count(dice.between(2, 4)).map((index): Deal => {
    const client = dice.pick(clients);
    const mark = `D-${index}`;
    const isWon = dice.hits(0.85);
    const refused = dice.hits(0.25) ? dice.pick(['lifted', 'reworded', 'rejected'] as const) : 'no';
    const worked = isWon ? count(dice.between(1, 5)) : [];
    return {
      mark,
      client,
      isWon,
      refused,
      amount: amountText(BigInt(dice.between(10_000, 9_999_999)), client.currency),
      hours: worked.map((serial) => drawHours(dice, `${mark}-T-${serial}`, dice.pick(people))),
    };
  });
  return { clients, people, deals };
}

function drawHours(dice: Dice, task: string, person: Person): Hours {
  const isOdd = dice.hits(0.15);
  const agreed = rateCard.find((line) => line.job === person.job)?.price ?? '0';
  const firstPrice = isOdd ? '99.99' : agreed;
  const day = `2026-11-${String(dice.between(10, 22))}`;
  const hundredths = dice.between(1, 40) * 25;
  return {
    task,
    mail: person.mail,
    day,
    hundredths,
    job: person.job,
    firstPrice,
    price: isOdd && hundredths % 50 === 0 ? '88.88' : firstPrice,
    isBillable: dice.hits(0.85),
    isOdd,
    end: dice.pick(['approved', 'approved', 'approved', 'approved', 'submitted', 'rejected']),
  };
}

function count(many: number): number[] {
  return Array.from({ length: many }, (_, index) => index + 1);
}

/** Minor units as a decimal text. */
export function amountText(minor: bigint, { exponent }: Currency): string {
  if (exponent === 0) return String(minor);
  const digits = String(minor).padStart(exponent + 1, '0');
  return `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** A decimal text as minor units of a currency; more places than it has are refused. */
export function minorOf(text: string, { exponent }: Currency): bigint {
  const [, sign = '', whole = '0', places = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (places.replace(/0+$/, '').length > exponent) throw new RangeError(`${text} is no amount`);
  const minor = BigInt(whole + places.padEnd(exponent, '0').slice(0, exponent));
  return sign === '-' ? -minor : minor;
}

/** Hours times price, rounded half up to the currency's minor unit. */
export function worth(hours: Hours, currency: Currency): bigint {
  const [whole = '0', places = ''] = hours.price.split('.');
  const price = BigInt(whole + places.padEnd(2, '0'));
  const exact = price * BigInt(hours.hundredths) * 10n ** BigInt(currency.exponent);
  return (exact + 5_000n) / 10_000n;
}
