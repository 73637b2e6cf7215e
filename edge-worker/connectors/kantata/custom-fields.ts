// Fields that an account has made itself: which there are, and their values where a mapping names some by their id.
import type { SchemaField, Snapshot } from '../connector.ts';
import { type Client, isRecord } from './client.ts';
import type { RecordType } from './record-types.ts';

const typesOfValues: Readonly<Record<string, SchemaField['type']>> = {
  number: 'decimal',
  currency: 'money',
  date: 'date',
  single: 'choice',
  multi: 'list',
};
const subjectsPerCallMax = 200;

/** The account's own fields of a type, each under its id. UNVERIFIED: how their list names the type of a value. */
export async function customFieldsOf(client: Client, type: RecordType): Promise<readonly SchemaField[]> {
  const answer = await client.send('repeatable', 'GET', 'custom_fields', { per_page: '200' });
  // Without the right to see them nobody can map them; everything else goes on.
  if (answer.status === 403) return [];
  const own = client.listing(answer, 'repeatable').rows.filter((row) => row['subject_type'] === type.subject);
  return own.map((row) => ({
    path: `custom_fields.${String(row['id'])}`,
    label: String(row['name']),
    type: typesOfValues[String(row['value_type'])] ?? 'text',
    isRequired: false,
    isWritable: true,
    lengthMax: null,
    choices: null,
  }));
}

/** The snapshots with what lies in other lists. */
export async function madeWhole(
  client: Client,
  type: RecordType,
  snapshots: readonly Snapshot[],
): Promise<readonly Snapshot[]> {
  return withCustomFields(client, type, (await type.whole?.(client, snapshots)) ?? snapshots);
}

/**
 * The snapshots with the values of the custom fields that the mapping names. Side-loaded values do not say whose they
 * are, so they are asked for by record.
 */
async function withCustomFields(
  client: Client,
  type: RecordType,
  snapshots: readonly Snapshot[],
): Promise<readonly Snapshot[]> {
  const named = (client.settings.paths[type.name] ?? []).flatMap(
    (path) => /^custom_fields\.(\d+)$/.exec(path)?.[1] ?? [],
  );
  if (named.length === 0) return snapshots;
  const values = new Map<string, unknown>();
  for (let start = 0; start < snapshots.length; start += subjectsPerCallMax) {
    const subjects = snapshots.slice(start, start + subjectsPerCallMax).map((snapshot) => snapshot.recordId);
    await collectValues(client, type, subjects, values);
  }
  return snapshots.map((snapshot) => {
    const own = Object.fromEntries(named.map((id) => [id, values.get(`${snapshot.recordId} ${id}`) ?? null]));
    const shown = snapshot.wire['custom_fields'];
    return { ...snapshot, wire: { ...snapshot.wire, custom_fields: { ...(isRecord(shown) && shown), ...own } } };
  });
}

async function collectValues(
  client: Client,
  type: RecordType,
  subjects: readonly string[],
  values: Map<string, unknown>,
): Promise<void> {
  const query = { subject_type: type.subject, with_subject_id: subjects.join(','), include: 'custom_field' };
  for (const { row } of await client.all('custom_field_values', query))
    values.set(`${String(row['subject_id'])} ${String(row['custom_field_id'])}`, row['value'] ?? null);
}
