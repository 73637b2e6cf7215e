// The ways the platform starts scripts other than by a save: schedules, requests, dashboards, installation.
import type { Account, Doing } from './account.ts';
import { Form } from './n/server-widget.ts';

interface Crash {
  /** After this many maps one is run again, as the platform does when a server went down. */
  readonly restartAt?: number;
}

export function runFlush(account: Account, deployment = 'customdeploy_tieout_mr_flush', crash: Crash = {}): number {
  const at = account.project.deployment('customscript_tieout_mr_flush', deployment);
  const doing = { context: 'MAPREDUCE' };
  const index = account.queued.findIndex((task) => task.deployment === deployment);
  if (index >= 0) account.queued.splice(index, 1);
  const input = account.run(at, 'getInputData', {}, doing, 'getInputData') as Readonly<Record<string, string>>;
  const errors: (readonly [string, string])[] = [];
  let maps = 0;
  for (const [key, value] of Object.entries(input)) {
    const isCrash = maps++ === crash.restartAt;
    for (const isRestarted of isCrash ? [false, true] : [false]) {
      try {
        account.run(at, 'map', { key, value, isRestarted, executionNo: 1 }, doing, 'map');
      } catch (problem) {
        errors.push([key, String(problem)]);
      }
    }
  }
  const each = (look: (key: string, problem: string) => boolean) =>
    errors.every(([key, problem]) => look(key, problem));
  const iterator = () => ({ each });
  account.run(at, 'summarize', { mapSummary: { errors: { iterator } } }, doing, 'summarize');
  return maps;
}

export function runSweep(account: Account): void {
  account.run(
    account.project.deployment('customscript_tieout_ss_sweep'),
    'execute',
    {},
    { context: 'SCHEDULED', role: 'ADMINISTRATOR' },
  );
}

export interface RestletReply {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** The door parses JSON, writes JSON, and turns what is thrown into the vendor's error body. */
export function callRestlet(account: Account, request: unknown): RestletReply {
  const at = account.project.deployment('customscript_tieout_rl_api');
  try {
    const answered = account.run(at, 'post', JSON.parse(JSON.stringify(request)), { context: 'RESTLET' });
    return { status: 200, json: JSON.parse(JSON.stringify(answered)) };
  } catch (problem) {
    const { name, message } = problem as Error;
    return { status: 400, json: { error: { code: name, message } } };
  }
}

export interface SuiteletReply {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly form: Form | null;
}

interface SuiteletCall extends Doing {
  readonly method?: 'GET' | 'POST';
  readonly parameters?: Readonly<Record<string, string>>;
}

export function callSuitelet(account: Account, script: string, call: SuiteletCall = {}): SuiteletReply {
  const at = account.project.deployment(script);
  const { method = 'GET', parameters = {}, role = 'ADMINISTRATOR' } = call;
  if (!at.allRoles && !at.roles.includes(role)) throw new Error(`${role} may not open ${script}`);
  const headers: Record<string, string> = {};
  let body = '';
  let form: Form | null = null;
  const response = {
    setHeader: ({ name, value }: { name: string; value: string }) => {
      headers[name] = value;
    },
    write: (output: string | { output: string }) => {
      body += typeof output === 'string' ? output : output.output;
    },
    writePage: (page: Form | { pageObject: Form }) => {
      form = page instanceof Form ? page : page.pageObject;
    },
  };
  account.run(at, 'onRequest', { request: { method, parameters }, response }, { context: 'SUITELET', role });
  return { headers, body, form };
}

export function drawPortlet(account: Account): { title: string; html: string } {
  const portlet = { title: '', html: '' };
  const at = account.project.deployment('customscript_tieout_pl_health');
  account.run(at, 'render', { portlet, column: 1, entity: '' }, { context: 'PORTLET' });
  return portlet;
}

export function runInstallation(account: Account, script: 'install' | 'uninstall'): void {
  const at = account.project.deployment(`customscript_tieout_${script}`);
  account.run(
    at,
    'run',
    { fromVersion: null, toVersion: '0.1.0' },
    { context: 'SDFINSTALLATION', role: 'ADMINISTRATOR' },
  );
}
