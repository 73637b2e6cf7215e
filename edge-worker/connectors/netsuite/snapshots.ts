// Answered records as snapshots, and answers beside their questions.
import { Fault } from '../../faults.ts';
import type { Snapshot } from '../connector.ts';
import type { Access, IfCut } from './access.ts';
import * as answers from './answers.ts';
import type { ListIds } from './list-ids.ts';
import { apart } from './schedule.ts';
import { standing } from './withdrawals.ts';

/** At most so many records a call, by PROTOCOL.md. */
export const recordsMax = 100;

const timeCurrencyField = 'custcol_tieout_currency';
/** Of time on no project, by the standard's own code for it. */
const noCurrency = 'XXX';

export interface Connection {
  readonly access: Access;
  readonly lists: ListIds;
  /** Of projects that time was read of, and of companies that employ, by type and id: one that has any keeps it. */
  readonly currencies: Map<string, string>;
}

/** Answers records as snapshots. What they need beyond themselves is read for all of them at once. */
export async function snapshotsOf(
  connection: Connection,
  records: readonly answers.AnsweredRecord[],
): Promise<(record: answers.AnsweredRecord) => Snapshot> {
  await readCurrencies(connection, records);
  return (record) => snapshotOf(connection, record);
}

/**
 * Time that people enter in NetSuite names no currency: it is that of its project. UNVERIFIED: what an hour of a person
 * costs is in that of the company that employs them.
 */
async function readCurrencies(
  { access, lists, currencies }: Connection,
  records: readonly answers.AnsweredRecord[],
): Promise<void> {
  const wanted = records.flatMap((record) => withCurrencyOf(record) ?? []);
  const unknown = [...new Map(wanted.map((ref) => [placeOf(ref), ref])).values()].filter(
    (ref) => !currencies.has(placeOf(ref)),
  );
  for (let start = 0; start < unknown.length; start += recordsMax) {
    const asked = unknown.slice(start, start + recordsMax);
    const { body } = await access.call({ verb: 'read', records: asked }, answers.readAnswer, 'unreachable');
    for (const result of body.results) {
      if (!result.found) continue;
      const currency = lists.inward(result.record.type, result.record.values)['currency'];
      if (typeof currency === 'string') currencies.set(placeOf(result.record), currency);
    }
  }
}

interface Ref {
  readonly type: string;
  readonly id: string;
}
const placeOf = ({ type, id }: Ref) => `${type} ${id}`;

/** The record whose currency this one has; null where it says it itself, as time of the hub does, or needs none. */
function withCurrencyOf({ type, values }: answers.AnsweredRecord): Ref | null {
  const of = (owner: string, id: unknown) => (typeof id === 'string' ? { type: owner, id } : null);
  if (type === 'timebill' && (values[timeCurrencyField] ?? null) === null) return of('job', values['customer']);
  return type === 'employee' && (values['laborcost'] ?? null) !== null ? of('subsidiary', values['subsidiary']) : null;
}

function snapshotOf({ lists, currencies }: Connection, record: answers.AnsweredRecord): Snapshot {
  const { type, id, externalid, lastmodified, sublists = {} } = record;
  const withCurrency = withCurrencyOf(record);
  const currency = (withCurrency && currencies.get(placeOf(withCurrency))) ?? null;
  const values = {
    ...lists.inward(type, record.values),
    ...subsidiaryIn(lists, record),
    ...(type === 'timebill' && {
      [timeCurrencyField]: record.values[timeCurrencyField] ?? currency ?? noCurrency,
    }),
  };
  const person = type === 'employee' ? { name: nameOfPerson(values), costcurrency: currency } : {};
  const wire = { id, externalid, ...person, values, sublists: apart(type, lists.inwardLines(type, sublists)) };
  return { recordType: type, recordId: id, version: lastmodified, externalId: externalid, ...standing(record), wire };
}

/** People know a subsidiary by the name that the settings give it; without one by its own. */
function subsidiaryIn(lists: ListIds, { type, id }: answers.AnsweredRecord) {
  const ours = lists.nameOf('job', 'subsidiary', id);
  return type === 'subsidiary' && ours !== id ? { name: ours } : {};
}

/** A person's name is in two parts; the record's own name may carry a number in front. */
function nameOfPerson(values: Readonly<Record<string, unknown>>): string | null {
  const parts = [values['firstname'], values['lastname']].filter((part) => typeof part === 'string' && part !== '');
  if (parts.length > 0) return parts.join(' ');
  return typeof values['entityid'] === 'string' ? values['entityid'] : null;
}

/** An answer with more or fewer results than questions says nothing about any of them. */
export function paired<Question, Result>(questions: readonly Question[], results: readonly Result[], ifCut: IfCut) {
  if (questions.length !== results.length) {
    const code = ifCut === 'uncertain' ? 'uncertain' : 'unreadable';
    throw new Fault(code, `NetSuite answered ${results.length} of ${questions.length} questions`);
  }
  return questions.map((question, index): readonly [Question, Result] => [question, results[index]!]);
}
