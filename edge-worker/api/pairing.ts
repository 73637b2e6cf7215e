// Systems that are connected from inside: a request of their admin is tried with our own app, and what the account's
// own record then says is done: it founds an installation, joins one by a code, or runs again.
import type { Connector } from '../connectors/connector.ts';
import type { Opened, PairingRequest } from '../connectors/pairing.ts';
import type { Context as Ports } from '../context.ts';
import { appOf } from '../platform/apps.ts';
import type { Env } from '../platform/env.ts';
import { log } from '../platform/log.ts';
import { ProblemError } from './problems.ts';
import { spendPairing } from './rate.ts';
import { settle } from './settle.ts';

/** Longer than a page waits; a login server that hangs must not hold the sender's message for its whole minute. */
const timeoutMs = 20_000;

export interface Paired {
  readonly state: 'connected' | 'refused' | 'shut' | 'idle';
  /** Codes of the steps that are still to be taken in the account. */
  readonly missing: readonly string[];
}

interface Trying {
  readonly env: Env;
  readonly ports: Ports;
  readonly connector: Connector;
  readonly request: PairingRequest;
}

/** Trying again does no harm: the account's own record says whether there is still something to do. */
export async function pair(trying: Trying): Promise<Paired> {
  const { env, ports, connector, request } = trying;
  spendPairing(request.username, ports.nowMs());
  const app = appOf(env, connector.name);
  if (!connector.pairing || app === null) return { state: 'shut', missing: ['app'] };
  const fetch = (asked: Request) => ports.fetch(new Request(asked, { signal: AbortSignal.timeout(timeoutMs) }));
  const outcome = await connector.pairing.attempt(request, { app, fetch, nowMs: ports.nowMs });
  log('pairing', { system: connector.name, outcome: outcome.outcome });
  if (outcome.outcome === 'open') return taken(trying, outcome);
  return { state: outcome.outcome, missing: outcome.outcome === 'shut' ? outcome.missing : [] };
}

/** The account's own page is told how it ended. */
async function taken({ env, ports, connector, request }: Trying, opened: Opened): Promise<Paired> {
  const { account, environment, settings, name, jurisdiction, code, show } = opened;
  const by = `${request.username} (${connector.name} ${account})`;
  const proof = `${connector.name} ${account} ${request.recordId}`;
  const proven = { connector, roles: connector.roles, account, environment, settings, isResettling: true, secrets: {} };
  try {
    const { installation } = await settle(env, ports, { ...proven, join: code, name, jurisdiction, by, proof });
    await show({ state: 'connected', installation, missing: [] });
    return { state: 'connected', missing: [] };
  } catch (error) {
    if (!(error instanceof ProblemError) || error.type !== 'not-proven') throw error;
    await show({ state: 'refused', installation: null, missing: ['code'] });
    return { state: 'refused', missing: ['code'] };
  }
}
