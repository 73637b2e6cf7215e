// What people see on their own pages, and what their books hold, as journeys ask for it.
import type { Row } from '../../edge-worker/connectors/stand-in.ts';
import type { Firm } from './firm.ts';
import type { OpenException } from './operator.ts';

/** The PSA is asked at once instead of in its rhythm; then everything that may go on has gone on. */
export async function arrive(firm: Firm): Promise<void> {
  await firm.installation.ask('psa');
  await firm.installation.settled();
}

/** The open holds on a record or on what arises from it. */
export async function holdsOn(
  firm: Firm,
  connection: string,
  type: string,
  id: string,
): Promise<readonly OpenException[]> {
  const { entities } = await firm.installation.status(connection, type, id);
  const own = new Set(entities.map(({ entity }) => entity));
  return (await firm.installation.exceptions()).filter(({ entity }) => own.has(entity));
}

export const holdsOnTime = (firm: Firm, entry: string) => holdsOn(firm, 'psa', 'time_entries', entry);
export const holdsOnDeal = (firm: Firm, deal: string) => holdsOn(firm, 'crm', 'Opportunity', deal);

/** The only one; a journey that expects one hold fails on none and on several. */
export function sole<One>(list: readonly One[]): One {
  const [one] = list;
  if (one === undefined || list.length > 1)
    throw new Error(`one was expected, not ${list.length}: ${JSON.stringify(list)}`);
  return one;
}

export const postedTime = ({ erp }: Pick<Firm, 'erp'>, notes: string): readonly Row[] =>
  erp.rows('timebill').filter((row) => row['memo'] === notes);

/** What a time entry's own page says about the ledger. */
export const timePage = ({ psa }: Pick<Firm, 'psa'>, entry: string): Row | undefined =>
  psa
    .rows('external_references')
    .find((row) => String(row['subject_id']) === entry && row['service_name'] === 'tieout-netsuite');

/** What a page in the CRM says about another system. */
export const crmPage = ({ crm }: Pick<Firm, 'crm'>, id: string, system: string): Row | undefined =>
  crm.rows('tieout__Sync_Status__c').find((row) => row['tieout__Sync_Ref__c'] === `${id}:${system}`);

/** What the timeline says of a record and of what arises from it, in titles, the oldest first. */
export async function timelineOf(firm: Firm, connection: string, type: string, id: string): Promise<string[]> {
  const { entities } = await firm.installation.status(connection, type, id);
  const histories = await Promise.all(entities.map(({ entity }) => firm.installation.entity(entity)));
  return histories
    .flatMap(({ timeline }) => timeline)
    .sort((a, b) => a.run - b.run)
    .flatMap(({ entries }) => entries.map(({ words }) => words.title));
}
