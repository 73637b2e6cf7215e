// A customer's account with our built SuiteApp in it, and the people who work there: what they save, open and press.
import { createHmac } from 'node:crypto';
import { Bench, type Json, listOf, type Reply } from '../../edge-worker/connectors/netsuite/stand-in/testing.ts';
import { outboxType, settingType, withSuiteApp } from './suiteapp.ts';

export const hook = 'https://hub.tieout.example/hooks/netsuite/ins_1/mac';
export const secret = 'tieout-test-key-0123456789abcdef';
const keyName = 'guid-of-the-key';
const signers = ['mr_flush', 'sl_settings', 'sl_sync', 'uninstall'].map((name) => `customscript_tieout_${name}`);

export interface Saving {
  readonly context?: string;
  readonly event?: string;
  readonly role?: string;
}

export interface Run {
  readonly serial: number;
  readonly script: string;
  readonly entry: string;
  readonly units: number;
}

/** Customer, project and employee were there before the package: no outbox rows of them are left. */
export class Office extends Bench {
  readonly customer: string;
  readonly job: string;
  readonly employee: string;
  #lastRun = 0;

  constructor() {
    super(withSuiteApp);
    const [customer = ''] = this.#seed('customer', { companyName: 'Acme', subsidiary: '1' });
    const [job = ''] = this.#seed('job', { companyName: 'Acme rollout', parent: customer });
    this.customer = customer;
    this.job = job;
    const [employee = ''] = this.#seed('employee', { firstName: 'Ada', lastName: 'Byron', subsidiary: '1' });
    this.employee = employee;
    this.runs();
  }

  #seed(type: string, row: Json): string[] {
    return this.standIn.act('seed', { type, rows: [row] }) as string[];
  }

  /** Without the hub: the key lies in the account, and a first signature was accepted. */
  connect(more: Readonly<Record<string, string>> = {}): void {
    this.keepSecret(keyName, secret);
    const values = {
      state: 'connected',
      hub: 'https://hub.tieout.example',
      installation: 'ins_01J00000000000000000000000',
      hook,
      key: keyName,
      proven: '2026-11-01T00:00:00.000Z',
      ...more,
    };
    const named = Object.entries(values).map(([name, value]) => [`custrecord_tieout_se_${name}`, value] as const);
    this.standIn.update(settingType, String(this.setting()['id']), Object.fromEntries(named));
  }

  keepSecret(name: string, value: string): void {
    this.standIn.act('keep-secret', { name, value, scripts: signers });
  }

  save(type: string, id: string | null, values: Json, saving: Saving = {}): string {
    return String(this.standIn.act('save', { type, id, values, ...saving }));
  }

  /** As an import brings them: through no page. */
  edit(times: number): void {
    for (let save = 0; save < times; save++) {
      this.save('job', this.job, { comments: `${save}` }, { context: 'CSVIMPORT' });
    }
  }

  outbox(): readonly Json[] {
    return this.standIn.rows(outboxType);
  }

  unsent(): readonly Json[] {
    return this.outbox().filter((row) => row['custrecord_tieout_ob_sent'] !== true);
  }

  setting(): Json {
    return this.standIn.rows(settingType)[0] ?? {};
  }

  clearOutbox(): void {
    for (const { id } of this.standIn.rows(outboxType)) this.standIn.remove(outboxType, id);
  }

  /** Since the last look. */
  runs(): readonly Run[] {
    const all = this.standIn.act('script-runs', {}) as readonly Run[];
    const since = all.filter(({ serial }) => serial > this.#lastRun);
    this.#lastRun = all.at(-1)?.serial ?? 0;
    return since;
  }

  problems(): readonly Json[] {
    return listOf(this.standIn.act('script-logs', {})).filter(({ level }) => level === 'error');
  }

  submitted(): readonly Json[] {
    return listOf(this.standIn.act('submitted-tasks', {}));
  }

  /** How many batches it went through. */
  flush(deploy = 'customdeploy_tieout_mr_flush', restartAfter = -1): Promise<number> {
    const script = 'customscript_tieout_mr_flush';
    return this.standIn.act('run', { script, deploy, restartAfter }) as Promise<number>;
  }

  /** A time entry as the hub writes it. */
  time(serial: number, more: Json = {}): Json {
    const { employee, job } = this;
    const usual = { employee, customer: job, trandate: '2026-11-20', hours: '1.33', rate: '150' };
    const { values = {}, ...rest } = more;
    return {
      type: 'timebill',
      externalid: `tim_${serial}`,
      id: null,
      values: { ...usual, ...(values as Json) },
      stamp: `rev-${serial}`,
      ...rest,
    };
  }

  /** As the platform's queue does it within moments. */
  async runSubmitted(): Promise<void> {
    await this.standIn.act('run-submitted', {});
  }

  async sweep(): Promise<void> {
    await this.standIn.act('run', { script: 'customscript_tieout_ss_sweep' });
  }

  page(path: string, role = 'ADMINISTRATOR', form: Readonly<Record<string, string>> | null = null): Promise<Reply> {
    const headers = { Cookie: `role=${role}`, 'Content-Type': 'application/x-www-form-urlencoded' };
    return this.call(
      form === null ? 'GET' : 'POST',
      path,
      form === null ? undefined : `${new URLSearchParams(form)}`,
      headers,
    );
  }
}

export const projectPage = (id: string, more = '') => `/app/accounting/project/project.nl?id=${id}${more}`;

export function suiteletPage(name: string, more: Readonly<Record<string, string>> = {}): string {
  const query = { script: `customscript_tieout_${name}`, deploy: `customdeploy_tieout_${name}`, ...more };
  return `/app/site/hosting/scriptlet.nl?${new URLSearchParams(query)}`;
}

export async function isSigned(request: Request, key = secret): Promise<boolean> {
  const input = `${request.headers.get('Tieout-Timestamp')}.${await request.clone().text()}`;
  const wanted = `v1=${createHmac('sha256', key).update(input).digest('hex')}`;
  return (request.headers.get('Tieout-Signature') ?? '').split(',').includes(wanted);
}

export const statusOf = (system: string) => ({
  system,
  state: 'in-step',
  last: '2026-11-22T10:00:00.000Z',
  params: { a: 1 },
});
