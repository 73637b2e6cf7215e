// Connecting a system: its account is claimed in the directory first, then the lane is told.
import { z } from 'zod';
import { roles } from '../../shared/entities/entity.ts';
import { connectors } from '../connectors/_registry.ts';
import type { Connector } from '../connectors/connector.ts';
import { usesOurApp } from '../connectors/pairing.ts';
import { appOf } from '../platform/apps.ts';
import { type HookAddress, hookPath, receiverKey } from '../platform/vault.ts';
import { claim, release } from '../store/directory.ts';
import type { InstallationAt } from './at.ts';
import { ProblemError } from './problems.ts';
import { type Bindings, readFields } from './route.ts';

export const routing = z
  .object({ field: z.string(), values: z.array(z.string().trim().min(1).max(200)).min(1).max(500).readonly() })
  .nullable()
  .meta({ description: 'Which records it serves where several connections share a role.' });

export const newConnection = z
  .object({
    id: z.string().regex(/^[a-z0-9-]{1,40}$/),
    system: z.string().meta({ description: 'A name of GET /systems.' }),
    roles: z.array(z.enum(roles)).min(1),
    account: z.string().min(1).max(100),
    environment: z.enum(['production', 'sandbox']),
    settings: z.record(z.string(), z.unknown()),
    secrets: z.record(z.string(), z.unknown()).meta({
      description: "Empty where the account has admitted the hub's own app.",
    }),
    routing: routing.default(null),
    flow: z
      .enum(['matching', 'open', 'observe'])
      .default('matching')
      .meta({ description: 'Of every kind, at the start.' }),
  })
  .meta({ id: 'NewConnection' });

interface Connecting {
  readonly at: InstallationAt;
  readonly env: Bindings;
  readonly by: string;
  readonly nowMs: number;
}

export async function connect({ at, env, by, nowMs }: Connecting, body: z.infer<typeof newConnection>) {
  const { secrets, ...connection } = body;
  const { id, system, environment, account } = body;
  const connector = connectors[system];
  if (!connector) throw new ProblemError('unknown-system', `No connector is called ${system.slice(0, 40)}.`);
  readFields(connector.settings, body.settings, 'settings');
  if (!usesOurApp(connector, secrets)) readFields(connector.secrets, secrets, 'secrets');
  else if (appOf(env, system) === null) {
    const fields = [{ field: 'secrets', problem: 'this hub has no app of its own there' }];
    throw new ProblemError('invalid-fields', `${connector.title} needs credentials of your own.`, { fields });
  }
  const { shard, jurisdiction } = at.place;
  const place = { installation: at.id, connection: id, shard, jurisdiction, environment, account };
  const claimed = { ...place, system, claimedMs: nowMs };
  const outcome = await claim(env.DIRECTORY, claimed);
  if (outcome === 'refused') {
    throw new ProblemError('account-claimed', `${connector.title} account ${account} belongs to another connection.`);
  }
  try {
    const { value } = await at.send({ verb: 'connect', connection, secrets, by });
    return { connection: id, ...(await hookOf(env, connector, place, Number(value['keyVersion'] ?? 1))) };
  } catch (error) {
    // A refusal made nothing: the account is free again. After any other failure the lane may have connected it.
    if (outcome === 'made' && error instanceof ProblemError) await release(env.DIRECTORY, claimed);
    throw error;
  }
}

/**
 * Where the system's notices go, or where it comes, and the key it signs with; null where it sends none, or signs with
 * its own.
 */
export async function hookOf(
  env: Bindings,
  { name, receiver, visits }: Connector,
  place: HookAddress,
  version: number,
) {
  const { installation, connection } = place;
  if (visits) {
    const path = (await hookPath(env.HUB_KEY, name, place)).replace('/hooks/', '/v1/exchange/');
    return {
      hookUrl: env.PUBLIC_URL + path,
      hookKey: await receiverKey(env.HUB_KEY, installation, connection, version),
    };
  }
  if (!receiver) return { hookUrl: null, hookKey: null };
  const isShared = receiver.accountOf !== undefined;
  return {
    hookUrl: env.PUBLIC_URL + (isShared ? `/hooks/${name}` : await hookPath(env.HUB_KEY, name, place)),
    hookKey: receiver.keys === 'issued' ? await receiverKey(env.HUB_KEY, installation, connection, version) : null,
  };
}
