// What the tests of the SuiteApp share: an account with a customer and a project, installed, and connected to a hub.
import { createHmac } from 'node:crypto';
import { bundleScripts } from '../../erp-suiteapp/build.ts';
import { Account } from './account.ts';
import type { HttpRequest } from './n/https.ts';

export const hook = 'https://hub.tieout.example/hooks/netsuite/ins_1/mac';
export const secret = 'tieout-test-key-0123456789abcdef';
export const keyName = 'guid-of-the-key';
const flushScripts = [
  'customscript_tieout_mr_flush',
  'customscript_tieout_sl_settings',
  'customscript_tieout_uninstall',
];

const built = bundleScripts();

export interface Firm {
  readonly account: Account;
  readonly customer: string;
  readonly job: string;
}

/** Saved before the package looks: no outbox rows of it are left. */
export async function openFirm(): Promise<Firm> {
  const account = new Account(await built);
  const customer = account.save('customer', null, { companyname: 'Acme', subsidiary: '1' });
  const job = account.save('job', null, { companyname: 'Acme rollout', parent: customer });
  clearOutbox(account);
  account.queued.length = 0;
  account.cached.clear();
  account.spent.length = 0;
  return { account, customer, job };
}

export function clearOutbox(account: Account): void {
  const { store } = account.books;
  const type = account.books.type('customrecord_tieout_outbox');
  for (const entry of [...store.shelf(type.id).values()]) store.remove(type, entry, null);
}

export function connect(account: Account, more: Readonly<Record<string, string>> = {}): void {
  account.secrets.set(keyName, { value: secret, scripts: flushScripts });
  const values = {
    state: 'connected',
    hub: 'https://hub.tieout.example',
    installation: 'ins_01J00000000000000000000000',
    hook,
    key: keyName,
    proven: '2026-11-01T00:00:00.000Z',
    ...more,
  };
  const type = account.books.type('customrecord_tieout_setting');
  const named = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`custrecord_tieout_se_${name}`, value]),
  );
  const before = account.books.store.byExternalId(type.id, 'tieout');
  account.books.save(type, before?.id ?? null, { values: named, externalId: 'tieout' }, 'load');
}

export function isSigned(request: HttpRequest, key = secret): boolean {
  const input = `${request.headers['Tieout-Timestamp']}.${request.body}`;
  const wanted = `v1=${createHmac('sha256', key).update(input).digest('hex')}`;
  return (request.headers['Tieout-Signature'] ?? '').split(',').includes(wanted);
}
