// What the operator holds of accounts with those who carry alerts (`CHANNELS`), and what is wrong with it: a slip there
// makes one channel fail, by name, and nothing else.
import { z } from 'zod';
import { channels } from '../channels/_registry.ts';
import type { Channel } from '../channels/channel.ts';
import type { Env } from './env.ts';
import { log } from './log.ts';

const accounts = z.record(z.string(), z.record(z.string(), z.unknown()));

type Held = { readonly account: unknown } | { readonly problem: string };

/** What the operator holds for a channel, checked; undefined where it needs nothing, null where it cannot be used. */
export function accountOf({ CHANNELS }: Pick<Env, 'CHANNELS'>, channel: Channel): unknown {
  const held = heldFor(CHANNELS, channel);
  if ('account' in held) return held.account;
  log('channel-malformed', { channel: channel.name, problem: held.problem });
  return null;
}

/** What is wrong with the account of each channel; empty where all is well. Nothing of what is held is repeated. */
export function problemsOf(held: string | undefined): readonly string[] {
  const found = channels.flatMap((channel) => {
    const one = heldFor(held, channel);
    return 'problem' in one ? [one.problem] : [];
  });
  return [...new Set(found)];
}

function heldFor(text: string | undefined, { name, account }: Channel): Held {
  if (!account) return { account: undefined };
  let held: unknown;
  try {
    held = JSON.parse(text ?? '{}');
  } catch {
    return { problem: 'CHANNELS is not JSON' };
  }
  const all = accounts.safeParse(held);
  if (!all.success) return { problem: 'CHANNELS is not an object of accounts by channel, such as {"mail":{…}}' };
  const given = all.data[name];
  if (given === undefined) return { account: null };
  const checked = account.safeParse(given);
  if (checked.success) return { account: checked.data };
  const fields = checked.error.issues.map(({ path }) => [name, ...path].join('.'));
  return { problem: `CHANNELS lacks, or has wrong: ${[...new Set(fields)].join(', ')}` };
}
