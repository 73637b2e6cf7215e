// Brings a lane's tables up to date. Read with the first lane of an isolate: what only receives does without.
import { drizzle } from 'drizzle-orm/durable-sqlite';
import { migrate } from 'drizzle-orm/durable-sqlite/migrator';
import { laneMigrations } from '../store/_lane-migrations.ts';

export const layOutLane = (storage: DurableObjectStorage): Promise<void> => migrate(drizzle(storage), laneMigrations);
