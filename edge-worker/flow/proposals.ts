// A change of the mappings on its way: drafted, rehearsed, submitted, approved by somebody else, published. A version
// that was published is put back in one step. Each step is one lane transaction with its audit row.
import { canonicalJson, hashOf } from '../../shared/canonical-json.ts';
import { mappingDrafts, mappingVersions } from '../store/lane-schema.ts';
import { readRows, type StoredRow, writeRows } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import type { LaneCore } from './core.ts';
import { type MappingContent, mappingContent } from './mapping.ts';
import { beginWatch, type ErrorBudget } from './mapping-watch.ts';
import type { Rehearsal } from './rehearse.ts';
import { allowSelfApproval, selfApprovalOf } from './self-approval.ts';
import { checkCompiles, publishIn, StewardError } from './steward.ts';

export type DraftRow = StoredRow<typeof mappingDrafts>;

export type ProposalStep =
  | { readonly step: 'begin'; readonly id: string; readonly title: string; readonly from: number | null }
  | { readonly step: 'edit'; readonly draft: string; readonly revision: number; readonly content: MappingContent }
  | { readonly step: 'submit'; readonly draft: string; readonly revision: number; readonly note: string }
  | { readonly step: 'return'; readonly draft: string; readonly reason: string }
  | { readonly step: 'approve'; readonly draft: string; readonly revision: number; readonly budget: ErrorBudget }
  | { readonly step: 'drop'; readonly draft: string }
  | { readonly step: 'roll-back'; readonly version: number; readonly reason: string }
  | { readonly step: 'allow-self-approval'; readonly isAllowed: boolean };

/** Drafts that ended stay to be looked up this long. */
const keptMs = 90 * 86_400_000;

type Outcome = Readonly<Record<string, string | number>>;

export function propose(core: LaneCore, step: ProposalStep, by: string): Outcome {
  switch (step.step) {
    case 'begin':
      return begin(core, step.id, step.title, step.from, by);
    case 'edit':
      return edit(core, step.draft, step.revision, mappingContent.parse(step.content), by);
    case 'submit':
      return submit(core, step.draft, step.revision, step.note, by);
    case 'return':
      return end(core, openDraft(core, step.draft, ['submitted']), 'draft', by, step.reason);
    case 'drop':
      return end(core, openDraft(core, step.draft, ['draft', 'submitted']), 'dropped', by, '');
    case 'approve':
      return approve(core, step.draft, step.revision, step.budget, by);
    case 'roll-back':
      return rollBack(core, step.version, step.reason, by);
    case 'allow-self-approval':
      allowSelfApproval(core, step.isAllowed, by);
      return {};
  }
}

function begin(core: LaneCore, id: string, title: string, from: number | null, by: string): Outcome {
  const base = core.wiring.mappingVersion;
  const content = from === null ? core.wiring.content : contentOf(core, from);
  core.store.transaction((tx) => {
    tx.sql.exec(
      "DELETE FROM mapping_drafts WHERE state IN ('published', 'dropped') AND changed_ms < ?",
      tx.atMs - keptMs,
    );
    const times = { madeMs: tx.atMs, changedMs: tx.atMs };
    const nobody = { note: null, rehearsal: null, submittedBy: null, answeredBy: null, reason: null, version: null };
    const row = {
      id,
      title,
      base,
      revision: 1,
      state: 'draft',
      content: canonicalJson(content),
      by,
      changedBy: by,
      writers: JSON.stringify([by]),
    };
    writeRows(tx.sql, mappingDrafts, [{ ...row, ...times, ...nobody }], 'fail');
    tellAudit(core, tx, by, 'draft-begun', id, { title, base: String(base) });
  });
  return { draft: id, revision: 1 };
}

/** Two people at one draft: the second is told, and overwrites nothing. */
function edit(core: LaneCore, id: string, revision: number, content: MappingContent, by: string): Outcome {
  const draft = openDraft(core, id, ['draft']);
  checkRevision(draft, revision);
  checkCompiles(core, content);
  const text = canonicalJson(content);
  if (text === draft.content) return { draft: id, revision };
  core.store.transaction((tx) => {
    const writers = JSON.stringify([...new Set([...writersOf(draft), by])]);
    const changed = {
      content: text,
      revision: revision + 1,
      rehearsal: null,
      changedBy: by,
      writers,
      changedMs: tx.atMs,
    };
    writeRows(tx.sql, mappingDrafts, [{ ...draft, ...changed }], 'replace');
    tellAudit(core, tx, by, 'draft-edited', id, { revision: String(revision + 1), hash: hashOf(content) });
  });
  return { draft: id, revision: revision + 1 };
}

function submit(core: LaneCore, id: string, revision: number, note: string, by: string): Outcome {
  const draft = openDraft(core, id, ['draft']);
  checkRevision(draft, revision);
  if (draft.rehearsal === null) {
    const message = 'This draft has not been rehearsed as it is now.';
    throw new StewardError('not-rehearsed', message, 'Rehearse it, so that the approver sees what would change.');
  }
  checkIsCurrent(core, draft);
  core.store.transaction((tx) => {
    const row = {
      ...draft,
      state: 'submitted',
      note,
      submittedBy: by,
      changedMs: tx.atMs,
      reason: null,
    };
    writeRows(tx.sql, mappingDrafts, [row], 'replace');
    tellAudit(core, tx, by, 'draft-submitted', id, { revision: String(revision), note });
  });
  return { draft: id, revision };
}

