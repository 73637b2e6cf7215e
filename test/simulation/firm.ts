// A small professional-services firm, drawn from a seed: whom it sells to, what it sells, who works on it. Pure: what
// happens is in days.ts.
import { drawFate, type Fate, isLost, isOfAnEntry } from './fates.ts';
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
  /** Worked so many days before the hub came. */
  readonly daysAgo: number;
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

/** Money that somebody spent for a deal's project. */
export interface Cost {
  /** The report it was handed in with. */
  readonly report: string;
  readonly mail: string;
  readonly daysAgo: number;
  readonly minor: bigint;
  readonly isBillable: boolean;
  readonly end: 'approved' | 'rejected' | 'submitted';
}

export interface Milestone {
  readonly title: string;
  readonly minor: bigint;
  readonly isReached: boolean;
}

/** What was agreed after the deal was won: more, or less. */
export interface ChangeOrder {
  readonly title: string;
  readonly minor: bigint;
  readonly end: 'approved' | 'submitted' | 'rejected';
}

export interface Deal {
  /** Known by it in every system: opportunity, project, contract. */
  readonly mark: string;
  readonly client: Client;
  readonly isWon: boolean;
  /** A rule of the ledger's account refuses it until a person decides. */
  readonly refused: 'no' | 'lifted' | 'reworded' | 'rejected';
  readonly amount: string;
  /** Whether the customer's purchase order names a limit: where it does not, what was sold is the limit. */
  readonly hasLimit: boolean;
  readonly hours: readonly Hours[];
  readonly costs: readonly Cost[];
  readonly milestones: readonly Milestone[];
  readonly changeOrder: ChangeOrder | null;
  readonly fate: Fate;
  /** The hours that the fate is about; null where it is about something else. */
  readonly fated: string | null;
  readonly erasure: Erasure | null;
}

/** Approved hours that somebody deletes where they are kept. */
export interface Erasure {
  readonly tasks: readonly string[];
  /** Too many at once are held together: were they meant? */
  readonly isMeant: boolean;
}

export interface Person {
  readonly mail: string;
  readonly name: string;
  readonly job: string;
}

/** Two clients who turn out to be one: what is the loser's goes over to the winner. */
export interface Merger {
  readonly winner: string;
  readonly loser: string;
}

