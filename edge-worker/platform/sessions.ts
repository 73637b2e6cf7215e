// Opens a connection's session: secrets unsealed at the first call, tokens sealed in the lane and renewed one at a
// time, every call governed.
import { z } from 'zod';
import type { ConnectOptions, Connector, Session, TokenKeeper } from '../connectors/connector.ts';
import type { Proof } from '../connectors/embed.ts';
import type { Mailbox } from '../connectors/mailbox.ts';
import { usesOurApp } from '../connectors/pairing.ts';
import { Fault } from '../faults.ts';
import type { Connection } from '../flow/wiring.ts';
import { connectionRows, tokens } from '../store/lane-schema.ts';
import type { LaneStore } from '../store/lane-store.ts';
import { readRows, writeRows } from '../store/rows.ts';
import { type CallBook, governedFetch } from './fetch.ts';
import type { Governor } from './governor.ts';
import type { Vault } from './vault.ts';

export interface SessionOptions {
  /** What the maps of the connection name, by record type. */
  readonly paths: ConnectOptions<unknown, unknown>['paths'];
  readonly mailbox: Mailbox;
  readonly vault: Vault;
  /** Our own app at a system, for connections without secrets of their own. */
  readonly appOf: (system: string) => unknown;
  readonly governor: Governor;
  readonly book: CallBook;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly nowMs: () => number;
}

const unproven: Proof = { ok: false, refusal: 'malformed' };

/** Tokens this close to their end are renewed early. */
const renewBeforeMs = 60_000;

/** The session parses and unseals once; a failure to do so is tried again at the next call. */
export function openSession(connection: Connection, store: LaneStore, options: SessionOptions): Session {
  const { connector } = connection;
  options.governor.admit(connection.id, connector.limits);
  let opened: Promise<Session> | null = null;
  const session = () => {
    opened ??= connectWith(connector, connection, store, options).catch((error: unknown) => {
      opened = null;
      if (error instanceof Fault) throw error;
      // Nothing was sent: a write that met this is not in doubt, and goes out once the session can be opened.
      const problem = error instanceof Error ? error.name : 'unknown';
      throw new Fault('unreachable', `The session could not be opened: ${problem}`, { cause: error });
    });
    return opened;
  };
  const verbs: Session = {
    read: async (refs) => (await session()).read(refs),
    write: async (writes) => (await session()).write(writes),
    withdraw: async (withdrawals) => (await (await session()).withdraw?.(withdrawals)) ?? [],
    find: async (keys) => (await session()).find(keys),
    changes: async (feed, cursor) => (await session()).changes(feed, cursor),
    describe: async (recordType) => (await session()).describe(recordType),
    check: async () => (await session()).check(),
    ...(connector.consent && {
      renewCredentials: async (isAsked) => (await (await session()).renewCredentials?.(isAsked)) ?? null,
      credentialsEnd: async () => (await (await session()).credentialsEnd?.()) ?? null,
    }),
    ...(connector.showsPresence && {
      present: async (presence) => (await session()).present?.(presence),
    }),
    ...(connector.embed?.proof === 'record' && {
      proveUser: async (claim) => (await (await session()).proveUser?.(claim)) ?? unproven,
    }),
    ...(connector.limits.statusBatchMax > 0 && {
      showStatus: async (statuses) => (await (await session()).showStatus?.(statuses)) ?? [],
    }),
  };
  return heeding(verbs, () => options.governor.throttled(connection.id));
}

/** Systems say "too many" in ways that only their connector understands; the governor hears of it here. */
export function heeding(session: Session, throttled: () => void): Session {
  const heed =
    <Asked extends unknown[], Told>(verb: (...asked: Asked) => Promise<Told>) =>
    async (...asked: Asked): Promise<Told> => {
      try {
        return await verb(...asked);
      } catch (error) {
        if (error instanceof Fault && error.code === 'throttled') throttled();
        throw error;
      }
    };
  const { credentialsEnd, present, proveUser, renewCredentials, showStatus, withdraw } = session;
  return {
    read: heed(session.read),
    write: heed(session.write),
    find: heed(session.find),
    changes: heed(session.changes),
    describe: heed(session.describe),
    check: heed(session.check),
    ...(present && { present: heed(present) }),
    ...(proveUser && { proveUser: heed(proveUser) }),
    ...(renewCredentials && { renewCredentials: heed(renewCredentials) }),
    ...(credentialsEnd && { credentialsEnd }),
    ...(withdraw && { withdraw: heed(withdraw) }),
    ...(showStatus && { showStatus: heed(showStatus) }),
  };
}

async function connectWith(
  connector: Connector,
  connection: Connection,
  store: LaneStore,
  options: SessionOptions,
): Promise<Session> {
  const row = readRows(store.sql, connectionRows, 'WHERE id = ?', connection.id)[0];
  const own = z.record(z.string(), z.unknown()).parse(JSON.parse(await options.vault.open(row?.sealedSecrets ?? '')));
  const secrets = usesOurApp(connector, own) ? options.appOf(connector.name) : own;
  const settled: ConnectOptions<unknown, unknown> = {
    account: connection.account,
    environment: connection.environment,
    settings: connection.settings,
    secrets,
    paths: options.paths,
    nowMs: options.nowMs,
    fetch: governedFetch({
      target: connection.id,
      timeoutMs: connector.limits.timeoutMs,
      governor: options.governor,
      book: options.book,
      fetch: options.fetch,
      nowMs: options.nowMs,
    }),
    mailbox: options.mailbox,
    tokens: tokenKeeper(connection.id, store, options),
  };
  return connector.connect(settled);
}

function tokenKeeper(connection: string, store: LaneStore, options: SessionOptions): TokenKeeper {
  const held = new Map<string, { value: string; expiresAtMs: number }>();
  const minting = new Map<string, Promise<string>>();
  return {
    async get(name, mint) {
      const known = held.get(name) ?? (await stored(name));
      if (known && known.expiresAtMs - renewBeforeMs > options.nowMs()) {
        held.set(name, known);
        return known.value;
      }
      let renewal = minting.get(name);
      if (!renewal) {
        renewal = renew(name, mint).finally(() => minting.delete(name));
        minting.set(name, renewal);
      }
      return renewal;
    },
    drop(name, value) {
      // Only the token that failed is dropped: a newer one, renewed meanwhile, stays.
      if (held.get(name)?.value !== value) return;
      held.delete(name);
      store.sql.exec('DELETE FROM tokens WHERE connection = ? AND name = ?', connection, name);
    },
  };

  async function renew(
    name: string,
    mint: () => Promise<{ readonly value: string; readonly expiresAtMs: number }>,
  ): Promise<string> {
    const fresh = await mint();
    held.set(name, { ...fresh });
    const sealed = await options.vault.seal(fresh.value);
    writeRows(store.sql, tokens, [{ connection, name, sealed, expiresMs: fresh.expiresAtMs }], 'replace');
    return fresh.value;
  }

  async function stored(name: string): Promise<{ value: string; expiresAtMs: number } | null> {
    const row = readRows(store.sql, tokens, 'WHERE connection = ? AND name = ?', connection, name)[0];
    return row ? { value: await options.vault.open(row.sealed), expiresAtMs: row.expiresMs } : null;
  }
}
