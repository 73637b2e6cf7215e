// The roles of the account, and what each may do, as its permission list says.
import type { RecordType } from './fields.ts';
import { refusals } from './refusal.ts';

export const levels = ['NONE', 'VIEW', 'CREATE', 'EDIT', 'FULL'] as const;
export type Level = (typeof levels)[number];

const isLevel = (level: string): level is Level => levels.some((each) => each === level);

export class Role {
  readonly id: string;
  readonly serial: number;
  readonly name: string;
  readonly #isAdministrator: boolean;
  readonly #levels = new Map<string, Level>();

  constructor(id: string, serial: number, name: string, rights: Iterable<readonly [string, string]>) {
    this.id = id;
    this.serial = serial;
    this.name = name;
    this.#isAdministrator = id === administrator;
    for (const [permission, level] of rights) this.set(permission, level);
  }

  set(permission: string, level: string): void {
    if (!isLevel(level)) throw new Error(`No permission level '${level}'.`);
    this.#levels.set(permission, level);
  }

  levelOf(permission: string): number {
    return this.#isAdministrator ? levels.length - 1 : levels.indexOf(this.#levels.get(permission) ?? 'NONE');
  }

  allows(permission: string | null, level: Level): boolean {
    return permission === null || this.levelOf(permission) >= levels.indexOf(level);
  }

  demand(type: RecordType, level: Level): void {
    if (!this.allows(type.permission, level)) throw refusals.noPermission();
  }
}

export const administrator = 'ADMINISTRATOR';
/** A role that an administrator made by hand for an integration, as nobody's package brings one. */
export const handMade = 'customrole_integration';
/** A role of people who work with records and know nothing of integrations. */
export const clerk = 'customrole_sales_clerk';

const ofIntegration: Readonly<Record<string, Level>> = {
  ADMI_RESTWEBSERVICES: 'FULL',
  ADMI_LOGIN_OAUTH2: 'FULL',
  // The id of this one is not published: FACTS.md#unverified.
  ADMI_OWN_CERTIFICATES: 'FULL',
  REPO_ANALYTICS: 'EDIT',
  ADMI_ACCTPERIODS: 'VIEW',
  LIST_CUSTJOB: 'EDIT',
  LIST_JOB: 'EDIT',
  LIST_PROJECTTASK: 'EDIT',
  LIST_EMPLOYEE: 'EDIT',
  LIST_SUBSIDIARY: 'VIEW',
  LIST_ITEM: 'VIEW',
  LIST_BILLINGSCHEDULE: 'EDIT',
  TRAN_TIMEBILL: 'EDIT',
  TRAN_EXPREPT: 'EDIT',
  TRAN_SALESORD: 'EDIT',
  TRAN_CUSTINVC: 'EDIT',
  TRAN_CUSTCRED: 'EDIT',
  TRAN_CUSTPYMT: 'VIEW',
};

const ofClerks: Readonly<Record<string, Level>> = {
  LIST_CUSTJOB: 'EDIT',
  LIST_JOB: 'EDIT',
  LIST_PROJECTTASK: 'EDIT',
  LIST_EMPLOYEE: 'EDIT',
  LIST_SUBSIDIARY: 'VIEW',
  LIST_ITEM: 'VIEW',
  LIST_BILLINGSCHEDULE: 'EDIT',
  TRAN_TIMEBILL: 'EDIT',
  TRAN_EXPREPT: 'EDIT',
  TRAN_SALESORD: 'EDIT',
  TRAN_CUSTINVC: 'EDIT',
  TRAN_CUSTCRED: 'EDIT',
  TRAN_CUSTPYMT: 'EDIT',
};

const firstCustomSerial = 1000;

export class Roles {
  readonly #byId = new Map<string, Role>();
  #next = firstCustomSerial;

  constructor() {
    this.#keep(new Role(administrator, 3, 'Administrator', []));
    this.add(handMade, 'Integration', Object.entries(ofIntegration));
    this.add(clerk, 'Sales Clerk', Object.entries(ofClerks));
  }

  add(id: string, name: string, rights: Iterable<readonly [string, string]>): Role {
    return this.#keep(new Role(id, this.#byId.get(id)?.serial ?? this.#next++, name, rights));
  }

  remove(id: string): void {
    this.#byId.delete(id);
  }

  all(): readonly Role[] {
    return [...this.#byId.values()];
  }

  find(id: string): Role | null {
    return this.#byId.get(id) ?? null;
  }

  withSerial(serial: number): Role | null {
    return this.all().find((role) => role.serial === serial) ?? null;
  }

  named(id: string): Role {
    const found = this.find(id);
    if (!found) throw new Error(`The account has no role ${id}.`);
    return found;
  }

  #keep(role: Role): Role {
    this.#byId.set(role.id, role);
    return role;
  }
}
