// The N modules this platform knows. Whatever is missing here is missing loudly.
import type { Module } from '../loader.ts';
import type { Platform } from '../platform.ts';
import { cryptoModule, encodeModule, randomModule } from './crypto.ts';
import { serverWidgetModule } from './form.ts';
import { httpsModule } from './https.ts';
import { queryModule } from './query.ts';
import { recordModule } from './record.ts';
import { runtimeModule } from './runtime.ts';
import { searchModule } from './search.ts';
import { cacheModule, errorModule, formatModule, logModule, redirectModule, taskModule, urlModule } from './small.ts';

export function modulesFor(platform: Platform): Readonly<Record<string, Module>> {
  return {
    'N/cache': cacheModule(platform),
    'N/crypto': cryptoModule(platform),
    'N/crypto/random': randomModule(platform),
    'N/encode': encodeModule,
    'N/error': errorModule,
    'N/format': formatModule,
    'N/https': httpsModule(platform),
    'N/log': logModule(platform),
    'N/query': queryModule(platform),
    'N/record': recordModule(platform),
    'N/redirect': redirectModule(platform),
    'N/runtime': runtimeModule(platform),
    'N/search': searchModule(platform),
    'N/task': taskModule(platform),
    'N/ui/serverWidget': serverWidgetModule,
    'N/url': urlModule,
  };
}
