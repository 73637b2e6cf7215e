// N/https, synchronous as in the vendor's: the test hands in who answers. Each call is kept for the test to look at.
import type { Account } from '../account.ts';
import type { Module } from '../loader.ts';
import { costs } from '../meter.ts';
import { scriptError } from './error.ts';

export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpAnswer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function httpsModule(account: Account): Module {
  return {
    post: ({ url, headers, body }: HttpRequest): HttpAnswer => {
      account.frame.meter.spend(costs.request);
      if (!url.startsWith('https://'))
        throw scriptError('SSS_INVALID_URL', 'The URL must be a fully qualified HTTPS URL.');
      const request = { url, headers: { ...headers }, body };
      account.requests.push(request);
      return account.answer(request);
    },
  };
}
