// Our status inside Kantata: one cross-reference per record and system, with a state, words and a link.
import { type StatusState, statusStates } from '../../../shared/wire/status.ts';
import { wordsFor } from '../../../shared/words.ts';
import type { StatusResult, StatusToShow } from '../connector.ts';
import { type Client, wordsOf } from './client.ts';
import { serviceName, typeOf } from './records.ts';

/** People have no page of their own on which a status would help anybody: there is nothing to show, nor to refuse. */
const hiddenTypes: readonly string[] = ['users'];
/** UNVERIFIED: how long a message may be, and how their pages draw it. */
const messageLengthMax = 255;
/** They want the id of the record there; before there is one, this stands for it. */
const noCounterpart = 'none';

/** They know three states. */
const stateThere: Readonly<Record<StatusState, 'successful' | 'pending' | 'failed'>> = {
  'in-step': 'successful',
  ignored: 'successful',
  'on-its-way': 'pending',
  waiting: 'pending',
  uncertain: 'pending',
  held: 'failed',
  failed: 'failed',
  'not-connected': 'failed',
};

/** One call per record: they take no batches. May be repeated, since the service name is unique per record. */
export async function showStatuses(client: Client, rows: readonly StatusToShow[]): Promise<readonly StatusResult[]> {
  const results: StatusResult[] = [];
  for (const row of rows) results.push(await showOne(client, row));
  return results;
}

async function showOne(client: Client, { recordType, recordId, status }: StatusToShow): Promise<StatusResult> {
  if (hiddenTypes.includes(recordType)) return { outcome: 'applied' };
  const { state, reason, params, system, counterpart, link } = status;
  const words = reason === null ? null : wordsFor(reason, { system, ...params });
  const { title } = statusStates[state];
  const message = words === null ? title : [words.text || words.title, words.next].filter(Boolean).join(' ');
  const reference = {
    subject_type: typeOf(recordType).subject,
    subject_id: Number(recordId),
    service_name: `${serviceName}-${system}`,
    service_model: system,
    service_model_ref: counterpart ?? noCounterpart,
    status: stateThere[state],
    external_status: title,
    external_message: message.length > messageLengthMax ? `${message.slice(0, messageLengthMax - 1)}…` : message,
    external_link: link,
  };
  const path = 'external_references/create_or_update';
  const answer = await client.send('repeatable', 'POST', path, {}, { external_reference: reference });
  return answer.status < 300 ? { outcome: 'applied' } : { outcome: 'refused', message: wordsOf(answer) };
}
