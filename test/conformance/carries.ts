// What a connector promises of each kind: values survive, creates are not doubled, unknown outcomes can be looked up.
import { describe, expect } from 'vitest';
import type { Snapshot } from '../../edge-worker/connectors/connector.ts';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { type Fields, fromWire, kindsOf, rowsOf, toWire } from '../support/wire.ts';
import { expectFault, type Promised, promisesOf } from './promise.ts';
import type { Suite, World } from './world.ts';

export function carries(suite: Suite): void {
  describe.each(kindsOf(suite.connector))('%s', (kind) => {
    const promise = promisesOf(suite, kind);
    const map = suite.connector.maps[kind];
    if (map === undefined) return;
    mapsValues(promise, kind);
    promise('is read with every field its map names', (world) => readsEveryField(world, kind));
    if (!map.canWrite) return;
    promise('is updated in place', (world) => updatesInPlace(world, kind));
    if (!map.canCreate || map.livesOn !== undefined) return;
    promise('is created, read back and found as it was written', (world) => createsAsWritten(world, kind));
    promise('is created once when the same write comes twice', (world) => createsOnce(world, kind));
    promise('is found when the answer to its create was cut off', (world) => findsAfterCut(world, kind));
    promise('is found after the settling time when it was committed late', (world) => findsLateCommit(world, kind));
    promise('is not there when its create was cut off before it took effect', (world) => survivesEarlyCut(world, kind));
    promise('is found after the settling time when search lags', (world) => findsDespiteSearchLag(world, kind));
  });
}

function mapsValues(promise: Promised, kind: EntityName): void {
  promise('keeps every two-way value there and back', async (world) => {
    const example = await world.example(kind);
    const map = world.map(kind);
    expect(pick(fromWire(map, toWire(map, example), 'both'), world, kind)).toEqual(pick(example, world, kind));
  });
  promise('keeps empty values empty', async (world) => {
    const map = world.map(kind);
    const shape: Readonly<Record<string, { safeParse(value: unknown): { success: boolean } }>> =
      entities[kind].schema.shape;
    const empty = rowsOf(map, 'both').filter(([field]) => shape[field]?.safeParse(null).success);
    const example = await world.example(kind);
    const emptied = { ...example, ...Object.fromEntries(empty.map(([field]) => [field, null])) };
    expect(pick(fromWire(map, toWire(map, emptied), 'both'), world, kind)).toEqual(pick(emptied, world, kind));
  });
}

/** The fields that both sides can hold: two-way, and not translated by a lookup table. */
function pick(fields: Fields, world: World, kind: EntityName): Fields {
  const twoWay = rowsOf(world.map(kind), 'both').filter(([, row]) => row.lookup === undefined);
  return Object.fromEntries(twoWay.map(([field]) => [field, fields[field]]));
}

async function readHere(world: World, kind: EntityName, recordId: string): Promise<Snapshot> {
  const [result] = await world.session.read([{ recordType: world.map(kind).recordType, recordId }]);
  if (result?.found !== 'here') return expect.fail(`the ${kind} is ${result?.found}`);
  expect(result.snapshot.recordId).toBe(recordId);
  return result.snapshot;
}

async function readsEveryField(world: World, kind: EntityName): Promise<void> {
  const { recordId } = await world.make(kind);
  const { wire } = await readHere(world, kind, recordId);
  const read = fromWire(world.map(kind), wire);
  expect(entities[kind].schema.partial().safeParse(read).error?.issues ?? []).toEqual([]);
}

async function createsAsWritten(world: World, kind: EntityName): Promise<void> {
  const example = await world.example(kind);
  const write = await world.newWrite(kind, example);
  const { created, snapshot } = await world.write(write);
  expect(created).toBe(true);
  const map = world.map(kind);
  expect(pick(fromWire(map, snapshot.wire), world, kind)).toEqual(pick(example, world, kind));
  const read = await readHere(world, kind, snapshot.recordId);
  expect(pick(fromWire(map, read.wire), world, kind)).toEqual(pick(example, world, kind));
  expect(read.version).toBe(snapshot.version);
  const [found] = await world.findByExternalId(write);
  expect(found?.map((one) => one.recordId)).toEqual([snapshot.recordId]);
}

