// New credentials or settings for a connection that is there already: what waited for it goes on with them.
import type { z } from 'zod';
import { connectorUnder } from '../connectors/connector.ts';
import { usesOurApp } from '../connectors/pairing.ts';
import { connectionRows, tokens } from '../store/lane-schema.ts';
import type { LaneTransaction } from '../store/lane-store.ts';
import { deleteRows, readColumns, readRows } from '../store/rows.ts';
import { tellAudit } from './audit.ts';
import type { LaneCore } from './core.ts';
import { watchSchemas } from './drift.ts';
import { startFeeds } from './feeds.ts';
import { connectionOf, StewardError } from './steward.ts';
import type { Connection } from './wiring.ts';

/** Null leaves either as it is. */
export interface Credentials {
  readonly connection: string;
  readonly secrets: Readonly<Record<string, unknown>> | null;
  readonly settings: Readonly<Record<string, unknown>> | null;
}

/** Takes only what the system's connector can use. */
export function reconnect(
  core: LaneCore,
  { connection, secrets, settings }: Credentials,
  sealed: string,
  by: string,
): void {
  const wired = connectionOf(core, connection);
  if (secrets && !usesOurApp(wired.connector, secrets)) check(wired.connector.secrets, secrets, 'secrets');
  if (settings) check(wired.connector.settings, settings, 'settings');
  core.store.transaction((tx) => {
    if (secrets) tx.sql.exec('UPDATE connections SET sealed_secrets = ? WHERE id = ?', sealed, connection);
    if (settings) resettle(core, tx, wired, settings);
    // Tokens were given for the old credentials.
    const old = readRows(tx.sql, tokens, 'WHERE connection = ?', connection);
    deleteRows(
      tx.sql,
      tokens,
      old.map((token) => [token.connection, token.name]),
    );
    const said = (given: object | null) => (given ? 'replaced' : 'kept');
    const detail = { settings: said(settings), secrets: said(secrets) };
    tellAudit(core, tx, by, 'connection-reconnected', connection, detail);
    if (!isPausedByPerson(tx, connection)) core.resumeIn(tx, connection, by);
    else core.recordConnection(tx, connection);
  });
  core.resumed(connection);
}

/** Nobody who mends credentials ends the pause that a person has made. */
function isPausedByPerson(tx: LaneTransaction, connection: string): boolean {
  const [row] = readColumns(tx.sql, connectionRows, ['state', 'fault'], 'WHERE id = ?', connection);
  return row?.state === 'paused' && row.fault === null;
}

/** Other settings may mean other feeds and other fields: both are taken up at once. */
function resettle(
  core: LaneCore,
  tx: LaneTransaction,
  { id, connector }: Connection,
  settings: Readonly<Record<string, unknown>>,
): void {
  tx.sql.exec('UPDATE connections SET settings = ? WHERE id = ?', JSON.stringify(settings), id);
  const connectorNow = connectorUnder(core.ports.connectors[connector.name] ?? connector, settings);
  startFeeds(tx, id, connectorNow.feeds);
  watchSchemas(tx, id, connectorNow);
  for (const kind of Object.keys(connectorNow.maps)) core.store.setValue(`replan ${kind}`, '');
}

function check(schema: z.ZodType, given: unknown, what: string): void {
  const parsed = schema.safeParse(given);
  if (parsed.success) return;
  const fields = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  const message = `The ${what} of this system are not complete: ${fields}.`;
  throw new StewardError('invalid-fields', message, 'Correct the named fields.');
}