export interface Firm {
  readonly clients: readonly Client[];
  readonly merger: Merger | null;
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

/** With `fate` every won deal comes to it, if it can. Who is merged is drawn by dice of its own. */
export function drawFirm(dice: Dice, merging: Dice, fate?: Fate): Firm {
  const hasPast = dice.hits(0.3);
  const drawn = count(dice.between(2, 3)).map((index) => ({
    isOld: hasPast && index === 1,
    number: `C-${index}`,
    name: `Client ${index} ${dice.pick(['GmbH', 'Ltd', 'SARL', 'KK'])}`,
    currency: dice.pick(currencies),
  }));
  const merger = drawMerger(merging, drawn);
  // What is sold to the one is sold to the other from then on, so both pay alike.
  const winner = drawn.find(({ number }) => number === merger?.winner);
  const clients = drawn.map((one) =>
    winner && one.number === merger?.loser ? { ...one, currency: winner.currency } : one,
  );
  const people = count(3).map((index) => ({
    mail: `person${index}@firm.example`,
    name: `Person ${index}`,
    job: (rateCard[index % 2] as { job: string }).job,
  }));
  const deals = count(dice.between(1, 3)).map((index) =>
    drawDeal(dice, `D-${index}`, dice.pick(clients), people, fate),
  );
  return { clients, merger, people, deals: erased(dice, deals) };
}

/** Of clients that the hub has made known itself: the old ones are still being matched. */
function drawMerger(dice: Dice, clients: readonly Client[]): Merger | null {
  const isMerged = dice.hits(0.4);
  const [winner, loser] = dice.shuffle(clients.filter(({ isOld }) => !isOld));
  return isMerged && winner && loser ? { winner: winner.number, loser: loser.number } : null;
}

function drawDeal(dice: Dice, mark: string, client: Client, people: readonly Person[], wanted?: Fate): Deal {
  const { currency } = client;
  const isWon = dice.hits(0.85);
  const drawn = isWon ? (wanted ?? drawFate(dice)) : 'none';
  const isWorked = isWon && !isLost(drawn);
  const some = (low: number, high: number) => (isWorked ? count(dice.between(low, high)) : []);
  const hours = some(1, 3).map((serial) => drawHours(dice, `${mark}-T-${serial}`, dice.pick(people)));
  const fated = isOfAnEntry(drawn) ? (hours.find(isPosted)?.task ?? null) : null;
  const fate = isOfAnEntry(drawn) && fated === null ? 'none' : drawn;
  return {
    ...{ mark, client, isWon, fate, fated, hours, erasure: null },
    refused: fate === 'none' && dice.hits(0.4) ? dice.pick(['lifted', 'reworded', 'rejected'] as const) : 'no',
    amount: amountText(BigInt(dice.between(10_000, 9_999_999)), currency),
    hasLimit: dice.hits(0.8),
    costs: some(0, 2).map((serial) => drawCost(dice, `${mark}-C-${serial}`, dice.pick(people))),
    milestones: some(0, 1).map((serial) => ({
      title: `${mark}-M-${serial}`,
      minor: BigInt(dice.between(1, 5_000_000)),
      isReached: dice.hits(0.7),
    })),
    changeOrder: isWorked && fate === 'none' && dice.hits(0.6) ? drawChangeOrder(dice, `${mark}-O`) : null,
  };
}

/** Hours that the ledger is to hold, and the customer to pay. */
const isPosted = (entry: Hours) => entry.isBillable && !entry.isOdd && entry.end === 'approved';

/** Once in a firm, and of a deal that nothing else befalls. */
function erased(dice: Dice, deals: readonly Deal[]): readonly Deal[] {
  const isMeant = dice.hits(0.5);
  const deal = dice.hits(0.6)
    ? deals.find(({ fate, refused, hours }) => fate === 'none' && refused === 'no' && hours.some(isPosted))
    : undefined;
  const tasks = (deal?.hours ?? []).filter(isPosted).map(({ task }) => task);
  const erasure = { tasks, isMeant: isMeant || tasks.length === 1 };
  return deals.map((one) => (one === deal ? { ...one, erasure } : one));
}

function drawHours(dice: Dice, task: string, person: Person): Hours {
  const isOdd = dice.hits(0.15);
  const agreed = rateCard.find((line) => line.job === person.job)?.price ?? '0';
  const firstPrice = isOdd ? '99.99' : agreed;
  const daysAgo = dice.between(0, 12);
  const hundredths = dice.between(1, 40) * 25;
  return {
    task,
    mail: person.mail,
    daysAgo,
    hundredths,
    job: person.job,
    firstPrice,
    price: isOdd && hundredths % 50 === 0 ? '88.88' : firstPrice,
    isBillable: dice.hits(0.85),
    isOdd,
    end: dice.pick(['approved', 'approved', 'approved', 'approved', 'submitted', 'rejected']),
  };
}

function drawCost(dice: Dice, report: string, { mail }: Person): Cost {
  return {
    ...{ report, mail, daysAgo: dice.between(0, 12) },
    minor: BigInt(dice.between(1, 999_999)),
    isBillable: dice.hits(0.8),
    end: dice.pick(['approved', 'approved', 'approved', 'submitted', 'rejected']),
  };
}

function drawChangeOrder(dice: Dice, title: string): ChangeOrder {
  const minor = BigInt(dice.between(1, 2_000_000)) * (dice.hits(0.3) ? -1n : 1n);
  return { title, minor, end: dice.pick(['approved', 'approved', 'submitted', 'rejected']) };
}

function count(many: number): number[] {
  return Array.from({ length: many }, (_, index) => index + 1);
}

/** Minor units as a decimal text. */
export function amountText(minor: bigint, { exponent }: Currency): string {
  if (minor < 0n) return `-${amountText(-minor, { code: '', exponent })}`;
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