async function updatesInPlace(world: World, kind: EntityName): Promise<void> {
  const map = world.map(kind);
  const example = await world.example(kind);
  const write = await world.newWrite(kind, example);
  const recordId = world.canCreate(kind)
    ? (await world.write(write)).snapshot.recordId
    : (await world.make(kind)).recordId;
  const before = await readHere(world, kind, recordId);
  world.clock.advance(2_000);
  const rows = world.rows(kind);
  const field = world.textField(kind);
  const changed = field === undefined ? example : { ...example, [field]: 'Changed by the hub' };
  const update = await world.newUpdate(kind, { externalId: write.externalId, recordId }, changed);
  const { created, snapshot } = await world.write(update);
  expect(created).toBe(false);
  expect(snapshot.recordId).toBe(recordId);
  const order = world.connector.compareVersions(before.version, snapshot.version);
  // What is kept beside a record need not raise the record's own version.
  if (map.fields[field ?? '']?.direction !== 'both') expect(order).toBeLessThanOrEqual(0);
  else expect(order).toBeLessThan(0);
  expect(pick(fromWire(map, snapshot.wire), world, kind)).toEqual(pick(changed, world, kind));
  expect(world.rows(kind)).toBe(rows);
}

async function createsOnce(world: World, kind: EntityName): Promise<void> {
  const write = await world.newWrite(kind);
  const rows = world.rows(kind);
  const first = await world.write(write);
  const again = await world.write({ ...write, stamp: `${write.stamp}-again` });
  expect(again.snapshot.recordId).toBe(first.snapshot.recordId);
  expect([first.created, again.created]).toEqual([true, false]);
  expect(world.rows(kind)).toBe(rows + 1);
}

async function findsAfterCut(world: World, kind: EntityName): Promise<void> {
  const write = await (await world.warm()).newWrite(kind);
  const rows = world.rows(kind);
  world.standIn.arm({ how: 'commit-then-cut', route: world.notes.writeRoute });
  await expectFault('write', world.session.write([write]), 'uncertain');
  world.clock.advance(world.connector.settleMs);
  const [found] = await world.findByExternalId(write);
  expect(found).toHaveLength(1);
  expect((await world.write(write)).snapshot.recordId).toBe(found?.[0]?.recordId);
  expect(world.rows(kind)).toBe(rows + 1);
}

async function findsLateCommit(world: World, kind: EntityName): Promise<void> {
  const write = await (await world.warm()).newWrite(kind);
  const rows = world.rows(kind);
  const { settleMs } = world.connector;
  world.standIn.arm({ how: 'late-commit', route: world.notes.writeRoute, delayMs: Math.floor(settleMs / 2) });
  await expectFault('write', world.session.write([write]), 'uncertain');
  expect(await world.findByExternalId(write)).toEqual([[]]);
  world.clock.advance(settleMs);
  const [found] = await world.findByExternalId(write);
  expect(found).toHaveLength(1);
  expect((await world.write(write)).snapshot.recordId).toBe(found?.[0]?.recordId);
  expect(world.rows(kind)).toBe(rows + 1);
}

async function survivesEarlyCut(world: World, kind: EntityName): Promise<void> {
  const write = await (await world.warm()).newWrite(kind);
  const rows = world.rows(kind);
  world.standIn.arm({ how: 'cut-before', route: world.notes.writeRoute });
  await expectFault('write', world.session.write([write]), 'uncertain');
  world.clock.advance(world.connector.settleMs);
  expect(await world.findByExternalId(write)).toEqual([[]]);
  expect((await world.write(write)).created).toBe(true);
  expect(world.rows(kind)).toBe(rows + 1);
}

async function findsDespiteSearchLag(world: World, kind: EntityName): Promise<void> {
  const write = await (await world.warm()).newWrite(kind);
  const rows = world.rows(kind);
  const { settleMs, repeatSafety } = world.connector;
  world.standIn.arm({ how: 'late-search', times: null, delayMs: Math.floor(settleMs / 2) });
  const { snapshot } = await world.write(write);
  await readHere(world, kind, snapshot.recordId);
  // A system with keys of its own must not double even now; elsewhere the hub waits before it looks.
  if (repeatSafety === 'external-id' || repeatSafety === 'idempotency-key') await world.write(write);
  world.clock.advance(settleMs);
  const [found] = await world.findByExternalId(write);
  expect(found?.map((one) => one.recordId)).toEqual([snapshot.recordId]);
  expect(world.rows(kind)).toBe(rows + 1);
}
