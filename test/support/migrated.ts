// Databases in memory with the tables of today: a lane's storage, and a record with every migration applied in order.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { laneMigrations } from '../../edge-worker/store/_lane-migrations.ts';
import { D1OnNode } from './d1-on-node.ts';
import { LaneStorage } from './lane-storage-on-node.ts';

export function migratedLane(): LaneStorage {
  const storage = new LaneStorage();
  for (const text of Object.values(laneMigrations.migrations)) run(text, (query) => storage.sql.exec(query));
  return storage;
}

export function migratedRecord(path?: string): D1OnNode {
  return migrated('record', path);
}

export function migratedDirectory(): D1OnNode {
  return migrated('directory');
}

function migrated(schema: 'record' | 'directory', path?: string): D1OnNode {
  const d1 = new D1OnNode(path);
  const folder = `edge-worker/store/migrations/${schema}`;
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  for (const file of files.sort()) run(readFileSync(join(folder, file), 'utf8'), (query) => d1.sqlite.db.exec(query));
  return d1;
}

function run(text: string, exec: (query: string) => unknown): void {
  for (const statement of text.split('--> statement-breakpoint')) exec(statement.trim());
}
