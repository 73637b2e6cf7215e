// One record to create or update. No idempotency keys: a create carries our cross-reference, which is looked for first.
import { daysBetween, isDay } from '../../../shared/dates.ts';
import { Fault, type FaultCode } from '../../faults.ts';
import type { Snapshot, WireRecord, Write, WriteResult } from '../connector.ts';
import { type Answer, type Client, codeOf, fieldsOf, isRecord, type Query, type Settings, wordsOf } from './client.ts';
import { madeWhole } from './custom-fields.ts';
import { listOf } from './invoice-lines.ts';
import { snapshotsByExternalId, snapshotsById } from './reads.ts';
import { type RecordType, serviceName, typeOf } from './record-types.ts';
import { queryOf, snapshotOf } from './records.ts';

type Body = Record<string, unknown>;
type Refusal = Extract<WriteResult, { readonly outcome: 'refused' }>;

/** An invoice must name its days of payment. UNVERIFIED whether the account's own default could stand in. */
const paymentDaysDefault = 30;
const cancelled = 'cancelled';

/** Their refusals have no codes; these words tell the special ones. UNVERIFIED beyond "has already been entered". */
const refusalWords: readonly (readonly [FaultCode, RegExp])[] = [
  ['conflict', /has already been (entered|taken)/i],
  ['locked', /\block(ed)?\b/i],
];

export async function writeRecord(client: Client, write: Write): Promise<WriteResult> {
  const type = typeOf(write.recordType);
  if (!type.isWritable) return refusal('rejected', `Tieout does not write ${type.name} of Kantata`, 'read-only');
  if (write.recordId !== null) return updateRecord(client, type, write.recordId, write);
  // May be a repeat: a create whose answer was lost left our id behind, in a cross-reference or in the record itself.
  const narrow: Query = type.markAt === undefined ? {} : { workspace_id: String(write.wire['workspace_id'] ?? '') };
  const found = (await snapshotsByExternalId(client, type, [write.externalId], narrow)).get(write.externalId) ?? [];
  if (found.length > 1) return refusal('conflict', `Kantata holds ${found.length} records for one`, 'two-found');
  if (found[0] !== undefined) return updateRecord(client, type, found[0].recordId, write);
  return createRecord(client, type, write);
}

async function createRecord(client: Client, type: RecordType, write: Write): Promise<WriteResult> {
  if (type.name === 'invoices' && write.wire['status'] === cancelled) {
    return refusal('rejected', 'An invoice that is void is not created', 'void', ['status']);
  }
  const body = bodyOf(type, write, client.settings);
  if (type.name === 'invoices') body['payment_schedule'] ??= paymentDaysDefault;
  if (type.markAt === undefined) {
    body['external_reference'] = {
      service_name: serviceName,
      service_model: type.entity,
      service_model_ref: write.externalId,
      status: 'successful',
    };
  }
  const answer = await client.send('once', 'POST', type.name, queryOf(type, client.settings), {
    [type.singular]: body,
  });
  return judge(client, type, answer, true);
}

/** May be repeated: the same values again change nothing. */
async function updateRecord(client: Client, type: RecordType, id: string, write: Write): Promise<WriteResult> {
  const { wire } = write;
  const body = bodyOf(type, write, client.settings);
  if (type.isFinal !== undefined) return keepAsItIs(client, type, id, body);
  for (const field of type.createOnly) delete body[field];
  if (type.name === 'invoices') {
    const current = await currentOf(client, type, id);
    if (current === null) return refusal('orphaned', 'Kantata shows no such invoice', null);
    if (wire['status'] === cancelled) return cancelInvoice(client, type, current);
    // A list that an update leaves out takes its lines off the invoice.
    for (const list of ['time_entry_ids', 'expense_ids', 'billing_milestone_ids']) {
      body[list] ??= numbersOf(current.wire[list]);
    }
    // A paid or cancelled invoice takes no update at all, not even one that changes nothing.
    if (isHeld(body, current.wire)) return { outcome: 'applied', created: false, snapshot: current, requestId: null };
  }
  if (Object.keys(body).length > 0) {
    const answer = await client.send('once', 'PUT', `${type.name}/${id}`, queryOf(type, client.settings), {
      [type.singular]: body,
    });
    return judge(client, type, answer, false);
  }
  const current = await currentOf(client, type, id);
  if (current === null) return refusal('orphaned', `Kantata shows no such ${type.singular}`, null);
  return { outcome: 'applied', created: false, snapshot: current, requestId: null };
}

/** What they never change is either what we would say, or somebody's work. The amount of a full payment is theirs. */
async function keepAsItIs(client: Client, type: RecordType, id: string, body: Body): Promise<WriteResult> {
  const current = await currentOf(client, type, id);
  if (current === null) return refusal('orphaned', `Kantata shows no such ${type.singular}`, null);
  const { amount_in_cents: cents, ...others } = body;
  const said = body['invoice_id'] === undefined ? body : others;
  if (isHeld(said, current.wire)) return { outcome: 'applied', created: false, snapshot: current, requestId: null };
  return refusal('rejected', type.isFinal ?? '', 'final', cents === undefined ? [] : ['amount_in_cents']);
}

