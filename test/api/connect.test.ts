// Where a system is told to go when it is connected, and the key it signs with: each kind of system its own door.
import { describe, expect, it } from 'vitest';
import { hookOf } from '../../edge-worker/api/connect.ts';
import type { Bindings } from '../../edge-worker/api/route.ts';
import { connectors } from '../../edge-worker/connectors/_registry.ts';

const env = { PUBLIC_URL: 'https://hub.example', HUB_KEY: 'ab'.repeat(32) } as Bindings;
const place = {
  ...{ installation: 'ins_01J00000000000000000000000', connection: 'c1', shard: 'main', jurisdiction: '' },
  ...{ environment: 'sandbox', account: 'acme' },
} as const;

describe.each(Object.values(connectors))('$title, once connected', (connector) => {
  it('hears the door it is to use, and a key exactly when the hub makes it', async () => {
    const { name, receiver, visits } = connector;
    const { hookUrl, hookKey } = await hookOf(env, connector, place, 1);
    if (visits) expect(hookUrl).toMatch(new RegExp(`^https://hub\\.example/v1/exchange/${name}/.+`));
    else if (!receiver) expect(hookUrl).toBeNull();
    else expect(hookUrl).toMatch(new RegExp(`^https://hub\\.example/hooks/${name}${receiver.accountOf ? '$' : '/.+'}`));
    expect(hookKey !== null).toBe(visits !== undefined || receiver?.keys === 'issued');
  });
});
