// What a lane that was put back cannot take back, because it lay nowhere else: keys, subscribers and their addresses,
// drafts, settings. What of it the audit tells is set as it was; of the rest its owner is told by name what to make
// anew. Nothing goes in silence.
import { instantText } from '../../shared/dates.ts';
import { connectionRows, flows, mappingDrafts, subscriptions } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { apiKeys } from '../store/people-schema.ts';
import type { apiKeyCopies, audit } from '../store/record-schema.ts';
import { deleteRows, readColumns, type StoredRow, writeRows } from '../store/rows.ts';
import { lostControl } from './controls.ts';
import type { LaneCore } from './core.ts';
import { slotOf } from './dispatch.ts';
import { closeHold, raiseHold } from './holds.ts';
import { takeHookKeys } from './hook-keys.ts';

type AuditRow = StoredRow<typeof audit>;

export interface Lost {
  /** Of the time that was lost, in order. */
  readonly said: readonly AuditRow[];
  readonly keys: readonly StoredRow<typeof apiKeyCopies>[];
  readonly sinceMs: number;
}

/** Done twice it finds everything as it left it, and what is open under the same names. */
export function takeWhatWasSaid(core: LaneCore, tx: LaneTransaction, lost: Lost): void {
  takeHookKeys(core, tx, lost.said);
  takeFlows(tx, lost.said);
  const since = instantText(lost.sinceMs);
  const tell = (code: string, names: readonly string[], dueMinutes = 480) => {
    if (names.length === 0) return;
    raiseHold(tx, core.ports.makeId, {
      ...{ entity: tx.installation, connection: 'hub', recordType: code, part: 'lost', kind: 'customer' },
      ...{ control: lostControl, owner: 'integration', code, dueMinutes, hash: '' },
      params: { names: [...new Set(names)].join(', '), since },
    });
  };
  tell('keys-lost', lostKeys(tx, lost));
  tell('subscribers-lost', lostSubscribers(tx, lost.said));
  tell('drafts-lost', lostDrafts(tx, lost.said));
  tell('settings-lost', lostSettings(lost.said));
  tell('tellings-lost', tellersOf(tx, core));
  tell('sums-lost', [since]);
}

/** Whoever calls with one of them is not let in; the list of keys says so. */
function lostKeys(tx: LaneTransaction, { keys }: Lost): string[] {
  const here = new Set(readColumns(tx.sql, apiKeys, ['id'], '').map(({ id }) => id));
  const gone = keys.filter(({ id, revokedMs }) => revokedMs === null && !here.has(id));
  for (const { installation: _installation, run: _run, ...key } of gone)
    tx.record('apiKeys', { ...key, revokedMs: tx.atMs });
  return gone.map(({ name }) => name);
}

/** Who was taken away or paused hears nothing; of the others what lies here may be out of date. */
function lostSubscribers(tx: LaneTransaction, said: readonly AuditRow[]): string[] {
  const rows = said.filter(({ action }) => action.startsWith('subscription-'));
  const removed = rows.flatMap(({ action, subject }) => (action === 'subscription-removed' ? [subject] : []));
  for (const id of removed) closeHold(tx, slotOf(id), 'put-back', null);
  deleteRows(
    tx.sql,
    subscriptions,
    removed.map((id) => [id]),
  );
  for (const { action, subject } of rows) {
    const state = { 'subscription-paused': 'paused', 'subscription-resumed': 'active' }[action];
    if (state) tx.sql.exec('UPDATE subscriptions SET state = ? WHERE id = ?', state, subject);
  }
  const names = new Map(readColumns(tx.sql, subscriptions, ['id', 'name'], '').map(({ id, name }) => [id, name]));
  const lost = new Set<string>();
  for (const { action, subject, detail } of rows) {
    if (removed.includes(subject)) continue;
    if (action === 'subscription-made' && !names.has(subject)) lost.add(nameIn(detail, subject));
    else if (action === 'subscription-changed' || action === 'subscription-key-rotated')
      lost.add(names.get(subject) ?? subject);
  }
  return [...lost];
}

const nameIn = (detail: string, subject: string) => (JSON.parse(detail) as { name?: string }).name ?? subject;

const draftEnds: ReadonlySet<string> = new Set(['draft-approved', 'draft-dropped']);

/** What was published of them is there as a version. One that ended since is no draft any more. */
function lostDrafts(tx: LaneTransaction, said: readonly AuditRow[]): string[] {
  const rows = said.filter(({ action }) => action.startsWith('draft-'));
  const over = new Set(rows.flatMap(({ action, subject }) => (draftEnds.has(action) ? [subject] : [])));
  for (const { action, subject } of rows)
    if (draftEnds.has(action))
      tx.sql.exec(
        'UPDATE mapping_drafts SET state = ? WHERE id = ?',
        action === 'draft-approved' ? 'published' : 'dropped',
        subject,
      );
  const titles = new Map(readColumns(tx.sql, mappingDrafts, ['id', 'title'], '').map(({ id, title }) => [id, title]));
  for (const { action, subject, detail } of rows)
    if (action === 'draft-begun') titles.set(subject, (JSON.parse(detail) as { title?: string }).title ?? subject);
  const changed = rows.flatMap(({ action, subject }) =>
    action !== 'draft-rehearsed' && !over.has(subject) ? [subject] : [],
  );
  return changed.map((id) => titles.get(id) ?? id);
}

/** What was to be read only is not written to, and what was let flow goes on. */
function takeFlows(tx: LaneTransaction, said: readonly AuditRow[]): void {
  const rows = said.flatMap(({ action, subject: connection, detail }) => {
    if (action !== 'flow-set' && action !== 'matches-accepted') return [];
    const { kind = '', state = 'open', cutoverOn = '' } = JSON.parse(detail) as Readonly<Record<string, string>>;
    return [{ connection, kind, state, cutoverOn: cutoverOn === '' ? null : cutoverOn }];
  });
  // The last one said of each counts.
  for (const row of rows) writeRows(tx.sql, flows, [row], 'replace');
}

/** Settings of which the audit does not tell the whole. */
const settings: Readonly<Record<string, string>> = {
  'match-accepted': 'answered match',
  'match-rejected': 'answered match',
  'routing-set': 'routing',
  'self-approval-set': 'self-approval',
  'connection-reconnected': 'credentials',
};

function lostSettings(said: readonly AuditRow[]): string[] {
  return said.flatMap(({ action, subject }) => {
    if (action.startsWith('alerts-') || action.startsWith('destination-')) return ['alerts'];
    const what = settings[action];
    return what === undefined ? [] : [`${what} of ${subject}`];
  });
}

/** Nobody can read there what they told in that time. */
const tellersOf = (tx: LaneTransaction, { ports }: LaneCore) =>
  readColumns(tx.sql, connectionRows, ['id', 'system'], '').flatMap(({ id, system }) =>
    ports.connectors[system]?.visits ? [id] : [],
  );
