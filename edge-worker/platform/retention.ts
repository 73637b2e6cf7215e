// For how long what is kept, as this environment wants it.
import { dayMs, type Retention, retention } from '../store/retention.ts';
import type { Env } from './env.ts';

export function retentionOf({ HISTORY_DAYS: days }: Pick<Env, 'HISTORY_DAYS'>): Retention {
  return days === undefined ? retention : { ...retention, historyMs: Number(days) * dayMs };
}
