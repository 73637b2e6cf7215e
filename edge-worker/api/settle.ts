// An account that has proven itself gets its installation: the one it has, the one whose code was given, or a new one.
import { canonicalJson } from '../../shared/canonical-json.ts';
import type { Connector, Environment } from '../connectors/connector.ts';
import type { Context as Ports } from '../context.ts';
import type { Once } from '../flow/requests.ts';
import type { Env } from '../platform/env.ts';
import { recordFor } from '../platform/record-database.ts';
import { enlist, type Place, placeOf, takeJoinCode } from '../store/directory.ts';
import { connectionCopies } from '../store/record-schema.ts';
import { select, sql } from '../store/scoped-record.ts';
import { InstallationAt, placeOfInstallation, unknownInstallation } from './at.ts';
import { connect, hookOf, type newConnection } from './connect.ts';
import { joinHash } from './join-code.ts';
import { idFor } from './once.ts';
import { ProblemError } from './problems.ts';

type Roles = (typeof newConnection)['_output']['roles'];

export interface Proven {
  readonly connector: Connector;
  readonly roles: Readonly<Roles>;
  readonly account: string;
  readonly environment: Environment;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Whether they are laid over those of a connection that is there already. */
  readonly isResettling: boolean;
  readonly secrets: Readonly<Record<string, unknown>>;
  /** A code of the installation that it is to join. */
  readonly join: string | null;
  /** What a new installation is called, and where its data stays. */
  readonly name: string;
  readonly jurisdiction: '' | 'eu';
  readonly by: string;
  /** Names the proof, where the same one may come twice at once: it founds one installation and connects once. */
  readonly proof: string | null;
}

export interface Settled {
  readonly installation: string;
  readonly hookUrl: string | null;
  readonly hookKey: string | null;
}

export async function settle(env: Env, ports: Ports, proven: Proven): Promise<Settled> {
  const { connector, account, environment, settings, secrets, by } = proven;
  const known = await placeOf(env.DIRECTORY, connector.name, environment, account);
  if (known) return renew(env, proven, known);
  const at = proven.join === null ? await found(env, ports, proven) : await joined(env, ports, proven, proven.join);
  const id = (await formerId(env, at.id, proven)) ?? idOf(connector, account);
  const connection = { id, system: connector.name, roles: [...proven.roles], account, environment };
  const body = { ...connection, settings, secrets, routing: null, flow: 'matching' as const };
  const made = await connect({ at, env, by, nowMs: ports.nowMs() }, body);
  return { installation: at.id, hookUrl: made.hookUrl, hookKey: made.hookKey };
}

function idOf({ name }: Connector, account: string): string {
  return `${name}-${account.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`.slice(0, 40);
}

/** Under which it was connected here before it was taken away: what it is linked with is known by that. */
async function formerId(
  env: Env,
  installation: string,
  { connector, account, environment }: Proven,
): Promise<string | null> {
  const isThat = sql`system = ${connector.name} AND account = ${account} AND environment = ${environment}`;
  const clause = sql`WHERE ${isThat} AND state = 'ended'`;
  const [copy] = await recordFor(env, installation).all(select(connectionCopies, clause));
  return copy?.id ?? null;
}

/** It has one: its connection gets the new credentials and runs again. What an admin set up otherwise stays. */
async function renew(env: Env, proven: Proven, known: Place): Promise<Settled> {
  const { connector, account, environment, secrets, by } = proven;
  const { installation, connection } = known;
  const at = new InstallationAt(env, installation, known, null);
  const settings = proven.isResettling ? await resettled(env, proven, known) : null;
  const { value } = await at.send({ verb: 'reconnect', credentials: { connection, secrets, settings }, by });
  const version = Number(value['keyVersion'] ?? 1);
  return { installation, ...(await hookOf(env, connector, { ...known, account, environment }, version)) };
}

/** Null where nothing changes: new settings mean new plans. */
async function resettled(env: Env, { settings }: Proven, { installation, connection }: Place) {
  const [copy] = await recordFor(env, installation).all(select(connectionCopies, sql`WHERE id = ${connection}`));
  if (!copy) return null;
  const before = JSON.parse(copy.settings) as object;
  const after = { ...before, ...settings };
  return canonicalJson(before) === canonicalJson(after) ? null : after;
}

function onceFor(proof: string | null, step: string): Once | null {
  const key = `${step} by ${proof}`;
  return proof === null ? null : { key, hash: key };
}

async function found(env: Env, ports: Ports, { name, jurisdiction, proof }: Proven): Promise<InstallationAt> {
  const installation = idFor(ports, 'ins', onceFor(proof, 'found'));
  const place = { shard: env.SHARD, jurisdiction };
  if (!(await enlist(env.DIRECTORY, { installation, ...place, createdMs: ports.nowMs() })))
    throw unknownInstallation(installation);
  const founding = { installation, name, ...place };
  await new InstallationAt(env, installation, place, null).send({ verb: 'found', founding });
  return new InstallationAt(env, installation, place, onceFor(proof, 'connect'));
}

async function joined(env: Env, ports: Ports, { proof }: Proven, code: string): Promise<InstallationAt> {
  const installation = await takeJoinCode(env.DIRECTORY, joinHash(code), ports.nowMs());
  if (installation === null) {
    throw new ProblemError('not-proven', 'The code is not one that counts: it was used, or is older than a day.');
  }
  const place = await placeOfInstallation(env, installation, ports.nowMs());
  return new InstallationAt(env, installation, place, onceFor(proof, 'connect'));
}
