// The three companies' systems: the example connector's server thrice, each in one seat, each with the kinds that
// such a system carries.

import {
  choice,
  codec,
  dayOrNull,
  exact,
  flag,
  moneyBeside,
  orNull,
  text,
  textOrNull,
} from '../../edge-worker/connectors/codecs.ts';
import type {
  ConnectOptions,
  Connector,
  Session,
  Snapshot,
  Withdrawal,
  WithdrawResult,
  Write,
  WriteResult,
} from '../../edge-worker/connectors/connector.ts';
import { at } from '../../edge-worker/connectors/connector.ts';
import { example } from '../../edge-worker/connectors/example/index.ts';
import { maps } from '../../edge-worker/connectors/example/map.ts';
import { schemas } from '../../edge-worker/connectors/example/stand-in/books.ts';
import { standIn } from '../../edge-worker/connectors/example/stand-in.ts';
import type { StandIn } from '../../edge-worker/connectors/stand-in.ts';
import { Fault } from '../../edge-worker/faults.ts';
import type { Canonical } from '../../shared/entities/_registry.ts';
import type { Stamp } from './clocks.ts';
import type { World } from './world.ts';

export const seats = ['crm', 'psa', 'erp'] as const;
export type Seat = (typeof seats)[number];

/** Where the ledger keeps our id. It has no upsert: the connector looks before it creates. Not mapped there. */
export const ownField: Readonly<Record<string, string>> = {
  client: 'web',
  engagement: 'practice',
  agreement: 'tax',
  person: 'job',
  hours: 'place',
  cost: 'category',
  milestone: 'notes',
  change: 'notes',
  bill: 'memo',
  receipt: 'memo',
};

// Terms of the contract as custom fields on the opportunity, as an admin would add them.
const added: readonly [string, string][] = [
  ['po', 'text'],
  ['po_limit', 'decimal'],
  ['terms', 'text'],
  ['tax', 'text'],
  ['rates', 'list'],
];
const opportunity = schemas.get('opportunity') ?? [];
const change = schemas.get('change') ?? [];
if (schemas instanceof Map && !opportunity.some((field) => field.path === 'po')) {
  const bare = { required: false, to: null, choices: null };
  const fields = added.map(([path, type]) => ({ path, type, ...bare }));
  schemas.set('opportunity', [...opportunity, ...fields]);
  // Where the opportunity is the contract, a change order stands under it.
  const under = { path: 'opportunity_id', type: 'reference', ...bare, to: 'opportunity' };
  schemas.set('change', [...change.map((field) => ({ ...field, required: field.path === 'title' })), under]);
}

const amountOrNull = orNull(moneyBeside('currency'));
const model = choice('example-model', {
  'time-and-materials': 'hourly',
  'fixed-fee': 'fixed',
  milestone: 'milestones',
});
const rates = codec<Canonical<'contract'>['rateCard']>(
  'sold-rates',
  (wire) =>
    (Array.isArray(wire) ? wire : []).map((row: Readonly<Record<string, unknown>>) => ({
      role: text.decode(row['job'], row),
      rate: exact.decode(row['price'], row),
      hours: exact.decode(row['quantity'], row),
      description: null,
    })),
  (lines) => lines,
);

/** The won opportunity is the contract: one record, read twice. */
const soldContract = {
  recordType: 'opportunity',
  canCreate: false,
  canWrite: false,
  required: [],
  fields: {
    name: at('title', text, 'in'),
    customer: at('client_id', textOrNull, 'in'),
    isSigned: at('won', flag, 'in'),
    pricingModel: at('model', model, 'in'),
    purchaseOrder: at('po', textOrNull, 'in'),
    purchaseOrderLimit: at('po_limit', amountOrNull, 'in'),
    terms: at('terms', textOrNull, 'in'),
    taxProfile: at('tax', textOrNull, 'in'),
    currency: at('currency', text, 'in'),
    total: at('amount', amountOrNull, 'in'),
    signedOn: at('close_date', dayOrNull, 'in'),
    startOn: at('starts', dayOrNull, 'in'),
    endOn: at('ends', dayOrNull, 'in'),
    legalEntity: at('entity', textOrNull, 'in'),
    deliveryRegion: at('region', textOrNull, 'in'),
    rateCard: at('rates', rates, 'in'),
  },
} satisfies NonNullable<Connector['maps']['contract']>;