async function cancelInvoice(client: Client, type: RecordType, current: Snapshot): Promise<WriteResult> {
  let requestId: string | null = null;
  if (current.wire['status'] !== cancelled) {
    const path = `${type.name}/${current.recordId}/cancel`;
    const answer = await client.send('once', 'PUT', path, queryOf(type, client.settings), {});
    if (answer.status > 299) return refusalOf(answer);
    requestId = answer.requestId;
  }
  const snapshot = (await currentOf(client, type, current.recordId)) ?? current;
  return { outcome: 'applied', created: false, snapshot, requestId };
}

async function currentOf(client: Client, type: RecordType, id: string): Promise<Snapshot | null> {
  return (await snapshotsById(client, type, [id]))[0] ?? null;
}

async function judge(client: Client, type: RecordType, answer: Answer, created: boolean): Promise<WriteResult> {
  if (answer.status > 299) return refusalOf(answer);
  const listing = client.listing(answer, 'once');
  const [row] = listing.rows;
  if (row === undefined) throw new Fault('uncertain', 'Kantata saved a record without showing it');
  const saved = snapshotOf(type, row, listing, client.settings);
  const [snapshot = saved] = await madeWhole(client, type, [saved]).catch((cause: unknown) => {
    throw new Fault('uncertain', 'The record was saved but could not be read back as a whole', { cause });
  });
  return { outcome: 'applied', created, snapshot, requestId: answer.requestId };
}

/** Our wire record in the spelling of their request. */
function bodyOf(type: RecordType, { wire, externalId }: Write, settings: Settings): Body {
  const { address_parts: address, custom_fields: custom, status, due_date: dueOn, billed, ...rest } = wire;
  const body: Body = { ...rest };
  if (isRecord(billed)) Object.assign(body, billed);
  if (isRecord(address)) body['address'] = addressOf(address);
  if (isRecord(custom)) {
    const named: Readonly<Record<string, string | undefined>> = settings.customFields;
    const values = Object.entries(custom).flatMap(([name, value]) => {
      // A mapping names a custom field by its id, our own maps by the setting that holds it.
      const fieldId = /^\d+$/.test(name) ? name : named[name];
      return fieldId === undefined || value === undefined ? [] : [{ custom_field_id: fieldId, value }];
    });
    if (values.length > 0) body['custom_fields'] = values;
  }
  if (type.name === 'invoices') {
    if (status !== undefined) body['draft'] = status === 'draft';
    const days = paymentDays(wire['invoice_date'], dueOn);
    if (days !== null) body['payment_schedule'] = days;
  } else if (dueOn !== undefined) body['due_date'] = dueOn;
  if (type.name === 'external_payments') {
    // With an invoice they record its whole amount, whatever is sent: a part is recorded against the project alone.
    if (body['is_full'] !== true) delete body['invoice_id'];
    delete body['is_full'];
  }
  if (type.markAt !== undefined) body[type.markAt] = `${String(body[type.markAt] ?? '')} [${externalId}]`.trim();
  return body;
}

/** One text of at most four lines: street, postal code and city, region, country. */
function addressOf(parts: WireRecord): string | null {
  const text = (name: string): string => (typeof parts[name] === 'string' ? parts[name] : '');
  const lines = [text('street'), `${text('postal_code')} ${text('city')}`.trim(), text('region'), text('country')];
  const address = lines.filter((line) => line !== '').join('\n');
  return address === '' ? null : address;
}

/** They take the days between issue and due date, and work out the due date themselves. */
function paymentDays(issuedOn: unknown, dueOn: unknown): number | null {
  if (typeof issuedOn !== 'string' || typeof dueOn !== 'string' || !isDay(issuedOn) || !isDay(dueOn)) return null;
  return Math.max(0, daysBetween(issuedOn, dueOn));
}

function refusalOf(answer: Answer): Refusal {
  const message = wordsOf(answer);
  const byStatus: FaultCode = answer.status === 404 ? 'orphaned' : answer.status === 409 ? 'conflict' : 'rejected';
  const special = answer.status === 422 ? refusalWords.find(([, words]) => words.test(message)) : undefined;
  return refusal(special?.[0] ?? byStatus, message, codeOf(answer), fieldsOf(answer));
}

function refusal(code: FaultCode, message: string, vendorCode: string | null, fields: readonly string[] = []): Refusal {
  return { outcome: 'refused', code, message, fields, vendorCode };
}

/** Whether a record already holds all that an update would say. */
function isHeld(body: Body, wire: WireRecord): boolean {
  return Object.entries(body).every(([field, value]) => {
    const there = wire[field];
    if (Array.isArray(value)) return [...value].map(String).sort().join() === [...listOf(there)].sort().join();
    return String(value ?? '') === String(there ?? '');
  });
}

function numbersOf(value: unknown): readonly number[] {
  return listOf(value).map(Number);
}
