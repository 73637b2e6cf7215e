// Outbound messages of the package: a doorbell. It says that something changed in an org; the outbox says what.
import { z } from 'zod';
import type { Delivery, Expected, Received, Receiver, Refusal } from '../connector.ts';
import { id18, isSameId } from '../kits/salesforce-rest-values.ts';
import type { PairingRequest } from '../pairing.ts';

/** A full message of 100 notifications takes 32 KB. */
const bodyBytesMax = 1_000_000;
const notificationsMax = 100;

const message = z.object({
  Envelope: z.object({
    Body: z.object({
      notifications: z.object({
        OrganizationId: z.string(),
        Notification: z
          .array(z.object({ Id: z.string(), sObject: z.unknown() }))
          .min(1)
          .max(notificationsMax),
      }),
    }),
  }),
});

interface Message {
  readonly account: string;
  readonly notificationIds: readonly string[];
  /** The fields that each carries, under the org's own names. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

async function readMessage(body: Uint8Array): Promise<Message | Refusal> {
  if (body.byteLength > bodyBytesMax) return 'too-large';
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(body);
    // The parser would expand a document's own entities.
    if (/<!DOCTYPE|<!ENTITY/i.test(text)) return 'malformed';
    const { parser } = await import('./xml.ts');
    const parsed = message.parse(parser.parse(text));
    const { OrganizationId, Notification } = parsed.Envelope.Body.notifications;
    const account = longForm(OrganizationId.trim());
    const notificationIds = Notification.map(({ Id }) => Id.trim());
    const areIds = notificationIds.every((id) => /^[A-Za-z0-9]{15,18}$/.test(id));
    const rows = Notification.flatMap(({ sObject }) => (isRow(sObject) ? [sObject] : []));
    return account !== null && areIds ? { account, notificationIds, rows } : 'malformed';
  } catch {
    // Whatever the parser makes of it, it is no message of theirs.
    return 'malformed';
  }
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object';
}

/** As it came, if it came in full. */
function longForm(id: string): string | null {
  return /^[A-Za-z0-9]{18}$/.test(id) ? id : id18(id);
}

/** A message is sent again with the same notifications; other company for the first of them makes another message. */
async function deliveryIdOf(notificationIds: readonly string[]): Promise<string> {
  const first = notificationIds[0] ?? '';
  if (notificationIds.length === 1) return first;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(notificationIds.join(' ')));
  const hash = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${first}.${hash.slice(0, 24)}`;
}

async function receive(delivery: Delivery, expected: Expected): Promise<Received> {
  const read = await readMessage(delivery.body);
  if (typeof read === 'string') return { ok: false, refusal: read };
  if (!isSameId(read.account, expected.account)) return { ok: false, refusal: 'wrong-account' };
  return { ok: true, deliveryId: await deliveryIdOf(read.notificationIds), notices: [], rings: ['outbox'] };
}

/**
 * Requests of an admin to connect the org. A message without one, as nearly all are, is not parsed for them.
 */
export async function connectRequests({ body }: Delivery): Promise<readonly PairingRequest[]> {
  if (body.byteLength > bodyBytesMax || !new TextDecoder().decode(body).includes('>CONNECT<')) return [];
  const read = await readMessage(body);
  if (typeof read === 'string') return [];
  return read.rows.flatMap((row) => {
    const named = (field: string) => String(row[`tieout__${field}`] ?? row[field] ?? '').trim();
    if (named('Kind__c') !== 'CONNECT') return [];
    const { account } = read;
    const [username, recordType] = [named('Username__c'), named('Object_Name__c')];
    return username === '' ? [] : [{ account, username, recordType, recordId: named('Record_Id__c') }];
  });
}

const soap = 'http://schemas.xmlsoap.org/soap/envelope/';
const acknowledgement =
  `<?xml version="1.0" encoding="UTF-8"?>\n<soapenv:Envelope xmlns:soapenv="${soap}"><soapenv:Body>` +
  '<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>' +
  '</soapenv:Body></soapenv:Envelope>';

export const receiver: Receiver = {
  proof: 'doorbell',
  keys: 'none',
  bodyBytesMax,
  accountOf: async ({ body }) => {
    const read = await readMessage(body);
    return typeof read === 'string' ? null : { account: read.account, environment: null };
  },
  receive,
  // Anything but this very answer is sent again for a day, so poison and strangers are acknowledged too.
  answer: (outcome) =>
    outcome === 'retry-later'
      ? { status: 503, contentType: 'text/plain; charset=UTF-8', body: 'Try again later' }
      : { status: 200, contentType: 'text/xml; charset=UTF-8', body: acknowledgement },
};
