// The one row by which the org's pages know that they are connected, to which installation, and when we looked last.
import { instantText } from '../../../shared/dates.ts';
import { Fault } from '../../faults.ts';
import type { Presence } from '../connector.ts';
import type { SalesforceRest } from '../kits/salesforce-rest.ts';
import { id18 } from '../kits/salesforce-rest-values.ts';
import type { Dialect } from './dialect.ts';

export const connectionType = 'tieout__Connection__c';

/** The newest row counts: an admin who connects again makes another. */
export async function showPresence(rest: SalesforceRest, dialect: Dialect, presence: Presence): Promise<void> {
  const type = dialect.theirs(connectionType);
  const [row] = await rest.query(`SELECT Id FROM ${type} ORDER BY CreatedDate DESC, Id DESC LIMIT 1`);
  await saveConnection(rest, dialect, id18(row?.['Id']), {
    tieout__State__c: 'connected',
    tieout__Installation__c: presence.installation,
    tieout__Missing__c: null,
    tieout__Checked_At__c: instantText(presence.atMs),
  });
}

/** Without an id a row is made. */
export async function saveConnection(
  rest: SalesforceRest,
  dialect: Dialect,
  id: string | null,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const type = dialect.theirs(connectionType);
  const fields = dialect.outgoing(values);
  const [saved] = await (id === null ? rest.create([{ type, fields }]) : rest.update([{ type, id, fields }]));
  if (saved && !saved.ok) throw new Fault('rejected', saved.errors[0]?.message ?? 'The connection row was not saved');
}
