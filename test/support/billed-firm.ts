// A firm in memory with one sold project that somebody bills: sales, delivery, the ledger and, where it is asked for, a
// billing platform. What each of them holds is what the tests look at.
import { flag, text, textOrNull } from '../../edge-worker/connectors/codecs.ts';
import { at, type Connector } from '../../edge-worker/connectors/connector.ts';
import { maps } from '../../edge-worker/connectors/example/map.ts';
import { LaneRig, RigSystem } from './lane-rig.ts';

const { billingMode, billingFrom, rateCard, currency, total, purchaseOrderLimit } = maps.contract.fields;
const sale = { recordType: 'sale', canCreate: false, canWrite: false, required: [] } as const;
const crmMaps: Connector['maps'] = {
  customer: maps.customer,
  deal: {
    ...sale,
    fields: { name: at('name', text), customer: at('client', textOrNull), isWon: at('won', flag), currency },
  },
  contract: {
    ...sale,
    fields: {
      ...{ name: at('name', text), customer: at('client', textOrNull), isSigned: at('won', flag) },
      ...{ billingMode, billingFrom, rateCard, currency, total, purchaseOrderLimit },
      ...{ purchaseOrder: at('order', textOrNull), terms: at('terms', textOrNull), taxProfile: at('tax', textOrNull) },
      ...{ legalEntity: at('entity', textOrNull), deliveryRegion: at('region', textOrNull) },
    },
  },
};
const { project: _own, contract: _side, ...plain } = maps;
/** Both get the project from the hub; the ledger keeps the contract as well, and its invoices are voided by hand. */
const { withdrawal: _way, ...byHand } = maps.invoice;
const ledgerMaps: Connector['maps'] = { ...plain, project: maps.project, contract: maps.contract, invoice: byHand };
const deliveryMaps: Connector['maps'] = { ...plain, project: maps.project };
const { customer, resource, time, expense, milestone, invoice, payment } = maps;
const billed = { time, expense, milestone, invoice, payment };
const platformMaps: Connector['maps'] = { customer, resource, project: maps.project, ...billed };

const sold = {
  ...{ name: 'Rollout', client: 'a', won: true, order: 'PO-1', region: 'DACH', tax: 'standard', terms: 'NET30' },
  ...{ entity: 'Northwind Consulting GmbH', currency: 'EUR', total: '50000.00', po_limit: '50000.00' },
  rates: [{ job: 'Consultant', price: '100', quantity: '500', text: null }],
};

export type Wire = Readonly<Record<string, unknown>>;

export async function billedFirm(biller: 'ledger' | 'delivery' | 'platform', hasPlatform = false) {
  const [crm, psa, erp, platform] = [new RigSystem(), new RigSystem(), new RigSystem(), new RigSystem()];
  const rig = new LaneRig({
    crm: { system: crm, roles: ['crm'], maps: crmMaps },
    psa: { system: psa, roles: ['psa'], maps: deliveryMaps },
    erp: { system: erp, roles: ['erp'], maps: ledgerMaps },
    ...(hasPlatform ? { platform: { system: platform, roles: ['billing'] as const, maps: platformMaps } } : {}),
  });
  crm.put('client', 'a', { display_name: 'Harbour & Pine', stage: 'lead', currency: 'EUR', active: true });
  for (const system of [psa, erp, platform])
    system.put('person', 'i', { full_name: 'Ines', mail: 'i@x', active: true });
  await rig.notice('crm', 'client', 'a');
  await rig.notice('erp', 'person', 'i');
  await rig.notice('psa', 'person', 'i');
  if (hasPlatform) await rig.notice('platform', 'person', 'i');
  const sell = async (changes: Wire = {}) => {
    crm.put('sale', 's', { ...sold, biller, ...changes });
    await rig.notice('crm', 'sale', 's');
  };
  await sell();
  const all = (system: RigSystem, type: string) => [...system.rows.values()].filter((row) => row.recordType === type);
  const idOf = (system: RigSystem, type: string) => all(system, type)[0]?.recordId ?? '';
  const engagement = idOf(psa, 'engagement');
  /** Delivery keep a record of it; null deletes nothing, it only tells. */
  const deliver = async (type: 'hours' | 'cost' | 'milestone', id: string, changes: Wire = {}) => {
    psa.put(type, id, { ...delivered[type], engagement_id: engagement, ...changes });
    await rig.notice('psa', type, id);
  };
  return { rig, crm, psa, erp, platform, sell, deliver, all, idOf, engagement };
}

const work = { person_id: 'i', currency: 'EUR', billable: true, taxable: false, approval: 'approved' };
const delivered = {
  hours: { ...work, date: '2026-11-03', quantity: '4', job: 'Consultant', price: '100', text: 'Plan' },
  cost: { ...work, date: '2026-11-03', category: 'Travel', amount: '218.40', reimbursable: true, text: 'Train' },
  milestone: {
    ...{ title: 'Design', due: '2026-11-03', amount: '1200.00', currency: 'EUR', percent: '100', done: true },
    done_date: '2026-11-03',
  },
} as const;

const bill = {
  ...{ standing: 'issued', state: 'open', date: '2026-11-20', currency: 'EUR' },
  ...{ net: '400.00', tax: '0.00', gross: '400.00', paid: '0.00', open: '400.00' },
};

/** A bill over these hours, as every system of this firm writes it. */
export function billOver(hours: readonly string[]): Wire {
  const each = { cost_id: null, milestone_id: null, text: 'Plan', quantity: '4', price: '100', amount: '400.00' };
  return { ...bill, lines: hours.map((hour, index) => ({ line: String(index + 1), hours_id: hour, ...each })) };
}

/** Two days of work under a contract, and an issuer beside the ledger who may bill them. */
export async function invoicedBy(issuer: 'psa' | 'platform', biller: 'ledger' | 'delivery' | 'platform') {
  const firm = await billedFirm(biller, issuer === 'platform');
  await firm.deliver('hours', 'h');
  await firm.deliver('hours', 'g', { date: '2026-11-04' });
  const { rig, erp, all, idOf } = firm;
  const system = firm[issuer];
  const invoice = async (id: string, hours: readonly string[], changes: Wire = {}) => {
    const of = { client_id: idOf(system, 'client'), engagement_id: idOf(system, 'engagement') };
    system.put('bill', id, { ...billOver(hours), ...of, no: `D-${id}`, ...changes });
    await rig.notice(issuer, 'bill', id);
  };
  const inLedger = () => all(erp, 'bill');
  /** The ledger gives it a number of its own, works out the tax, and says what was paid. */
  const post = async (changes: Wire = {}) => {
    const [posted] = inLedger();
    if (!posted) throw new Error('the ledger has no invoice');
    const books = { ledger_no: 'INV-9', tax: '76.00', gross: '476.00', open: '476.00', paid: '0.00' };
    erp.put('bill', posted.recordId, { ...posted.wire, ...books, ...changes }, posted.externalId);
    await rig.notice('erp', 'bill', posted.recordId);
  };
  const claims = () => rig.rows('SELECT source FROM billed_lines').length;
  return { ...firm, invoice, inLedger, post, claims };
}
