// User events: scripts deployed on a record type, run around its saves and while its page is drawn.
import type { Draft, Watcher } from '../books.ts';
import type { RecordType } from '../fields.ts';
import { clerk } from '../permissions.ts';
import { Refusal } from '../refusal.ts';
import type { Entry } from '../shelf.ts';
import { worker } from '../users.ts';
import type { Doing } from './frame.ts';
import type { Form } from './n/form.ts';
import { ScriptRecord } from './n/script-record.ts';
import type { Platform } from './platform.ts';
import type { Deployment } from './project.ts';

const UserEventType = Object.fromEntries(
  (
    'CREATE EDIT DELETE XEDIT COPY VIEW APPROVE CANCEL REJECT SHIP TRANSFORM PRINT EMAIL QUICKVIEW REASSIGN PACK ' +
    'PAYBILLS ORDERITEMS SPECIALORDER DROPSHIP EDITFORECAST MARKCOMPLETE CHANGEPASSWORD'
  )
    .split(' ')
    .map((name) => [name, name.toLowerCase()]),
);

/** Contexts in which a deployment without a list of its own runs. */
const usualContexts: ReadonlySet<string> = new Set(
  'USERINTERFACE CSVIMPORT RESTWEBSERVICES WEBSERVICES RESTLET SCHEDULED MAPREDUCE SUITELET WORKFLOW'.split(' '),
);

export const byHand: Doing = { user: worker, role: clerk, context: 'USERINTERFACE' };

export class UserEvents implements Watcher {
  readonly #platform: Platform;
  readonly #deployed = new Map<string, readonly Deployment[]>();
  #doing: Doing = byHand;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** After scripts came or went. */
  lookAnew(): void {
    this.#deployed.clear();
  }

  /** Saves inside `work` are this person's, through this door. */
  as<Result>(doing: Doing, work: () => Result): Result {
    const before = this.#doing;
    this.#doing = doing;
    try {
      return work();
    } finally {
      this.#doing = before;
    }
  }

  before(draft: Draft, event: string): void {
    for (const deployment of this.#at(draft.type, 'beforeSubmit')) {
      const newRecord = new ScriptRecord(this.#platform.desk, draft.type, originOf(draft));
      const oldRecord = draft.before && new ScriptRecord(this.#platform.desk, draft.type, draft.before);
      try {
        this.#run(deployment, 'beforeSubmit', { type: event, newRecord, oldRecord });
      } catch (problem) {
        // Scripts may throw bare texts.
        throw new Refusal('USER_ERROR', problem instanceof Error ? problem.message : String(problem));
      }
      Object.assign(draft.values, newRecord.changed());
      Object.assign(draft.sublists, newRecord.lines.changed());
      draft.externalId = newRecord.externalId;
    }
  }

  /** The save stands whatever a script says now. */
  after(type: RecordType, before: Entry | null, after: Entry | null, event: string): void {
    this.#tellSubscribers(type, (after ?? before)!.id, event);
    for (const deployment of this.#at(type, 'afterSubmit')) {
      const newRecord = new ScriptRecord(this.#platform.desk, type, (after ?? before)!);
      if (event === 'xedit' && before && after) newRecord.showOnly(changedKeys(before, after));
      const oldRecord = before && new ScriptRecord(this.#platform.desk, type, before);
      try {
        this.#run(deployment, 'afterSubmit', { type: event, newRecord, oldRecord });
      } catch (problem) {
        this.#platform.journal.write('error', deployment.script, { title: 'afterSubmit', details: problem });
      }
    }
  }

  /** Event subscribers hear of every save, those of user events too, and run later. */
  #tellSubscribers(type: RecordType, recordId: string, event: string): void {
    const kind = { create: 'CREATED', delete: 'DELETED' }[event] ?? 'UPDATED';
    for (const each of this.#platform.deployments) {
      if (each.scriptType !== 'eventsubscriber' || !each.recordTypes.includes(`${kind} ${type.id}`)) continue;
      this.#platform.queue.tell({ subscriber: each, recordType: type.id.toUpperCase(), recordId });
    }
  }

  /** Draws on a page; what the scripts changed in the record is what the page then shows. */
  load(doing: Doing, mode: string, newRecord: ScriptRecord, form: Form): void {
    for (const deployment of this.#deployedOn(newRecord.recordType, doing.context)) {
      if (!this.#platform.has(deployment, 'beforeLoad')) continue;
      const context = () => [{ UserEventType, type: mode, newRecord, form, request: { parameters: {} } }];
      try {
        this.#platform.run(deployment, { entry: 'beforeLoad', context, doing });
      } catch (problem) {
        this.#platform.journal.write('error', deployment.script, { title: 'beforeLoad', details: problem });
      }
    }
  }

  #at(type: RecordType, entry: string): readonly Deployment[] {
    // A save inside a user event runs no user events.
    if (this.#platform.isInUserEvent) return [];
    const deployed = this.#deployedOn(type, this.#now().context);
    return deployed.length === 0 ? deployed : deployed.filter((each) => this.#platform.has(each, entry));
  }

  /** Scripts save as whoever runs them. */
  #now(): Doing {
    return this.#platform.isRunning ? this.#platform.frame.doing : this.#doing;
  }

  #run(deployment: Deployment, entry: string, context: Readonly<Record<string, unknown>>): void {
    this.#platform.run(deployment, { entry, context: () => [{ UserEventType, ...context }], doing: this.#now() });
  }

  #deployedOn(type: RecordType, context: string): readonly Deployment[] {
    const key = `${type.id} ${context}`;
    const known = this.#deployed.get(key);
    if (known) return known;
    const found = this.#platform.deployments.filter(
      (each) =>
        each.scriptType === 'usereventscript' &&
        each.isDeployed &&
        (each.recordTypes.includes(type.id) || each.recordTypes.includes('record')) &&
        (each.contexts ?? usualContexts).has(context),
    );
    this.#deployed.set(key, found);
    return found;
  }
}

function originOf({ before, externalId, values, sublists }: Draft) {
  const { id = null, createdMs = null, stampMs = null } = before ?? {};
  return { id, externalId, values, sublists, createdMs, stampMs };
}

function changedKeys(before: Entry, after: Entry): ReadonlySet<string> {
  return new Set(Object.keys(after.values).filter((key) => after.values[key] !== before.values[key]));
}
