// N/https: calls to the outside, for which a run waits.
import type { Module } from '../loader.ts';
import { costs } from '../meter.ts';
import type { Platform } from '../platform.ts';
import { withPromises } from './promises.ts';

interface Asked {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readonly<Record<string, string>>;
}

export function httpsModule(platform: Platform): Module {
  const call = (method: string, { url, headers = {}, body }: Asked) => {
    const { frame } = platform;
    frame.meter.spend(costs.request);
    const text = body === undefined || typeof body === 'string' ? body : new URLSearchParams(body).toString();
    return frame.request({ method, url, headers: { ...headers }, body: text ?? null });
  };
  return {
    Method: { GET: 'GET', POST: 'POST', PUT: 'PUT', DELETE: 'DELETE', HEAD: 'HEAD' },
    ...withPromises({
      get: (asked: Asked) => call('GET', asked),
      post: (asked: Asked) => call('POST', asked),
      put: (asked: Asked) => call('PUT', asked),
      delete: (asked: Asked) => call('DELETE', asked),
      request: (asked: Asked) => call(asked.method ?? 'GET', asked),
    }),
  };
}
