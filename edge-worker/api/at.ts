// An installation as a route reaches it: its record in D1, narrowed to it, and its lane, which takes every change.
import { z } from 'zod';
import type { EntityName } from '../../shared/entities/_registry.ts';
import type { RecordClaim } from '../connectors/embed.ts';
import type { AuditHead } from '../flow/audit.ts';
import type { EndingWish } from '../flow/ending.ts';
import type { GoBack, WentBack } from '../flow/go-back.ts';
import type { Checked } from '../flow/health.ts';
import type { MappingContent } from '../flow/mapping.ts';
import type { RowProblem } from '../flow/mapping-check.ts';
import type { Sides } from '../flow/mapping-sides.ts';
import type { Entries, EntryProblem, TableSeen } from '../flow/mapping-tables.ts';
import type { Proved } from '../flow/people.ts';
import type { Preview, PreviewAsked } from '../flow/preview.ts';
import type { Question } from '../flow/questions.ts';
import type { Rehearsal, RehearsalAsked } from '../flow/rehearse.ts';
import type { Renewal } from '../flow/renewal.ts';
import type { Change, ChangeResult, Once } from '../flow/requests.ts';
import type { Tried } from '../flow/steward.ts';
import type { Thought, Validated } from '../flow/validate.ts';
import { archiveFor } from '../platform/archive.ts';
import type { Env } from '../platform/env.ts';
import { laneStub } from '../platform/lanes.ts';
import { recordFor } from '../platform/record-database.ts';
import type { Archive } from '../store/archive.ts';
import { laneOf } from '../store/directory.ts';
import { historyOf } from '../store/history.ts';
import type { After, OwnPage, OwnTable } from '../store/own-rows.ts';
import type { ScopedRecord } from '../store/scoped-record.ts';
import { LaneRefusal, ProblemError } from './problems.ts';
import type { Reply } from './route.ts';

export interface Place {
  readonly shard: string;
  readonly jurisdiction: string;
}

export class InstallationAt {
  readonly id: string;
  readonly place: Place;
  readonly record: ScopedRecord;
  readonly archive: Archive;
  readonly #lane: ReturnType<typeof laneStub>;
  readonly #once: Once | null;

  constructor(env: Pick<Env, 'LANE' | 'RECORD' | 'ARCHIVE'>, id: string, place: Place, once: Once | null) {
    this.id = id;
    this.place = place;
    this.record = recordFor(env, id);
    this.archive = archiveFor(env, id);
    this.#lane = laneStub(env, id, place.jurisdiction);
    this.#once = once;
  }

  /** The record as it is to be asked about one entity, with what was moved to the archive. */
  history(entity: string): Promise<ScopedRecord> {
    return historyOf(this.record, this.archive, entity);
  }

