// The N/* modules this runtime knows. Whatever is missing here is missing loudly.
import type { Account } from '../account.ts';
import type { Module } from '../loader.ts';
import { costs } from '../meter.ts';
import { cryptoModule, encodeModule } from './crypto.ts';
import { errorModule, scriptError } from './error.ts';
import { httpsModule } from './https.ts';
import { queryModule, searchModule } from './query.ts';
import { recordModule } from './record.ts';
import { serverWidgetModule } from './server-widget.ts';

const accountId = '1234567_SB1';
const levels = ['NONE', 'VIEW', 'CREATE', 'EDIT', 'FULL'];

export function modulesFor(account: Account): Readonly<Record<string, Module>> {
  return {
    'N/cache': cacheModule(account),
    'N/crypto': cryptoModule(account),
    'N/crypto/random': { generateUUID: () => account.nextUuid() },
    'N/encode': encodeModule,
    'N/error': errorModule,
    'N/format': formatModule,
    'N/https': httpsModule(account),
    'N/log': logModule(account),
    'N/query': queryModule(account),
    'N/record': recordModule(account),
    'N/runtime': runtimeModule(account),
    'N/search': searchModule(account),
    'N/task': taskModule(account),
    'N/ui/serverWidget': serverWidgetModule,
    'N/url': urlModule,
  };
}

function runtimeModule(account: Account): Module {
  const user = () => {
    const { role } = account.frame;
    const held = account.permissions(role);
    const getPermission = ({ name }: { name: string }) =>
      levels.findLastIndex((level) => held.allows(name, level as 'VIEW'));
    const named = { id: 42, name: 'Ada "A&B" Byron', email: 'ada@northwind.example' };
    return { ...named, role: 1057, roleId: role.toLowerCase(), getPermission };
  };
  const script = () => ({ getRemainingUsage: () => account.frame.meter.left });
  return {
    ContextType: { USER_INTERFACE: 'USERINTERFACE' },
    EnvType: { PRODUCTION: 'PRODUCTION', SANDBOX: 'SANDBOX' },
    Permission: { FULL: 4, EDIT: 3, CREATE: 2, VIEW: 1, NONE: 0 },
    accountId,
    envType: 'SANDBOX',
    get executionContext() {
      return account.frame.context;
    },
    getCurrentUser: user,
    getCurrentScript: script,
  };
}

function cacheModule(account: Account): Module {
  const spend = () => account.frame.meter.spend(costs.cache);
  return {
    Scope: { PROTECTED: 'PROTECTED', PRIVATE: 'PRIVATE' },
    getCache: ({ name }: { name: string }) => ({
      get: ({ key }: { key: string }) => {
        spend();
        return account.cached.get(`${name}/${key}`) ?? null;
      },
      put: ({ key, value, ttl }: { key: string; value: string; ttl: number }) => {
        spend();
        if (ttl < 300) throw scriptError('SSS_INVALID_TTL', 'at least 300 seconds');
        account.cached.set(`${name}/${key}`, value);
      },
    }),
  };
}

function taskModule(account: Account): Module {
  const create = ({ scriptId, deploymentId }: { scriptId: string; deploymentId: string }) => ({
    submit: () => {
      account.frame.meter.spend(costs.submitTask);
      const { script, id } = account.project.deployment(scriptId, deploymentId);
      if (account.queued.some(({ deployment }) => deployment === id)) {
        throw scriptError('MAP_REDUCE_ALREADY_RUNNING', 'The map/reduce script deployment is already running.');
      }
      account.queued.push({ script, deployment: id });
      return `MAPREDUCETASK_${account.queued.length}`;
    },
  });
  return { TaskType: { MAP_REDUCE: 'MAP_REDUCE' }, create };
}

function logModule(account: Account): Module {
  const at = (level: string) => (entry: { title: string; details: unknown }) => {
    account.logged.push({ level, ...entry });
  };
  return { debug: at('debug'), audit: at('audit'), error: at('error') };
}

/** As a user with ISO preferences would have it. */
const formatModule: Module = {
  Type: { DATE: 'date', DATETIME: 'datetime' },
  format: ({ value, type }: { value: Date; type: string }) =>
    type === 'date' ? value.toISOString().slice(0, 10) : value.toISOString().slice(0, 16).replace('T', ' '),
};

const urlModule: Module = {
  resolveScript: ({
    scriptId,
    deploymentId,
    params = {},
  }: {
    scriptId: string;
    deploymentId: string;
    params?: Record<string, string>;
  }) => `/app/site/hosting/scriptlet.nl?${new URLSearchParams({ script: scriptId, deploy: deploymentId, ...params })}`,
};
