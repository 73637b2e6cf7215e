// Our status inside Kantata: one cross-reference per record and system, with a state, words and a link.
import { type StatusState, statusStates } from '../../../shared/wire/status.ts';
import { wordsFor } from '../../../shared/words.ts';
import type { StatusResult, StatusToShow } from '../connector.ts';
import { type Client, wordsOf } from './client.ts';
import { serviceName, typeOf } from './record-types.ts';

/** They have no page of their own on which a status would help anybody: there is nothing to show, nor to refuse. */
const hiddenTypes: readonly string[] = ['users', 'external_payments'];
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
  'would-pass': 'successful',
  'would-be-held': 'failed',
};

/**
 * What was said last, and when: each row costs a call, so the same is not said again within this time. Forgetting
 * costs a call.
 */
export type Shown = Map<string, { readonly text: string; readonly atMs: number }>;
const saidForMs = 10 * 60_000;
const shownMax = 5_000;

/** One call per record: they take no batches. May be repeated, since the service name is unique per record. */
export async function showStatuses(
  client: Client,
  shown: Shown,
  rows: readonly StatusToShow[],
): Promise<readonly StatusResult[]> {
  const results: StatusResult[] = [];
  for (const row of rows) results.push(await showOne(client, shown, row));
  return results;
}

async function showOne(
  client: Client,
  shown: Shown,
  { recordType, recordId, status }: StatusToShow,
): Promise<StatusResult> {
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
  const place = `${recordType} ${recordId} ${system}`;
  const text = JSON.stringify(reference);
  const said = shown.get(place);
  if (said?.text === text && client.nowMs() - said.atMs < saidForMs) return { outcome: 'applied' };
  const path = 'external_references/create_or_update';
  const answer = await client.send('repeatable', 'POST', path, {}, { external_reference: reference });
  if (answer.status >= 300) return { outcome: 'refused', message: wordsOf(answer) };
  if (shown.size >= shownMax) shown.clear();
  shown.set(place, { text, atMs: client.nowMs() });
  return { outcome: 'applied' };
}
