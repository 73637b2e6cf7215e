// The D1 of tests behaves like the platform's where our code can tell.
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { expect, it } from 'vitest';
import { D1OnNode } from './d1-on-node.ts';

const notes = sqliteTable('notes', { id: text().primaryKey(), size: integer() });

async function database(): Promise<D1OnNode> {
  const d1 = new D1OnNode();
  await d1.exec('CREATE TABLE notes (id TEXT PRIMARY KEY, size INTEGER CHECK (size >= 0))');
  return d1;
}

it('answers all, run, first and raw, and counts written rows', async () => {
  const d1 = await database();
  const insert = d1.prepare('INSERT INTO notes VALUES (?, ?)');
  expect((await insert.bind('a', 1).run()).meta).toMatchObject({ changes: 1, rows_written: 1 });
  await insert.bind('b', null).run();
  expect((await d1.prepare('SELECT * FROM notes WHERE size > ?').bind(0).all()).results).toEqual([
    { id: 'a', size: 1 },
  ]);
  expect(await d1.prepare('SELECT size FROM notes WHERE id = ?').bind('a').first('size')).toBe(1);
  expect(await d1.prepare('SELECT size FROM notes WHERE id = ?').bind('z').first()).toBeNull();
  expect(await d1.prepare('SELECT id, size, id FROM notes').raw({ columnNames: true })).toEqual([
    ['id', 'size', 'id'],
    ['a', 1, 'a'],
    ['b', null, 'b'],
  ]);
  expect([d1.rowsWritten, d1.statements]).toEqual([2, 6]);
});

it('undoes a whole batch when one statement fails', async () => {
  const d1 = await database();
  const insert = d1.prepare('INSERT INTO notes VALUES (?, ?)');
  await expect(d1.batch([insert.bind('a', 1), insert.bind('a', 2)])).rejects.toThrow(/D1_ERROR: UNIQUE .*CONSTRAINT/);
  expect(await d1.prepare('SELECT count(*) AS n FROM notes').first('n')).toBe(0);
  const results = await d1.batch([insert.bind('a', 1), d1.prepare('SELECT id FROM notes')]);
  expect(results[1]?.results).toEqual([{ id: 'a' }]);
});

it('takes a hundred parameters and no more, and no undefined', async () => {
  const d1 = await database();
  const select = (count: number) => d1.prepare(`SELECT ${Array.from({ length: count }, () => '?').join(', ')}`);
  const values = Array.from({ length: 101 }, (_, index) => index);
  expect(
    await select(100)
      .bind(...values.slice(1))
      .raw(),
  ).toHaveLength(1);
  await expect(
    select(101)
      .bind(...values)
      .all(),
  ).rejects.toThrow('too many SQL variables');
  await expect(select(1).bind(undefined).all()).rejects.toThrow("Type 'undefined' not supported");
});

it('fails before or after the work, as often as it is told', async () => {
  const d1 = await database();
  const insert = (id: string) => d1.prepare('INSERT INTO notes VALUES (?, 1)').bind(id).run();
  d1.failure = { when: 'before', times: 1 };
  await expect(insert('a')).rejects.toThrow('D1_ERROR');
  d1.failure = { when: 'after', times: 1, message: 'D1 DB is overloaded. Requests queued for too long.' };
  await expect(insert('b')).rejects.toThrow('overloaded');
  await insert('c');
  expect((await d1.prepare('SELECT id FROM notes ORDER BY id').raw()).flat()).toEqual(['b', 'c']);
});

it('is as slow as a test wants', async () => {
  const d1 = await database();
  let release = () => {};
  d1.wait = () => new Promise((resolve) => (release = resolve));
  const pending = d1.prepare('INSERT INTO notes VALUES (?, 1)').bind('a').run();
  d1.wait = null;
  expect(await d1.prepare('SELECT count(*) AS n FROM notes').first('n')).toBe(0);
  release();
  expect((await pending).meta.changes).toBe(1);
});

it('carries drizzle', async () => {
  const db = drizzle(await database());
  await db.batch([db.insert(notes).values({ id: 'a', size: 1 }), db.insert(notes).values({ id: 'b', size: 2 })]);
  await db
    .insert(notes)
    .values({ id: 'a', size: 5 })
    .onConflictDoUpdate({ target: notes.id, set: { size: sql`excluded.size` } });
  expect(await db.select().from(notes).where(eq(notes.size, 5))).toEqual([{ id: 'a', size: 5 }]);
  expect(await db.get(sql`SELECT value FROM json_each(${'["x"]'})`)).toEqual({ value: 'x' });
});
