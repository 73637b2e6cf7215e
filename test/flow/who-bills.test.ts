// Who bills a contract decides what everybody else is told of its hours, expenses and milestones.
import { expect, it } from 'vitest';
import { billedFirm } from '../support/billed-firm.ts';

async function delivered(biller: 'ledger' | 'delivery' | 'platform', hasPlatform = false) {
  const firm = await billedFirm(biller, hasPlatform);
  await firm.deliver('hours', 'h');
  await firm.deliver('cost', 'c');
  await firm.deliver('milestone', 'm');
  expect(firm.rig.held()).toEqual([]);
  return firm;
}

it('What the ledger bills reaches it as billable', async () => {
  const { all, erp } = await delivered('ledger');
  expect(all(erp, 'hours').map(({ wire }) => wire['billable'])).toEqual([true]);
  expect(all(erp, 'cost').map(({ wire }) => wire['billable'])).toEqual([true]);
  expect(all(erp, 'milestone').map(({ wire }) => [wire['amount'], wire['done']])).toEqual([['1200.00', true]]);
});

it('What delivery bill reaches the ledger for its cost alone, and nobody there can bill it', async () => {
  const { all, erp } = await delivered('delivery');
  expect(all(erp, 'hours').map(({ wire }) => [wire['billable'], wire['quantity']])).toEqual([[false, '4']]);
  expect(all(erp, 'cost').map(({ wire }) => [wire['billable'], wire['amount']])).toEqual([[false, '218.40']]);
  expect(all(erp, 'milestone').map(({ wire }) => [wire['amount'], wire['done']])).toEqual([[null, true]]);
});

it('What the billing platform bills goes there as a charge, and to the ledger for its cost', async () => {
  const { all, erp, platform } = await delivered('platform', true);
  expect(all(platform, 'hours').map(({ wire }) => wire['billable'])).toEqual([true]);
  expect(all(platform, 'cost').map(({ wire }) => wire['amount'])).toEqual(['218.40']);
  expect(all(platform, 'milestone').map(({ wire }) => wire['amount'])).toEqual(['1200.00']);
  expect(all(erp, 'hours').map(({ wire }) => wire['billable'])).toEqual([false]);
});

it('A billing platform hears nothing of what others bill', async () => {
  const { all, platform } = await delivered('ledger', true);
  expect(['hours', 'cost', 'milestone'].flatMap((type) => all(platform, type))).toEqual([]);
});

it('The controls look at the charge whoever bills: more than was sold is held', async () => {
  const { rig, deliver } = await billedFirm('delivery');
  await deliver('hours', 'h', { quantity: '501' });
  expect(rig.held()).toEqual(['exhausted-purchase-order']);
});
