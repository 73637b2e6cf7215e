// A NetSuite account with our built package in it: people save and open pages, and the scripts run as deployed.

import type { RecordType } from '../../edge-worker/connectors/netsuite/stand-in/fields.ts';
import { Permissions } from '../../edge-worker/connectors/netsuite/stand-in/permissions.ts';
import { seed } from '../../edge-worker/connectors/netsuite/stand-in/seed.ts';
import type { Entry } from '../../edge-worker/connectors/netsuite/stand-in/shelf.ts';
import type { Value } from '../../edge-worker/connectors/netsuite/stand-in/values.ts';
import { PackagedBooks } from './books.ts';
import { type EntryPoint, type LoadedScript, loadScript } from './loader.ts';
import { Meter, unitsOf } from './meter.ts';
import type { HttpAnswer, HttpRequest } from './n/https.ts';
import { modulesFor } from './n/index.ts';
import { ScriptRecord } from './n/record.ts';
import { Form } from './n/server-widget.ts';
import { type Deployment, Project } from './project.ts';

export interface Frame {
  readonly deployment: Deployment;
  readonly role: string;
  readonly context: string;
  readonly meter: Meter;
}

export interface Doing {
  readonly role?: string;
  readonly context?: string;
  /** The user event's own word: edit, xedit, approve … */
  readonly event?: string;
}

export interface Logged {
  readonly level: string;
  readonly title: string;
  readonly details: unknown;
}

export const clerk = 'customrole_sales_clerk';
export const integrationRole = 'customrole_tieout_integration';
export const adminRole = 'customrole_tieout_admin';
const person: Required<Doing> = { role: clerk, context: 'USERINTERFACE', event: '' };

export class Account {
  nowMs = Date.parse('2026-11-22T10:00:00.000Z');
  readonly project = new Project();
  readonly books: PackagedBooks;
  readonly logged: Logged[] = [];
  readonly secrets = new Map<string, { readonly value: string; readonly scripts: readonly string[] | null }>();
  readonly cached = new Map<string, string>();
  readonly queued: { readonly script: string; readonly deployment: string }[] = [];
  readonly requests: HttpRequest[] = [];
  /** Units each run used, by script file. */
  readonly spent: { readonly file: string; readonly entry: string; readonly units: number }[] = [];
  answer: (request: HttpRequest) => HttpAnswer = () => ({ code: 202, headers: {}, body: '' });
  /** How far the zone in which SuiteQL writes times is ahead of UTC. */
  sqlOffsetMs = 0;
  readonly clock: DateConstructor;
  readonly #frames: Frame[] = [];
  readonly #scripts = new Map<string, LoadedScript>();
  readonly #code: ReadonlyMap<string, string>;
  #doing: Required<Doing> = person;
  #uuids = 0;

  constructor(code: ReadonlyMap<string, string>) {
    this.#code = code;
    this.clock = clockOf(() => this.nowMs);
    this.books = new PackagedBooks(
      this.project,
      () => this.nowMs,
      (type, before, after) => this.#userEvents(type, before, after),
    );
    seed(this.books);
  }

  nextUuid(): string {
    return `00000000-0000-4000-8000-${String(++this.#uuids).padStart(12, '0')}`;
  }

  get frame(): Frame {
    const frame = this.#frames.at(-1);
    if (!frame) throw new Error('no script is running');
    return frame;
  }

  permissions(role: string): Permissions {
    const held = new Permissions();
    if (role === clerk || role === 'ADMINISTRATOR') {
      for (const type of this.project.of('customrecordtype')) {
        held.set(type.attributes['scriptid'] ?? '', role === clerk ? 'NONE' : 'FULL');
      }
      return held;
    }
    for (const permission of Object.keys(held.held())) held.set(permission, 'NONE');
    for (const [permission, level] of this.project.rightsOf(role)) held.set(permission, level);
    return held;
  }

  script(file: string): LoadedScript {
    const known = this.#scripts.get(file);
    if (known) return known;
    const code = this.#code.get(file);
    if (code === undefined) throw new Error(`${file} was not built`);
    const made = loadScript(file, code, modulesFor(this), this.clock);
    this.#scripts.set(file, made);
    return made;
  }

