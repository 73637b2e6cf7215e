// What a connector promises when its system misbehaves: the right Fault for every verb, and health afterwards.
import { describe, expect } from 'vitest';
import type { Write, WriteResult } from '../../edge-worker/connectors/connector.ts';
import type { Misbehaviour } from '../../edge-worker/connectors/stand-in.ts';
import { Fault, type FaultCode } from '../../edge-worker/faults.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import { kindsOf, rowsOf } from '../support/wire.ts';
import { mainKind } from './answers.ts';
import { expectFault, expectNoSecret, promisesOf } from './promise.ts';
import type { Suite, World } from './world.ts';

type Codes = readonly FaultCode[];
/** What each bad day is called when nothing is changed by the call, and when something may have been. */
const badDays: Readonly<Partial<Record<Misbehaviour, { readonly reading: Codes; readonly writing: Codes }>>> = {
  throttle: { reading: ['throttled'], writing: ['throttled'] },
  break: { reading: ['unreachable'], writing: ['unreachable', 'uncertain'] },
  html: { reading: ['unreachable', 'unreadable'], writing: ['uncertain', 'unreachable', 'unreadable'] },
  revoke: { reading: ['unauthorised'], writing: ['unauthorised'] },
  'cut-before': { reading: ['unreachable'], writing: ['uncertain'] },
};

export function survives(suite: Suite): void {
  const promise = promisesOf(suite);
  describe('on a bad day', () => {
    for (const [how, codes] of Object.entries(badDays) as [Misbehaviour, { reading: Codes; writing: Codes }][]) {
      promise(`names it ${codes.reading.join(' or ')} on every verb when the system does ${how}`, (world) =>
        namesBadDay(world, how, codes),
      );
    }
    promise('waits as long as the system says when throttled', waitsAsTold);
    promise('names the fields of a refused record', namesRefusedFields);
    promise('names a locked record', namesLocked);
    promise('names a renamed field', namesRenamedField);
    promise('answers when the system is slow', answersWhenSlow);
    promise('works with a system whose clock is off', worksWithSkewedClock);
  });
}

function writableKind(world: World): EntityName | undefined {
  const kinds = kindsOf(world.connector).filter((kind) => world.map(kind).canWrite);
  return kinds.find((kind) => world.canCreate(kind)) ?? kinds[0];
}

/** A write that would succeed on a good day. */
async function goodWrite(world: World): Promise<Write> {
  const kind = writableKind(world);
  if (kind === undefined) return expect.fail('nothing can be written');
  const write = await world.newWrite(kind);
  if (world.canCreate(kind)) return write;
  return { ...write, recordId: (await world.make(kind)).recordId };
}

async function namesBadDay(world: World, how: Misbehaviour, codes: { reading: Codes; writing: Codes }): Promise<void> {
  const { session, standIn } = await world.warm();
  const write = await goodWrite(world);
  const ref = await world.make(mainKind(world));
  const key = { recordType: write.recordType, field: null, value: write.externalId };
  const feed = world.connector.feeds[0]?.name;
  const asking: Readonly<Record<string, () => Promise<unknown>>> = {
    check: () => session.check(),
    read: () => session.read([ref]),
    find: () => session.find([key]),
    describe: () => session.describe(write.recordType),
    ...(feed !== undefined && { changes: () => session.changes(feed, null) }),
  };
  for (const [verb, ask] of Object.entries(asking)) {
    standIn.arm({ how, times: null });
    const fault = await expectFault(verb, ask(), ...codes.reading).finally(() => standIn.disarm(how));
    expectNoSecret(`${verb}: ${fault.message} ${fault.vendorCode}`, world);
  }
  // A system without upsert is asked first; it is the writing itself that must be named here.
  standIn.arm({ how, times: null, route: world.notes.writeRoute });
  await expectFault('write', session.write([write]), ...codes.writing).finally(() => standIn.disarm(how));
  await session.check();
  expect((await session.write([write]))[0]?.outcome).toBe('applied');
}

