// The lane storage of tests behaves like the platform's where our code can tell.
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/durable-sqlite';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, it } from 'vitest';
import { LaneStorage } from './lane-storage-on-node.ts';

const notes = sqliteTable('notes', { id: text().primaryKey(), size: integer() });

function laneStorage(): LaneStorage {
  const lane = new LaneStorage();
  lane.sql.exec(
    'CREATE TABLE notes (id TEXT PRIMARY KEY, size INTEGER); CREATE INDEX by_size ON notes (size); -- done',
  );
  return lane;
}

it('answers with cursors that are read once', () => {
  const { sql: store } = laneStorage();
  expect(store.exec("INSERT INTO notes VALUES (?, 1), ('b', 2)", 'a').rowsWritten).toBe(2);
  const cursor = store.exec('SELECT id, size FROM notes ORDER BY id');
  expect(cursor.columnNames).toEqual(['id', 'size']);
  expect(cursor.next()).toEqual({ value: { id: 'a', size: 1 } });
  expect(cursor.toArray()).toEqual([{ id: 'b', size: 2 }]);
  expect(cursor.next().done).toBe(true);
  expect(store.exec('SELECT size FROM notes WHERE id = ?', 'b').one()).toEqual({ size: 2 });
  expect(() => store.exec('SELECT size FROM notes').one()).toThrow('exactly one');
  expect([...store.exec('SELECT id FROM notes ORDER BY id').raw()]).toEqual([['a'], ['b']]);
});

it('runs several statements in one call, the values bound to the last', () => {
  const { sql: store } = laneStorage();
  expect(store.exec("INSERT INTO notes VALUES ('a', 1); SELECT id FROM notes WHERE size = ?", 1).one()).toEqual({
    id: 'a',
  });
});

it('undoes a transaction that throws, and only the inner one when it is nested', () => {
  const lane = laneStorage();
  const put = (id: string) => lane.sql.exec('INSERT INTO notes VALUES (?, 1)', id);
  const fail = () => {
    throw new Error('no');
  };
  expect(() => lane.transactionSync(() => [put('a'), fail()])).toThrow('no');
  lane.transactionSync(() => {
    put('b');
    expect(() => lane.transactionSync(() => [put('c'), fail()])).toThrow('no');
  });
  expect(lane.sql.exec('SELECT id FROM notes').toArray()).toEqual([{ id: 'b' }]);
  expect(() => lane.transactionSync(async () => put('d'))).toThrow('cannot wait');
});

it('keeps one alarm, which is taken once it is due', async () => {
  const { storage } = laneStorage();
  const lane = laneStorage();
  await lane.storage.setAlarm(5_000);
  expect([await lane.storage.getAlarm(), lane.takeAlarm(4_999), lane.takeAlarm(5_000)]).toEqual([5_000, false, true]);
  expect(lane.takeAlarm(9_999)).toBe(false);
  await storage.deleteAlarm();
  expect(await storage.getAlarm()).toBeNull();
});

it('takes a hundred parameters and no more', () => {
  const { sql: store } = laneStorage();
  const values = Array.from({ length: 101 }, () => 1);
  expect(() => store.exec(`SELECT ${values.map(() => '?').join(', ')}`, ...values)).toThrow('too many SQL variables');
});

it('carries drizzle', () => {
  const db = drizzle(laneStorage().storage);
  db.transaction((tx) => {
    tx.insert(notes).values({ id: 'a', size: 1 }).run();
    tx.insert(notes).values({ id: 'b', size: 2 }).run();
  });
  expect(db.select().from(notes).orderBy(notes.id).all()).toEqual([
    { id: 'a', size: 1 },
    { id: 'b', size: 2 },
  ]);
  expect(db.get(sql`SELECT count(*) AS n FROM notes`)).toEqual({ n: 2 });
});

it('is empty again after deleteAll', async () => {
  const lane = laneStorage();
  await lane.deleteAll();
  expect(lane.sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'").toArray()).toEqual([]);
});
