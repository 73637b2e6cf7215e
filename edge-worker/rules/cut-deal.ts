// A deal that comes down after it was provisioned: the ledger keeps what it holds until delivery have agreed. What was
// signed is compared where the ledger holds it; elsewhere what it amounts to by now, where what an approved change
// order takes off is agreed already.
import { addDecimal, compareDecimal } from '../../shared/decimal.ts';
import type { Canonical } from '../../shared/entities/_registry.ts';
import { addMoney, compareMoney, formatMoney, type Money, moneyOf } from '../../shared/money.ts';
import { isSameUnit } from './kits/contract.ts';
import { defineRule, type Finding } from './rule.ts';

type Contract = Canonical<'contract'>;
type Lines = Contract['rateCard'];

function lowerTotal(contract: Contract, held: Partial<Contract>): Finding | null {
  const isSigned = held.total != null;
  const before = isSigned ? held.total : held.currentTotal;
  const now = isSigned ? contract.total : (contract.currentTotal ?? contract.total);
  if (!before || !now || !isSameUnit(before, now)) return null;
  const isAgreed = (amount: Money | null): amount is Money =>
    amount !== null && isSameUnit(amount, now) && amount.amountMinor.startsWith('-');
  const agreed = isSigned ? [] : (contract.amendments ?? []).map(({ amount }) => amount).filter(isAgreed);
  if (compareMoney(now, agreed.reduce(addMoney, before)) >= 0) return null;
  const params = { amount: formatMoney(now), before: formatMoney(before), currency: now.currency };
  return { code: 'deal-cut', params: { ...params, contract: contract.name } };
}

function fewerHours(contract: Contract, held: Partial<Contract>): Finding | null {
  const isSigned = held.rateCard != null;
  const before = hoursOf(isSigned ? held.rateCard : held.currentRateCard);
  const now = hoursOf(isSigned ? contract.rateCard : contract.currentRateCard);
  const amendments = isSigned ? [] : (contract.amendments ?? []);
  const agreed = hoursOf(amendments.flatMap(({ rateCard }) => rateCard).filter(takesOff));
  for (const [role, hours] of before) {
    const left = now.get(role) ?? '0';
    if (compareDecimal(left, addDecimal(hours, agreed.get(role) ?? '0')) < 0)
      return { code: 'deal-hours-cut', params: { role, hours: left, before: hours, contract: contract.name } };
  }
  return null;
}

/**
 * One cut moves several of them: a total that stays while its hours or its instalments go would be no sum of theirs.
 * Days, terms and names are nothing that delivery are asked about.
 */
function amountsIn({ total, currentTotal, rateCard, currentRateCard, billingSchedule }: Partial<Contract>) {
  const amounts = { total, currentTotal, rateCard, currentRateCard, billingSchedule };
  return Object.fromEntries(Object.entries(amounts).filter(([, held]) => held !== undefined));
}

const takesOff = ({ hours }: Lines[number]) => compareDecimal(hours, '0') < 0;

function hoursOf(lines: Lines | undefined): Map<string, string> {
  const sums = new Map<string, string>();
  for (const { role, hours } of lines ?? []) sums.set(role, addDecimal(sums.get(role) ?? '0', hours));
  return sums;
}

const eur = (minor: bigint) => moneyOf(minor, 'EUR');
const changed = { changeOrder: null, amount: null, purchaseOrderRaise: null, endOn: null, rateCard: [] };
const line = (hours: string) => ({ role: 'Senior Consultant', rate: '185', hours, description: null });

export const cutDeal = defineRule({
  name: 'deal-cut',
  title: 'Deal came down after provisioning',
  kinds: ['contract'],
  towards: ['erp'],
  owner: 'delivery',
  dueMinutes: 960,
  actions: ['retry', 'approve', 'reject'],
  check: ({ record, held }) => {
    const before = held() as Partial<Contract> | null;
    const finding = before && (lowerTotal(record, before) ?? fewerHours(record, before));
    return finding && { ...finding, keeps: amountsIn(before) };
  },
  examples: [
    {
      title: 'A lower amount than the ledger holds waits for delivery',
      record: { currentTotal: eur(4_000_000n) },
      held: { currentTotal: eur(4_800_000n) },
      holds: 'deal-cut',
    },
    {
      title: 'Fewer hours of a role wait as well, though the amount is the same',
      record: { currentRateCard: [line('100')] },
      held: { currentRateCard: [line('160')] },
      holds: 'deal-hours-cut',
    },
    {
      title: 'A signed total that comes down waits, whatever change orders add',
      record: { total: eur(4_000_000n), currentTotal: eur(5_000_000n) },
      held: { total: eur(4_800_000n), currentTotal: eur(4_800_000n) },
      holds: 'deal-cut',
    },
    {
      title: 'A change order that is taken back cuts nothing that was signed',
      record: { total: eur(4_800_000n), currentTotal: eur(4_800_000n) },
      held: { total: eur(4_800_000n), currentTotal: eur(5_000_000n) },
      holds: null,
    },
    {
      title: 'A role that is dropped is a cut of all its hours',
      record: { currentRateCard: [] },
      held: { currentRateCard: [line('160')] },
      holds: 'deal-hours-cut',
    },
    {
      title: 'The same amount passes',
      record: { currentTotal: eur(4_800_000n) },
      held: { currentTotal: eur(4_800_000n) },
      holds: null,
    },
    {
      title: 'More passes',
      record: { currentTotal: eur(5_000_000n), currentRateCard: [line('161')] },
      held: { currentTotal: eur(4_800_000n), currentRateCard: [line('160')] },
      holds: null,
    },
    {
      title: 'What an approved change order takes off passes',
      record: {
        currentTotal: eur(4_700_000n),
        currentRateCard: [line('160'), line('-10')],
        amendments: [{ ...changed, amount: eur(-100_000n), rateCard: [line('-10')] }],
      },
      held: { currentTotal: eur(4_800_000n), currentRateCard: [line('160')] },
      holds: null,
    },
    {
      title: 'More than the change order takes off is held',
      record: { currentTotal: eur(4_699_999n), amendments: [{ ...changed, amount: eur(-100_000n) }] },
      held: { currentTotal: eur(4_800_000n) },
      holds: 'deal-cut',
    },
    { title: 'What the ledger does not hold yet passes', record: { currentTotal: eur(1n) }, holds: null },
  ],
});