const { contract: _onOpportunity, ...projectOfCrm } = maps.project.fields;
const soldChange = {
  ...maps['change-order'],
  canCreate: false,
  canWrite: false,
  fields: { ...maps['change-order'].fields, contract: at('opportunity_id', textOrNull) },
};
const { website: _web, ...customerOfErp } = maps.customer.fields;
const { practice: _practice, ...projectOfErp } = maps.project.fields;
const { taxProfile: _tax, ...contractOfErp } = maps.contract.fields;
const { role: _job, ...resourceOfErp } = maps.resource.fields;
const { location: _place, ...timeOfErp } = maps.time.fields;
const { category: _category, ...expenseOfErp } = maps.expense.fields;
const { note: _notes, ...milestoneOfErp } = maps.milestone.fields;
const { reason: _reason, ...changeOfErp } = maps['change-order'].fields;
const { memo: _memo, ...invoiceOfErp } = maps.invoice.fields;
const { memo: _receipt, ...paymentOfErp } = maps.payment.fields;

const mapsOf: Readonly<Record<Seat, Connector['maps']>> = {
  crm: {
    customer: maps.customer,
    deal: { ...maps.deal, canCreate: false, canWrite: false },
    contract: soldContract,
    'change-order': soldChange,
    project: { ...maps.project, fields: projectOfCrm },
    invoice: maps.invoice,
    payment: maps.payment,
  },
  psa: {
    customer: maps.customer,
    project: maps.project,
    contract: maps.contract,
    resource: maps.resource,
    time: maps.time,
    expense: maps.expense,
    milestone: maps.milestone,
    invoice: maps.invoice,
    payment: maps.payment,
  },
  erp: {
    customer: { ...maps.customer, fields: customerOfErp },
    project: { ...maps.project, fields: projectOfErp },
    contract: { ...maps.contract, fields: contractOfErp },
    resource: { ...maps.resource, fields: resourceOfErp },
    time: { ...maps.time, fields: timeOfErp },
    expense: { ...maps.expense, fields: expenseOfErp },
    milestone: { ...maps.milestone, fields: milestoneOfErp },
    'change-order': { ...maps['change-order'], fields: changeOfErp },
    invoice: { ...maps.invoice, fields: invoiceOfErp },
    payment: { ...maps.payment, fields: paymentOfErp },
  },
};

/** Calmer than the real one, because every call costs the simulation as much as it costs the hub. */
const rhythm = { everyMs: 120_000, activeMs: 20_000 };

export function connectorOf(seat: Seat, stamp: Stamp): Connector {
  const own = mapsOf[seat];
  const types = new Set(Object.values(own).map((map) => map.recordType));
  const feeds = example.feeds.filter((feed) => types.has(feed.name)).map((feed) => ({ ...feed, ...rhythm }));
  const stamped = (snapshot: Snapshot): Snapshot => ({ ...snapshot, version: stamp(snapshot.version) });
  const connector: Connector = {
    ...{ ...example, name: seat, roles: [seat], maps: own, feeds },
    connect: (options: ConnectOptions<unknown, unknown>) => showing(example.connect(options), stamped),
  };
  if (seat !== 'erp') return connector;
  return {
    ...connector,
    repeatSafety: 'search-first',
    isStatusWrittenAlong: true,
    connect: (options: ConnectOptions<unknown, unknown>) =>
      searchingFirst(
        showing(example.connect(options), (snapshot) => stamped(marked(snapshot))),
        options.nowMs,
      ),
  };
}