function approve(core: LaneCore, id: string, revision: number, budget: ErrorBudget, by: string): Outcome {
  const draft = openDraft(core, id, ['submitted']);
  checkRevision(draft, revision);
  checkIsCurrent(core, draft);
  const isOwn = authorsOf(draft).includes(by);
  if (isOwn && !selfApprovalOf(core).isAllowed) {
    const message = 'Whoever wrote or submitted a draft does not approve it.';
    throw new StewardError('own-draft', message, 'Ask another approver.');
  }
  const content = mappingContent.parse(JSON.parse(draft.content));
  checkCompiles(core, content);
  const version = core.store.transaction((tx) => {
    const published = publishIn(core, tx, content, draft.submittedBy ?? draft.by, by);
    const row = { ...draft, state: 'published', answeredBy: by, version: published, changedMs: tx.atMs };
    writeRows(tx.sql, mappingDrafts, [row], 'replace');
    const detail = { revision: String(revision), version: String(published), isOwn: String(isOwn) };
    tellAudit(core, tx, by, 'draft-approved', id, detail);
    beginWatch(core, published, draft.base, budget);
    return published;
  });
  core.rewire();
  return { draft: id, version };
}

const writersOf = ({ writers }: DraftRow): readonly string[] => JSON.parse(writers);

/** Whoever wrote or submitted it. */
export function authorsOf(draft: DraftRow): readonly string[] {
  return [...new Set([...writersOf(draft), ...(draft.submittedBy === null ? [] : [draft.submittedBy])])];
}

function end(core: LaneCore, draft: DraftRow, state: 'draft' | 'dropped', by: string, reason: string): Outcome {
  core.store.transaction((tx) => {
    const row = { ...draft, state, reason: reason || null, answeredBy: by, changedMs: tx.atMs };
    writeRows(tx.sql, mappingDrafts, [row], 'replace');
    tellAudit(core, tx, by, state === 'dropped' ? 'draft-dropped' : 'draft-returned', draft.id, { reason });
  });
  return { draft: draft.id };
}

/** The content of an earlier version becomes the newest. Nothing is forgotten: both stay, and who did it. */
function rollBack(core: LaneCore, to: number, reason: string, by: string): Outcome {
  const content = contentOf(core, to);
  if (to === core.wiring.mappingVersion) {
    throw new StewardError('version-current', `Version ${to} is the one in force.`, 'Choose an earlier version.');
  }
  checkCompiles(core, content);
  const version = core.store.transaction((tx) => {
    const published = publishIn(core, tx, content, by, by);
    const from = String(core.wiring.mappingVersion);
    tellAudit(core, tx, by, 'mapping-rolled-back', String(published), { from, to: String(to), reason });
    return published;
  });
  core.rewire();
  return { version };
}

/** What a rehearsal found belongs to the draft as it was then; an edit meanwhile leaves it without one. */
export function keepRehearsal(core: LaneCore, id: string, revision: number, rehearsal: Rehearsal, by: string): void {
  const draft = openDraft(core, id, ['draft', 'submitted']);
  checkRevision(draft, revision);
  core.store.transaction((tx) => {
    writeRows(tx.sql, mappingDrafts, [{ ...draft, rehearsal: JSON.stringify(rehearsal) }], 'replace');
    const { records, changed } = rehearsal;
    tellAudit(core, tx, by, 'draft-rehearsed', id, {
      revision: String(revision),
      records: String(records),
      changed: String(changed),
    });
  });
}

export function openDraft(core: LaneCore, id: string, states: readonly string[]): DraftRow {
  const draft = readRows(core.store.sql, mappingDrafts, 'WHERE id = ?', id)[0];
  if (!draft) throw new StewardError('unknown-draft', `There is no draft ${id}.`, 'Choose one of the drafts listed.');
  if (states.includes(draft.state)) return draft;
  const message = `This draft is ${draft.state === 'draft' ? 'still being written' : draft.state}.`;
  throw new StewardError('draft-not-open', message, 'Begin a new draft, or have this one returned.');
}

export function checkRevision(draft: DraftRow, revision: number): void {
  if (draft.revision === revision) return;
  const message = `${draft.changedBy} has changed this draft meanwhile: it is at revision ${draft.revision}.`;
  throw new StewardError('draft-changed', message, 'Load it again; your own change is not saved.');
}

/** A draft over an older version would take back what was published since. */
function checkIsCurrent(core: LaneCore, draft: DraftRow): void {
  if (draft.base === core.wiring.mappingVersion) return;
  const message = `Version ${core.wiring.mappingVersion} was published after this draft was begun.`;
  throw new StewardError(
    'draft-outdated',
    message,
    'Begin a draft over the version in force and bring your change over.',
  );
}

function contentOf(core: LaneCore, version: number): MappingContent {
  const row = readRows(core.store.sql, mappingVersions, 'WHERE version = ?', version)[0];
  if (row) return mappingContent.parse(JSON.parse(row.content));
  throw new StewardError('unknown-version', `There is no version ${version}.`, 'Choose one of the versions listed.');
}

export function draftsOf(core: LaneCore): readonly DraftRow[] {
  return readRows(core.store.sql, mappingDrafts, 'ORDER BY changed_ms DESC LIMIT 200');
}

export function versionsOf(core: LaneCore): readonly StoredRow<typeof mappingVersions>[] {
  return readRows(core.store.sql, mappingVersions, 'ORDER BY version DESC LIMIT 500');
}