async function waitsAsTold(world: World): Promise<void> {
  const ref = await world.make(mainKind(world));
  world.standIn.arm({ how: 'throttle', times: null });
  const { retryAfterMs } = await expectFault('read', world.session.read([ref]), 'throttled');
  expect(retryAfterMs === null || (Number.isSafeInteger(retryAfterMs) && retryAfterMs >= 0)).toBe(true);
}

async function refusedWrite(
  world: World,
  how: Misbehaviour,
  detail?: string,
): Promise<Extract<WriteResult, { outcome: 'refused' }>> {
  const { session, standIn } = await world.warm();
  const write = await goodWrite(world);
  const rows = standIn.rows(write.recordType).length;
  standIn.arm({ how, times: null, ...(detail !== undefined && { detail }) });
  const [result] = await session.write([write]);
  expect(standIn.rows(write.recordType)).toHaveLength(rows);
  standIn.disarm(how);
  expect((await session.write([write]))[0]?.outcome, 'it is well again').toBe('applied');
  if (result?.outcome !== 'refused') return expect.fail(`the write was ${result?.outcome}`);
  expectNoSecret(result.message, world);
  return result;
}

async function namesRefusedFields(world: World): Promise<void> {
  const { code, fields, message } = await refusedWrite(world, 'reject');
  expect(code).toBe('rejected');
  expect(fields.length, 'fields').toBeGreaterThan(0);
  expect(message.length, 'message').toBeGreaterThan(0);
}

async function namesLocked(world: World): Promise<void> {
  expect((await refusedWrite(world, 'lock')).code).toBe('locked');
}

/** A renamed field shows in the schema, and a write that still uses the old name is not taken as done. */
async function namesRenamedField(world: World): Promise<void> {
  const write = await goodWrite(world);
  const { recordType } = write;
  // Some systems describe fields only by the records that have them.
  await world.make(writableKind(world) ?? 'customer');
  const fields = kindsOf(world.connector)
    .map((kind) => world.map(kind))
    .find((map) => map.recordType === recordType);
  const [, row] =
    (fields === undefined ? [] : rowsOf(fields, 'both', 'out'))
      .filter(([, one]) => one.codec.name === 'text?')
      .at(-1) ?? [];
  const old = row?.at.split('.').at(-1) ?? '';
  const detail = world.notes.rename ?? `${recordType}.${old}:${old}_renamed`;
  const [, before = '', after = ''] = /\.([^.:]+):(.+)$/.exec(detail) ?? [];
  const named = async (name: string) =>
    (await world.session.describe(recordType)).some(({ path }) => path === name || path.endsWith(`.${name}`));
  expect([await named(before), await named(after)], 'before the change').toEqual([true, false]);
  world.standIn.arm({ how: 'schema-change', detail, times: null });
  expect([await named(before), await named(after)], 'after the change').toEqual([false, true]);
  const outcome = await world.session.write([write]).catch((error: unknown) => error);
  const code = outcome instanceof Fault ? outcome.code : (outcome as readonly WriteResult[])[0];
  expect(typeof code === 'string' ? code : code?.outcome === 'refused' && code.code).toBe('schema-changed');
}

async function answersWhenSlow(world: World): Promise<void> {
  const ref = await world.make(writableKind(world) ?? 'customer');
  world.standIn.arm({ how: 'slow', delayMs: 3_000 });
  expect((await world.session.read([ref]))[0]?.found).toBe('here');
}

async function worksWithSkewedClock(world: World): Promise<void> {
  const kind = writableKind(world) ?? 'customer';
  const offMs = world.notes.clockOffSeconds * 1_000;
  for (const delayMs of [-offMs, offMs]) {
    world.standIn.arm({ how: 'clock-skew', delayMs, times: null });
    const cursors = world.cursors();
    const { recordId } = await world.make(kind);
    await world.edit(kind, recordId);
    world.clock.advance(60_000);
    const { notices } = await world.drain(cursors);
    expect(notices.some((notice) => notice.recordId === recordId)).toBe(true);
    world.standIn.disarm('clock-skew');
  }
}
