// What an invoice of theirs bills, line by line. Its row names its sources by id and says no amounts: those are worked
// out as Kantata works them out, from what it sends beside it.
import { addDecimal, divideDecimal, multiplyDecimal, parseDecimal } from '../../../shared/decimal.ts';
import { Fault } from '../../faults.ts';
import type { Snapshot, WireRecord } from '../connector.ts';
import type { Client, Listing } from './client.ts';

/** Collections whose rows are lines of an invoice, and which of our kinds each one is. Extras are nobody's source. */
const sources = {
  time_entries: 'time',
  expenses: 'expense',
  billing_milestones: 'milestone',
  additional_items: null,
  fixed_fee_items: null,
} as const;
type Collection = keyof typeof sources;
export const lineCollections = Object.keys(sources) as readonly Collection[];

const idsAt: Readonly<Record<Collection, string>> = {
  time_entries: 'time_entry_ids',
  expenses: 'expense_ids',
  billing_milestones: 'billing_milestone_ids',
  additional_items: 'additional_item_ids',
  fixed_fee_items: 'fixed_fee_item_ids',
};

/** Hours of theirs are minutes: a third of an hour has no end, and is told as a time entry tells it. */
const hourPlaces = 6;
const projectsPerCallMax = 200;
const textAt = ['notes', 'title', 'category'] as const;

export function issuedOf(row: WireRecord, listing: Listing): WireRecord {
  const lines = lineCollections.flatMap((collection) =>
    listOf(row[idsAt[collection]]).map((id) => lineOf(collection, id, row, listing)),
  );
  return {
    number: String(row['user_invoice_number'] ?? ''),
    net: lines.reduce((sum, line) => addDecimal(sum, line.amount), '0'),
    lines,
  };
}

/** Invoices with the customer of their project: what lies beside an invoice shows its projects without their groups. */
export async function withCustomers(client: Client, snapshots: readonly Snapshot[]): Promise<readonly Snapshot[]> {
  const projectOf = ({ wire }: Snapshot) => (wire['workspace_id'] == null ? [] : [String(wire['workspace_id'])]);
  const projects = [...new Set(snapshots.flatMap(projectOf))];
  const groups = new Map<string, unknown>();
  for (let start = 0; start < projects.length; start += projectsPerCallMax) {
    const only = projects.slice(start, start + projectsPerCallMax).join(',');
    const listing = await client.list('workspaces', {
      only,
      include: 'primary_workspace_group',
      include_archived: 'true',
    });
    for (const row of listing.rows) groups.set(String(row['id']), row['primary_workspace_group_id'] ?? null);
  }
  return snapshots.map((snapshot) => {
    const [project = ''] = projectOf(snapshot);
    const issued = { ...(snapshot.wire['issued'] as WireRecord), customer: groups.get(project) ?? null };
    return { ...snapshot, wire: { ...snapshot.wire, issued } };
  });
}

function lineOf(collection: Collection, id: string, invoice: WireRecord, listing: Listing) {
  const row = listing.side(collection, id);
  if (row === null) {
    throw new Fault('schema-changed', `Kantata sent invoice ${String(invoice['id'])} without what it bills`, {
      fields: [idsAt[collection]],
    });
  }
  const source = sources[collection];
  const unit = invoice['currency_base_unit'];
  const none = { time: null, expense: null, milestone: null };
  const description = textAt.map((field) => row[field]).find((text) => typeof text === 'string' && text !== '');
  return {
    ...none,
    ...(source && { [source]: id }),
    line: `${collection}-${id}`,
    description: description ?? null,
    ...(collection === 'time_entries' ? hoursOf(row, unit) : itemOf(row, unit)),
  };
}

/** A fee is minutes times rate, rounded once to whole sub-units; what is not billable costs nothing. */
function hoursOf(row: WireRecord, unit: unknown) {
  const minutes = parseDecimal(String(row['time_in_minutes'] ?? 0));
  const cents = parseDecimal(String(row['rate_in_cents'] ?? 0));
  const isBillable = row['billable'] !== false;
  const fee = divideDecimal(multiplyDecimal(minutes, isBillable ? cents : '0'), '60', 0, 'half-up');
  return {
    quantity: divideDecimal(minutes, '60', hourPlaces, 'half-up'),
    rate: mainUnits(cents, unit),
    amount: mainUnits(fee, unit) ?? '0',
  };
}

function itemOf(row: WireRecord, unit: unknown) {
  const cents = row['is_billable'] === false ? 0 : (row['amount_in_cents'] ?? 0);
  return { quantity: '1', rate: null, amount: mainUnits(cents, unit) ?? '0' };
}

/** Cents of theirs as main units. `currency_base_unit` is how many make one: 100, or 1 for a currency without cents. */
export function mainUnits(cents: unknown, baseUnit: unknown): string | null {
  if (typeof cents !== 'number' && typeof cents !== 'string') return null;
  if (typeof baseUnit !== 'number' || baseUnit < 1) {
    throw new Fault('schema-changed', 'Kantata sent an amount without its currency_base_unit', {
      fields: ['currency_base_unit'],
    });
  }
  return divideDecimal(parseDecimal(cents), parseDecimal(baseUnit), 6, 'half-up');
}

export function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