  /** One run of one entry point. A run out of units ends there, whatever the script caught. */
  run(deployment: Deployment, entry: string, context: unknown, doing: Doing = {}, kind = ''): unknown {
    const loaded = this.script(deployment.file);
    const point = loaded.exports[entry] as EntryPoint | undefined;
    if (!point) return undefined;
    const header = loaded.header['NScriptType'] ?? '';
    const meter = new Meter(unitsOf[kind || header] ?? 1000);
    const role = deployment.runAsRole ?? doing.role ?? integrationRole;
    this.#frames.push({ deployment, role, context: doing.context ?? header.toUpperCase(), meter });
    let result: unknown;
    try {
      result = point(context);
    } finally {
      this.#frames.pop();
      this.spent.push({ file: deployment.file, entry, units: meter.used });
    }
    if (meter.isSpent) throw new Error(`${deployment.file} ${entry}: used ${meter.used} of ${meter.limit} units`);
    return result;
  }

  /** What a person, an import or another integration saves. */
  save(type: string, id: string | null, values: Readonly<Record<string, Value>>, doing: Doing = {}): string {
    return this.#as(doing, () => this.books.save(this.books.type(type), id, { values }, 'person').id);
  }

  remove(type: string, id: string, doing: Doing = {}): void {
    this.#as(doing, () => this.books.remove(this.books.type(type), id, 'person'));
  }

  /** The record's page, as its user events leave it. `mode` copy and transform give the values of the new record. */
  page(type: string, id: string, mode: string, doing: Doing = {}): { form: Form; values: Record<string, Value> } {
    const recordType = this.books.type(type);
    const entry = this.books.store.get(recordType.id, id);
    if (!entry) throw new Error(`no ${type} ${id}`);
    const shown = new ScriptRecord(this, recordType, mode === 'copy' ? null : entry, entry);
    const form = new Form(type);
    const { role, context } = { ...person, ...doing };
    for (const deployment of this.#deployedOn(recordType.id, context)) {
      this.run(deployment, 'beforeLoad', { type: mode, newRecord: shown, form }, { role, context });
    }
    return { form, values: { ...entry.values, ...shown.changed() } };
  }

  rows(type: string): readonly (Readonly<Record<string, Value>> & { readonly id: string })[] {
    return [...this.books.store.shelf(type).values()].map((entry) => ({ ...entry.values, id: entry.id }));
  }

  #as<Result>(doing: Doing, work: () => Result): Result {
    const before = this.#doing;
    this.#doing = { ...person, ...doing };
    try {
      return work();
    } finally {
      this.#doing = before;
    }
  }

  #deployedOn(type: string, context: string): readonly Deployment[] {
    return this.project.deployments.filter(
      (each) =>
        each.scriptType === 'usereventscript' &&
        each.recordType === type &&
        each.isDeployed &&
        each.contexts.includes(context),
    );
  }

  /** Saves inside a user event run no user events. */
  #userEvents(type: RecordType, before: Entry | null, after: Entry | null): void {
    const frame = this.#frames.at(-1);
    if (frame?.deployment.scriptType === 'usereventscript') return;
    const role = frame?.role ?? this.#doing.role;
    const context = frame?.context ?? this.#doing.context;
    const event = this.#doing.event || (after === null ? 'delete' : before === null ? 'create' : 'edit');
    const present = after ?? before;
    if (!present) return;
    const newRecord = new ScriptRecord(this, type, present);
    if (event === 'xedit' && before && after) newRecord.showOnly(changedKeys(before, after));
    const oldRecord = before ? new ScriptRecord(this, type, before) : null;
    for (const deployment of this.#deployedOn(type.id, context)) {
      this.run(deployment, 'afterSubmit', { type: event, newRecord, oldRecord }, { role, context });
    }
  }
}

function changedKeys(before: Entry, after: Entry): ReadonlySet<string> {
  return new Set(Object.keys(after.values).filter((key) => after.values[key] !== before.values[key]));
}

function clockOf(nowMs: () => number): DateConstructor {
  class TurnedDate extends Date {
    constructor(...given: readonly unknown[]) {
      super(...((given.length === 0 ? [nowMs()] : given) as [number]));
    }

    static override now(): number {
      return nowMs();
    }
  }
  return TurnedDate as unknown as DateConstructor;
}
