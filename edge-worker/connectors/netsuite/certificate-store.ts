// The certificates that NetSuite keeps for our integration: stored, and revoked.
import { z } from 'zod';
import { Fault } from '../../faults.ts';
import { faultOf, isPage } from './refusals.ts';
import { addressesOf, type Settings } from './settings.ts';

export interface StoreAt {
  readonly settings: Settings;
  readonly clientId: string;
  /** For REST web services. */
  readonly bearer: string;
  readonly fetch: (request: Request) => Promise<Response>;
}

/** Who the certificate logs in as. */
export interface MappedTo {
  readonly role: string;
  readonly entity: string;
}

const stored = z.object({ certificate_id: z.string().min(1), valid_until: z.string().optional() });

/** Null when the role may not store certificates, which an admin can do by hand. */
export async function storeCertificate(
  at: StoreAt,
  certificate: string,
  mapped: MappedTo | null,
): Promise<string | null> {
  const body = JSON.stringify({
    fileContent: certificate,
    ...(mapped && { role: Number(mapped.role), entity: Number(mapped.entity) }),
  });
  const reached = await ask(at, 'certificates', body);
  if (reached.status === 403) return null;
  const parsed = reached.status === 200 ? stored.safeParse(safely(reached.text)) : null;
  if (parsed?.success) return parsed.data.certificate_id;
  throw reached.status === 200
    ? new Fault('unreadable', 'NetSuite did not say the id of the certificate')
    : faultOf(reached);
}

export async function revokeCertificate(at: StoreAt, id: string): Promise<void> {
  const reached = await ask(at, `certificates/${encodeURIComponent(id)}/revoke`, '{}');
  if (reached.status !== 200) throw faultOf(reached);
}

async function ask(at: StoreAt, path: string, body: string) {
  const [first, second] = addressesOf(at.settings).certificates;
  const reached = await post(at, `${first}/${at.clientId}/${path}`, body);
  const isUnknown = reached.status === 404 || reached.status === 405 || isPage(reached);
  return isUnknown ? post(at, `${second}/${at.clientId}/${path}`, body) : reached;
}

async function post({ bearer, fetch }: StoreAt, url: string, body: string) {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', accept: 'application/json' };
  const response = await fetch(new Request(url, { method: 'POST', headers, body }));
  return {
    status: response.status,
    headers: response.headers,
    text: await response.text(),
    ifCut: 'unreachable' as const,
  };
}

function safely(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
