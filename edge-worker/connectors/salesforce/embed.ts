// The record handshake: a session row that only its user can have made -> who looks at our page (PROTOCOL.md).
import { parseInstant } from '../../../shared/dates.ts';
import { rolesFrom } from '../../../shared/host-roles.ts';
import type { Embed, Proof, ProofRefusal, RecordClaim } from '../embed.ts';
import type { SalesforceRest, SObject } from '../kits/salesforce-rest.ts';
import { id18, isSameId, soqlText } from '../kits/salesforce-rest-values.ts';
import type { Dialect } from './dialect.ts';

/** A row is good for a minute; their clock against ours costs some of it. */
const lifeMs = 60_000;
const skewMs = 5_000;

const sessionType = 'tieout__Session__c';
const fields = { hash: 'tieout__Nonce_Hash__c', roles: 'tieout__Roles__c', user: 'tieout__User_Id__c' } as const;

/** Pages lie beside the org's own address, under the same name. */
export const embed: Embed<{ readonly instanceUrl?: string | undefined }> = {
  proof: 'record',
  // SLDS 2 in its light scheme: font-family-base, accent-2 and -3, surface-2, on-surface-2 and -1, border-1, radius-2.
  look: {
    font: 'system-ui, -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
    accent: '#0250d9',
    'accent-strong': '#022ac0',
    surface: '#f3f3f3',
    text: '#2e2e2e',
    'text-quiet': '#5c5c5c',
    line: '#c9c9c9',
    radius: '8px',
  },
  frameOrigins: ({ instanceUrl }) => {
    if (instanceUrl === undefined) return [];
    const { origin } = new URL(instanceUrl);
    return [...new Set([origin, origin.replace(/\.my\.salesforce\.com$/, '.lightning.force.com')])];
  },
};

/**
 * The hash proves that the page made the row; that nobody but its owner ever touched it proves whose roles the org
 * stamped on it. Reading it is what takes it: whatever comes of it, the row is gone afterwards.
 */
export async function proveUser(
  rest: SalesforceRest,
  dialect: Dialect,
  { recordId, nonce }: RecordClaim,
  nowMs: number,
): Promise<Proof> {
  const id = id18(recordId);
  if (id === null || !/^[\w-]{43}$/.test(nonce)) return refused('malformed');
  const own = [fields.hash, fields.roles, fields.user].map((field) => dialect.theirs(field));
  const columns = ['Id', 'CreatedDate', 'CreatedById', 'CreatedBy.Name', 'LastModifiedById', 'OwnerId', ...own];
  const soql = `SELECT ${columns.join(', ')} FROM ${dialect.theirs(sessionType)} WHERE Id = ${soqlText(id)}`;
  const [row] = await rest.query(soql);
  if (!row) return refused('forged');
  const text = (field: string) => String(row[dialect.theirs(field)] ?? '');
  const proof = await sha256Hex(nonce);
  // Somebody who does not know the nonce cannot take away the row of somebody who does.
  if (proof !== text(fields.hash)) return refused('forged');
  await rest.remove([id]);
  const user = String(row['CreatedById'] ?? '');
  const hands = [text('LastModifiedById'), text('OwnerId'), text(fields.user)];
  if (user === '' || !hands.every((hand) => isSameId(user, hand))) return refused('forged');
  const ageMs = nowMs - parseInstant(String(row['CreatedDate'] ?? ''));
  if (ageMs > lifeMs || ageMs < -skewMs) return refused('too-old');
  return {
    ok: true,
    person: { user, name: nameOf(row) || user, roles: rolesFrom(text(fields.roles).split(' ')), proof },
  };
}

function nameOf(row: SObject): string {
  const creator = row['CreatedBy'] as { readonly Name?: unknown } | null | undefined;
  return typeof creator?.Name === 'string' ? creator.Name : '';
}

async function sha256Hex(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function refused(refusal: ProofRefusal): Proof {
  return { ok: false, refusal };
}
