// What the role behind our integration may do, as its permission list says.
import type { RecordType } from './fields.ts';
import { refusals } from './refusal.ts';

export const levels = ['NONE', 'VIEW', 'CREATE', 'EDIT', 'FULL'] as const;
export type Level = (typeof levels)[number];

/** The role our package ships. Deleting needs FULL, which it has nowhere. */
const shipped: Readonly<Record<string, Level>> = {
  ADMI_RESTWEBSERVICES: 'FULL',
  ADMI_LOGIN_OAUTH2: 'FULL',
  REPO_ANALYTICS: 'EDIT',
  LIST_CUSTJOB: 'EDIT',
  LIST_JOB: 'EDIT',
  LIST_PROJECTTASK: 'EDIT',
  LIST_EMPLOYEE: 'EDIT',
  LIST_SUBSIDIARY: 'VIEW',
  LIST_ITEM: 'VIEW',
  LIST_BILLINGSCHEDULE: 'EDIT',
  LIST_CUSTRECORDENTRY: 'FULL',
  TRAN_TIMEBILL: 'EDIT',
  TRAN_EXPREPT: 'EDIT',
  TRAN_SALESORD: 'EDIT',
  TRAN_CUSTINVC: 'EDIT',
  TRAN_CUSTCRED: 'EDIT',
  TRAN_CUSTPYMT: 'VIEW',
  // The id of this one is not published: FACTS.md#unverified.
  ADMI_OWN_CERTIFICATES: 'FULL',
};

const isLevel = (level: string): level is Level => levels.some((each) => each === level);

export class Permissions {
  readonly #levels = new Map<string, Level>(Object.entries(shipped));

  set(permission: string, level: string): void {
    if (!isLevel(level)) throw new Error(`No permission level '${level}'.`);
    this.#levels.set(permission, level);
  }

  allows(permission: string | null, level: Level): boolean {
    if (permission === null) return true;
    return levels.indexOf(this.#levels.get(permission) ?? 'NONE') >= levels.indexOf(level);
  }

  demand(type: RecordType, level: Level): void {
    if (!this.allows(type.permission, level)) throw refusals.noPermission();
  }

  held(): Record<string, Level> {
    return Object.fromEntries(this.#levels);
  }

  /** What our role ships with and no longer has. */
  missing(): string[] {
    return Object.entries(shipped)
      .filter(([permission, level]) => !this.allows(permission, level))
      .map(([permission]) => permission);
  }
}
