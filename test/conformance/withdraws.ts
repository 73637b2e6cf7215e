// What a connector promises of what must not count any more: it is taken back once, comes back as the same record, and
// stays where an invoice has it.
import { describe, expect } from 'vitest';
import type { Withdrawal, WithdrawResult } from '../../edge-worker/connectors/connector.ts';
import { type EntityName, entities } from '../../shared/entities/_registry.ts';
import { kindsOf } from '../support/wire.ts';
import { expectFault, type Promised, promisesOf } from './promise.ts';
import type { Suite, World } from './world.ts';

export function withdraws(suite: Suite): void {
  const { maps } = suite.connector;
  const kinds = kindsOf(suite.connector).filter((kind) => maps[kind]?.withdrawal !== undefined);
  if (kinds.length === 0) return;
  describe.each(kinds)('withdrawn: %s', (kind) => {
    const promise: Promised = promisesOf(suite, kind);
    promise('is taken back, once however often it is asked for', (world) => takesBackOnce(world, kind));
    promise('comes back as one record when it counts again', (world) => revives(world, kind));
    promise('is known to be taken back when the answer was cut off', (world) => findsAfterCut(world, kind));
    promise('names it unreachable or uncertain when the call is cut before it took effect', (world) =>
      survivesEarlyCut(world, kind),
    );
    if ('isInvoiced' in entities[kind].schema.shape)
      promise('stays as it is when an invoice has it', (world) => leavesBilled(world, kind));
  });
}

interface Made {
  readonly withdrawal: Withdrawal;
  readonly externalId: string;
}

async function madeOf(world: World, kind: EntityName): Promise<Made> {
  const write = await world.newWrite(kind);
  const { snapshot } = await world.write(write);
  world.clock.advance(2_000);
  const { recordType, externalId } = write;
  return { withdrawal: { recordType, recordId: snapshot.recordId, externalId, stamp: 'withdraw-1' }, externalId };
}

async function withdraw(world: World, one: Withdrawal): Promise<WithdrawResult | undefined> {
  return (await world.session.withdraw?.([one]))?.[0];
}

const isDeletion = (world: World, kind: EntityName) => world.connector.maps[kind]?.withdrawal === 'deleted';

/** Gone, or there and marked: what a look at an uncertain withdrawal goes by. */
async function isTakenBack(world: World, { recordType, recordId }: Withdrawal): Promise<boolean> {
  const [read] = await world.session.read([{ recordType, recordId }]);
  return read?.found === 'gone' || (read?.found === 'here' && read.snapshot.isWithdrawn === true);
}

async function takesBackOnce(world: World, kind: EntityName): Promise<void> {
  const { withdrawal } = await madeOf(world, kind);
  const rows = world.rows(kind);
  expect(await isTakenBack(world, withdrawal)).toBe(false);
  for (const stamp of ['withdraw-1', 'withdraw-2']) {
    const result = await withdraw(world, { ...withdrawal, stamp });
    if (result?.outcome !== 'withdrawn') return expect.fail(JSON.stringify(result));
    expect(result.snapshot === null).toBe(isDeletion(world, kind));
    if (result.snapshot) expect(result.snapshot.isWithdrawn).toBe(true);
  }
  expect(await isTakenBack(world, withdrawal)).toBe(true);
  expect(world.rows(kind)).toBe(isDeletion(world, kind) ? rows - 1 : rows);
}

async function revives(world: World, kind: EntityName): Promise<void> {
  const { withdrawal, externalId } = await madeOf(world, kind);
  const rows = world.rows(kind);
  expect((await withdraw(world, withdrawal))?.outcome).toBe('withdrawn');
  world.clock.advance(2_000);
  const fields = await world.example(kind);
  const { recordId } = withdrawal;
  const update = await world.newUpdate(kind, { externalId, recordId }, fields);
  const back = isDeletion(world, kind) ? { ...update, recordId: null } : update;
  const { created, snapshot } = await world.write(back);
  expect(created).toBe(isDeletion(world, kind));
  expect(snapshot.isWithdrawn ?? false).toBe(false);
  if (!created) expect(snapshot.recordId).toBe(recordId);
  expect(world.rows(kind)).toBe(rows);
  expect(await isTakenBack(world, { ...withdrawal, recordId: snapshot.recordId })).toBe(false);
}

async function findsAfterCut(world: World, kind: EntityName): Promise<void> {
  await world.warm();
  const { withdrawal } = await madeOf(world, kind);
  world.standIn.arm({ how: 'commit-then-cut', route: world.notes.writeRoute });
  await expectFault('withdraw', withdraw(world, withdrawal), 'uncertain');
  world.clock.advance(world.connector.settleMs);
  expect(await isTakenBack(world, withdrawal)).toBe(true);
  expect((await withdraw(world, withdrawal))?.outcome).toBe('withdrawn');
}

async function survivesEarlyCut(world: World, kind: EntityName): Promise<void> {
  await world.warm();
  const { withdrawal } = await madeOf(world, kind);
  world.standIn.arm({ how: 'cut-before', route: world.notes.writeRoute });
  await expectFault('withdraw', withdraw(world, withdrawal), 'uncertain', 'unreachable');
  world.clock.advance(world.connector.settleMs);
  expect(await isTakenBack(world, withdrawal)).toBe(false);
  expect((await withdraw(world, withdrawal))?.outcome).toBe('withdrawn');
}

async function leavesBilled(world: World, kind: EntityName): Promise<void> {
  const { withdrawal } = await madeOf(world, kind);
  await world.bill(kind, withdrawal.recordId);
  const before = await world.session.read([withdrawal]);
  const result = await withdraw(world, withdrawal);
  expect(result?.outcome).toBe('billed');
  expect(await world.session.read([withdrawal])).toEqual(before);
}