  /** Sends a change to the lane. What the lane would not do is a problem. */
  async send(change: Change) {
    const result = await reached(async (): Promise<ChangeResult> => this.#lane.change(change, this.#once));
    if (!result.ok) throw new LaneRefusal(result.code, result.message, result.next);
    return result;
  }

  /** 200 once the change is in the record; 202 with the lane's own view while D1 is away. */
  async change(change: Change): Promise<Reply<Changed>> {
    const { value, isRecorded } = await this.send(change);
    return { status: isRecorded ? 200 : 202, body: { ...value, recorded: isRecorded } };
  }

  /** Whether the record that a host page names proves its user. */
  proveUser(system: string, claim: RecordClaim): Promise<Proved> {
    return reached(async () => this.#lane.proveUser(system, claim));
  }

  /** Whether a record would pass. */
  validate(thought: Thought): Promise<Validated> {
    return reached(async () => this.#lane.validate(thought));
  }

  rehearse(asked: RehearsalAsked, by: string): Promise<Rehearsal> {
    return tried(async () => this.#lane.rehearse(asked, by));
  }

  preview(asked: PreviewAsked): Promise<Preview> {
    return tried(async () => this.#lane.preview(asked));
  }

  sides(connection: string, kind: EntityName): Promise<Sides> {
    return tried(async () => this.#lane.sides(connection, kind));
  }

  checkDraft(draft: string, content: MappingContent): Promise<readonly RowProblem[]> {
    return tried(async () => this.#lane.checkDraft(draft, content));
  }

  seeTable(draft: string, table: string): Promise<TableSeen> {
    return tried(async () => this.#lane.seeTable(draft, table));
  }

  checkTable(draft: string, table: string, entries: Entries): Promise<readonly EntryProblem[]> {
    return tried(async () => this.#lane.checkTable(draft, table, entries));
  }

  /** The head of the audit chain as the lane has it now, signed; every row up to it is in the record. */
  async signedHead(): Promise<AuditHead & { readonly signature: string }> {
    const head = await reached(async () => this.#lane.signedHead());
    if (head === null)
      throw new ProblemError('record-unavailable', 'The newest rows of the audit have not reached the record yet.');
    return head;
  }

  /** Asks a connection's system now. */
  check(connection: string): Promise<Checked> {
    return reached(async () => this.#lane.check(connection));
  }

  renewCredentials(connection: string, by: string): Promise<Renewal> {
    return reached(async () => this.#lane.renewCredentials(connection, by));
  }

  /** What only the lane can answer. */
  async ask<Answer>(question: Question): Promise<Answer> {
    const answer = await reached(async () => this.#lane.ask(question));
    if (answer === undefined) throw unknownInstallation(this.id);
    return answer as Answer;
  }

  /** Who takes everything away is written down first. */
  noteExport(by: string): Promise<void> {
    return reached(async () => this.#lane.noteExport(by));
  }

  ownRows(table: OwnTable, after: After, limit: number): Promise<OwnPage> {
    return reached(async () => this.#lane.ownRows(table, after, limit) as Promise<OwnPage>);
  }

  end(wish: EndingWish): Promise<void> {
    return reached(async () => this.#lane.end(wish));
  }

  goBack(wish: GoBack): Promise<WentBack> {
    return tried(async () => this.#lane.goBack(wish));
  }

  takeBack(by: string): Promise<void> {
    return reached(async () => this.#lane.takeBack(by));
  }
}

export const changed = z
  .object({ recorded: z.boolean().meta({ description: 'False while D1 is away: the lane has it, reports do not.' }) })
  .catchall(z.union([z.string(), z.number(), z.boolean()]))
  .meta({ id: 'Changed' });
export type Changed = z.infer<typeof changed>;

/** Jurisdiction and shard are stored at installation and never change; but an installation may have ended. */
const known = new Map<string, { readonly place: Place; readonly untilMs: number }>();
const knownMax = 10_000;
const knownMs = 60_000;

export async function placeOfInstallation(
  env: Pick<Env, 'DIRECTORY'>,
  installation: string,
  nowMs: number,
): Promise<Place> {
  const before = known.get(installation);
  if (before && before.untilMs > nowMs) return before.place;
  const place = await laneOf(env.DIRECTORY, installation);
  if (!place) throw unknownInstallation(installation);
  if (known.size >= knownMax) known.clear();
  known.set(installation, { place, untilMs: nowMs + knownMs });
  return place;
}

export function unknownInstallation(installation: string): ProblemError {
  return new ProblemError('unknown-installation', `There is no installation ${installation.slice(0, 40)} for you.`);
}

/** What the lane would not try is a problem. */
async function tried<Found>(work: () => Promise<Tried<Found>>): Promise<Found> {
  const answer = await reached(work);
  if (!answer.ok) throw new LaneRefusal(answer.code, answer.message, answer.next);
  return answer.value;
}

/** A lane that is overloaded or restarting is not a failure of the request. */
async function reached<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    const { overloaded, retryable } = error as { overloaded?: boolean; retryable?: boolean };
    if (!overloaded && !retryable) throw error;
    const headers = { 'retry-after': '5' };
    throw new ProblemError('lane-unavailable', 'The installation is busy or restarting.', { headers });
  }
}
