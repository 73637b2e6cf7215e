// The small modules: N/cache, N/error, N/format, N/log, N/redirect, N/task, N/url.
import { type Module, ScriptDate } from '../loader.ts';
import { costs } from '../meter.ts';
import type { Platform } from '../platform.ts';
import { scriptError } from '../script-error.ts';

const cacheSecondsMin = 300;
const valueBytesMax = 500_000;

export function cacheModule(platform: Platform): Module {
  const key = (cache: string, name: string) => `${cache}/${name}`;
  const put = (cache: string, name: string, value: unknown, ttl: number) => {
    if (ttl < cacheSecondsMin) throw scriptError('SSS_INVALID_TTL', `at least ${cacheSecondsMin} seconds`);
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (text.length > valueBytesMax) throw scriptError('SSS_CACHE_VALUE_TOO_LARGE', 'at most 500 KB');
    platform.frame.step('cache', () => platform.cached.put(key(cache, name), text, ttl * 1000));
    return text;
  };
  return {
    Scope: { PRIVATE: 'PRIVATE', PROTECTED: 'PROTECTED', PUBLIC: 'PUBLIC' },
    getCache: ({ name: cache }: { name: string }) => ({
      name: cache,
      get: (asked: { key: string; loader?: (context: { key: string }) => unknown; ttl?: number }) => {
        platform.frame.meter.spend(costs.cache);
        const known = platform.frame.step('cache', () => platform.cached.get(key(cache, asked.key)));
        if (known !== null || !asked.loader) return known;
        platform.frame.meter.spend(costs.cache);
        return put(cache, asked.key, asked.loader({ key: asked.key }), asked.ttl ?? cacheSecondsMin);
      },
      put: ({ key: name, value, ttl = cacheSecondsMin }: { key: string; value: unknown; ttl?: number }) => {
        platform.frame.meter.spend(costs.cache);
        put(cache, name, value, ttl);
      },
      remove: ({ key: name }: { key: string }) => {
        platform.frame.meter.spend(costs.cache);
        platform.frame.step('cache', () => platform.cached.remove(key(cache, name)));
      },
    }),
  };
}

export const errorModule: Module = {
  create: ({ name, message }: { name: string; message: string }) => scriptError(name, message),
};

export function logModule(platform: Platform): Module {
  const at = (level: string) => (given: string | { title: string; details?: unknown }, more?: unknown) => {
    const entry = typeof given === 'string' ? { title: given, details: more } : given;
    platform.frame.step('log', () => platform.journal.write(level, platform.frame.deployment.script, entry));
  };
  return { debug: at('debug'), audit: at('audit'), error: at('error'), emergency: at('emergency') };
}

interface ScriptAddress {
  readonly scriptId: string | number;
  readonly deploymentId: string | number;
  readonly params?: Readonly<Record<string, string>>;
}

function addressOf({ scriptId, deploymentId, params = {} }: ScriptAddress): string {
  const query = new URLSearchParams({ script: String(scriptId), deploy: String(deploymentId), ...params });
  return `/app/site/hosting/scriptlet.nl?${query}`;
}

export const urlModule: Module = { resolveScript: addressOf };

export function redirectModule(platform: Platform): Module {
  return {
    redirect: ({ url }: { url: string }) => platform.redirect(url),
    toSuitelet: (address: Omit<ScriptAddress, 'params'> & { parameters?: Readonly<Record<string, string>> }) =>
      platform.redirect(addressOf({ ...address, params: address.parameters ?? {} })),
    toRecord: ({ type, id }: { type: string; id: string | number }) =>
      platform.redirect(platform.pageOf(type, String(id))),
  };
}

export function taskModule(platform: Platform): Module {
  const create = ({
    taskType,
    scriptId,
    deploymentId,
  }: {
    taskType: string;
    scriptId: string;
    deploymentId?: string;
  }) => ({
    submit: () => {
      if (taskType !== 'MAP_REDUCE' && taskType !== 'SCHEDULED_SCRIPT') {
        throw new Error(`tasks of the kind ${taskType} are not known to this platform`);
      }
      platform.frame.meter.spend(costs.submitTask);
      return platform.frame.step('task', () => platform.queue.submit(scriptId, deploymentId ?? null));
    },
  });
  return { TaskType: { MAP_REDUCE: 'MAP_REDUCE', SCHEDULED_SCRIPT: 'SCHEDULED_SCRIPT' }, create };
}

const two = (part: number) => String(part).padStart(2, '0');

/** As a user of the United States with the account's zone at UTC would have it. */
function shown(value: Date, type: string): string {
  const day = `${value.getUTCMonth() + 1}/${value.getUTCDate()}/${value.getUTCFullYear()}`;
  if (type === 'date') return day;
  const hours = value.getUTCHours();
  return `${day} ${hours % 12 || 12}:${two(value.getUTCMinutes())} ${hours < 12 ? 'am' : 'pm'}`;
}

export const formatModule: Module = {
  Type: { DATE: 'date', DATETIME: 'datetime', DATETIMETZ: 'datetimetz', INTEGER: 'integer', CURRENCY: 'currency' },
  format: ({ value, type }: { value: unknown; type: string }) =>
    value instanceof Date ? shown(value, type) : String(value ?? ''),
  parse: ({ value, type }: { value: string; type: string }) =>
    type === 'date' || type.startsWith('datetime') ? new ScriptDate(value) : Number(value),
};