/** Every snapshot that leaves the session is what `as` makes of it. */
function showing(inner: Session, as: (snapshot: Snapshot) => Snapshot): Session {
  return {
    ...inner,
    find: async (keys) => (await inner.find(keys)).map((found) => found.map(as)),
    read: async (refs) =>
      (await inner.read(refs)).map((one) => (one.found === 'here' ? { ...one, snapshot: as(one.snapshot) } : one)),
    write: async (writes) =>
      (await inner.write(writes)).map((one) =>
        one.outcome === 'applied' ? { ...one, snapshot: as(one.snapshot) } : one,
      ),
    withdraw: async (withdrawals) =>
      ((await inner.withdraw?.(withdrawals)) ?? []).map((one) =>
        one.outcome === 'withdrawn' && one.snapshot ? { ...one, snapshot: as(one.snapshot) } : one,
      ),
  };
}

const marked = (snapshot: Snapshot): Snapshot => {
  const ours = snapshot.wire[ownField[snapshot.recordType] ?? ''];
  return { ...snapshot, externalId: typeof ours === 'string' ? ours : null };
};

/**
 * A system without upsert: a create is preceded by a search for our id, and a repeat that the search does not see
 * makes a second record.
 */
function searchingFirst(inner: Session, nowMs: () => number): Session {
  let serial = 0;
  const find: Session['find'] = (keys) =>
    inner.find(keys.map((key) => ({ ...key, field: key.field ?? ownField[key.recordType] ?? null })));
  const create = (write: Write): Write => {
    const place = ownField[write.recordType] ?? '';
    const nonce = `n${nowMs()}-${++serial}`;
    return { ...write, externalId: nonce, idempotencyKey: nonce, wire: { ...write.wire, [place]: write.externalId } };
  };
  const send = async (writes: readonly Write[]): Promise<readonly WriteResult[]> => {
    const results = await inner.write(writes);
    await showAlong(writes, results);
    return results;
  };
  const takeBack = async (withdrawals: readonly Withdrawal[]): Promise<readonly WithdrawResult[]> => {
    const results = (await inner.withdraw?.(withdrawals)) ?? [];
    await showAlong(withdrawals, results);
    return results;
  };
  /** As if in the same call: an answer that breaks off after the records were saved leaves all of it unknown. */
  const showAlong = async (
    writes: readonly (Write | Withdrawal)[],
    results: readonly (WriteResult | WithdrawResult)[],
  ) => {
    const rows = results.flatMap((result, index) => {
      if (!('snapshot' in result) || result.snapshot === null) return [];
      const { recordType, recordId } = result.snapshot;
      const place = { recordType, recordId };
      return (writes[index]?.statuses ?? []).map((status) => ({ ...place, status }));
    });
    if (rows.length === 0) return;
    await inner.showStatus?.(rows).catch((error: unknown) => {
      throw new Fault('uncertain', 'The answer broke off', { cause: error });
    });
  };
  return {
    ...inner,
    find,
    withdraw: takeBack,
    write: async (writes) => {
      if (writes.every((write) => write.recordId !== null)) return send(writes);
      const keys = writes.map(({ recordType, externalId }) => ({ recordType, field: null, value: externalId }));
      const found = await find(keys);
      return send(
        writes.map((write, index) => {
          const recordId = write.recordId ?? found[index]?.[0]?.recordId ?? null;
          return recordId === null ? create(write) : { ...write, recordId };
        }),
      );
    },
  };
}

export function openSystem(seat: Seat, world: World, send: (request: Request) => Promise<Response>): StandIn {
  const dice = world.dice(`stand-in ${seat}`);
  return standIn({
    baseUrl: `http://${seat}.example`,
    nowMs: world.nowMs,
    chance: dice.chance,
    sleep: world.sleep,
    send,
  });
}

/** Signature checks leave the thread: the clock waits for them. */
export function tracked(connector: Connector, world: World): Connector {
  const { receiver } = connector;
  if (!receiver) return connector;
  return {
    ...connector,
    receiver: { ...receiver, receive: (delivery, expected) => world.outside(receiver.receive(delivery, expected)) },
  };
}
