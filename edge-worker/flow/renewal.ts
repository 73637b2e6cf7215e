// Credentials that end by themselves are renewed before: looked after once a day, or when somebody asks.
import { instantText } from '../../shared/dates.ts';
import { Fault, type FaultCode } from '../faults.ts';
import type { LaneCore } from './core.ts';
import { reconnect } from './reconnect.ts';

type Seal = (plain: string) => Promise<string>;

export type Renewal =
  | { readonly ok: true; readonly isRenewed: boolean }
  | { readonly ok: false; readonly code: FaultCode | 'unknown-connection'; readonly message: string };

const lookedName = 'renewal looked';
/** What went wrong at the last attempt; empty once one has worked. */
export const renewalProblem = (connection: string) => `renewal problem ${connection}`;

/** Those of every connection whose time has come. A failure is tried again on the next day. */
export async function renewDaily(core: LaneCore, seal: Seal): Promise<void> {
  const day = instantText(core.ports.nowMs()).slice(0, 10);
  if (core.store.value(lookedName) === day) return;
  core.store.setValue(lookedName, day);
  for (const { id, connector } of core.wiring.connections.values()) {
    if (connector.consent && core.callable(id)) await renewCredentials(core, id, seal, null);
  }
}

/** `by` null: only what is due. */
export async function renewCredentials(core: LaneCore, id: string, seal: Seal, by: string | null): Promise<Renewal> {
  const connection = core.wiring.connections.get(id);
  if (!connection) return { ok: false, code: 'unknown-connection', message: `There is no connection ${id}.` };
  try {
    const renewed = (await core.session(connection).renewCredentials?.(by !== null)) ?? null;
    if (renewed === null) return { ok: true, isRenewed: false };
    const sealed = await seal(JSON.stringify(renewed.secrets));
    const credentials = { connection: id, secrets: renewed.secrets, settings: null };
    reconnect(core, credentials, sealed, by ?? 'Tieout');
    core.store.setValue(renewalProblem(id), '');
    // The old ones end by themselves if they cannot be ended now.
    await renewed.retire().catch((error: unknown) => told(core, id, error));
    return { ok: true, isRenewed: true };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    told(core, id, error);
    core.store.setValue(renewalProblem(id), error.message.slice(0, 300));
    return { ok: false, code: error.code, message: error.message };
  }
}

function told(core: LaneCore, connection: string, error: unknown): void {
  const { code, message } = error as Fault;
  core.ports.log('credentials-not-renewed', { connection, code, message });
}
