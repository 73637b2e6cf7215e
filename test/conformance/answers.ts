// What a connector promises of whole calls: order, full batches, gone and hidden, limits, tokens, schema, statuses.
import { expect } from 'vitest';
import type { Write } from '../../edge-worker/connectors/connector.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import { kindsOf, rowsOf } from '../support/wire.ts';
import { promisesOf } from './promise.ts';
import { type Suite, World } from './world.ts';

export function answers(suite: Suite): void {
  const promise = promisesOf(suite);
  promise('proves its account', async ({ session, standIn }) => {
    expect(await session.check()).toEqual({ account: standIn.connection.account, missing: [] });
  });
  promise('refuses settings and secrets it cannot read', async ({ connector, options }) => {
    expect(() => connector.connect({ ...options, settings: 'nonsense' })).toThrow();
    expect(() => connector.connect({ ...options, secrets: 'nonsense' })).toThrow();
  });
  promise('links to a page that a person can open', async ({ connector, standIn }) => {
    const ref = { recordType: Object.values(connector.maps)[0]?.recordType ?? '', recordId: '1' };
    const url = connector.recordUrl(standIn.connection.settings, ref);
    expect(url === null || URL.canParse(url)).toBe(true);
  });
  promise('describes every path that its maps name', describesEveryPath);
  promise('tells records that are gone from records it cannot see', tellsGoneFromHidden);
  promise('names the record that goes on for one that was merged into it', namesTheWinner);
  promise('reads, writes and finds full batches in the order asked', handlesFullBatches);
  promise('never has more calls in flight than the system allows', staysWithinConcurrency);
  promise('renews a token that ended early, once for all who wait', renewsTokenOnce);
  promise('refuses a write to a record that is gone', refusesWriteToGone);
  promise('writes statuses where it says it can', showsStatuses);
  promise('answers the same to the same questions', (world) => answersTheSame(world, new World(suite)));
}

/** The kind that stands for all where one will do: one that the hub may create, where there is one. */
export function mainKind(world: World): EntityName {
  const kinds = kindsOf(world.connector);
  const kind = kinds.find((one) => world.canCreate(one)) ?? kinds[0];
  return kind ?? expect.fail('the connector carries nothing');
}

async function describesEveryPath(world: World): Promise<void> {
  for (const kind of kindsOf(world.connector)) {
    const map = world.map(kind);
    const schema = await world.session.describe(map.recordType);
    const paths = schema.map((field) => field.path);
    const mapped = [
      ...rowsOf(map, 'both', 'in', 'out').map(([, row]) => row.at),
      ...(map.extra ?? []).map((row) => row.at),
    ];
    const isDescribed = (path: string) =>
      paths.some((one) => one === path || one.startsWith(`${path}.`) || path.startsWith(`${one}.`));
    expect(
      mapped.filter((path) => !isDescribed(path)),
      `${kind}: paths that describe does not list`,
    ).toEqual([]);
    expect(new Set(paths).size, `${kind}: each path once`).toBe(paths.length);
  }
}

async function tellsGoneFromHidden(world: World): Promise<void> {
  const kind = mainKind(world);
  const refs = [await world.make(kind), await world.make(kind)] as const;
  const [kept, removed] = refs;
  world.standIn.remove(removed.recordType, removed.recordId);
  const results = await world.session.read([removed, kept]);
  expect(results.map((result) => result.found)).toEqual(['gone', 'here']);
  expect(results.map((result) => result.ref)).toEqual([removed, kept]);
  world.standIn.reset();
  const [unknown] = await world.session.read([kept]);
  expect(unknown?.found).toBe('hidden');
}

/** Only where people can merge records of the kind at all. */
async function namesTheWinner(world: World): Promise<void> {
  const { merging } = world.notes;
  if (merging === undefined) return;
  const refs = [await world.make(merging), await world.make(merging)] as const;
  const [winner, loser] = refs;
  world.standIn.act('merge', { type: winner.recordType, winner: winner.recordId, loser: loser.recordId });
  const [merged, kept] = await world.session.read([loser, winner]);
  expect(merged).toEqual({ found: 'merged', ref: loser, into: winner });
  expect(kept?.found).toBe('here');
}

async function handlesFullBatches(world: World): Promise<void> {
  const kind = mainKind(world);
  const { writeBatchMax, readBatchMax, findBatchMax } = world.connector.limits;
  const { recordType } = world.map(kind);
  if (!world.canCreate(kind)) return;
  const before = world.rows(kind);
  const writes: Write[] = [];
  while (writes.length < writeBatchMax) writes.push(await world.newWrite(kind));
  const written = await world.session.write(writes);
  const ids = written.map((result) =>
    result.outcome === 'applied' ? result.snapshot.recordId : JSON.stringify(result),
  );
  expect(new Set(ids).size).toBe(writeBatchMax);
  expect(world.rows(kind)).toBeGreaterThanOrEqual(before + writeBatchMax);
  const asked = Array.from({ length: readBatchMax }, (_, index) => ids[(index * 7) % ids.length] ?? '');
  const read = await world.session.read(asked.map((recordId) => ({ recordType, recordId })));
  expect(read.map((result) => result.found === 'here' && result.snapshot.recordId)).toEqual(asked);
  world.clock.advance(world.connector.settleMs);
  const keys = Array.from(
    { length: findBatchMax },
    (_, index) => writes[(index * 3) % writes.length]?.externalId ?? '',
  );
  const found = await world.session.find(keys.map((value) => ({ recordType, field: null, value })));
  const expected = keys.map((key) => [ids[writes.findIndex((write) => write.externalId === key)]]);
  expect(found.map((list) => list.map((one) => one.recordId))).toEqual(expected);
}

async function staysWithinConcurrency(world: World): Promise<void> {
  await handlesFullBatches(world);
  await world.drain({});
  for (const kind of kindsOf(world.connector)) await world.session.describe(world.map(kind).recordType);
  expect(world.options.counts.mostInFlight).toBeLessThanOrEqual(world.connector.limits.concurrentMax);
}

async function renewsTokenOnce(world: World): Promise<void> {
  const ref = await world.make(mainKind(world));
  const minted = world.options.counts.tokensMinted;
  expect(minted, 'the connector takes its token from the keeper').toBeGreaterThan(0);
  world.standIn.arm({ how: 'expire-token' });
  const reads = await Promise.all(Array.from({ length: 5 }, () => world.session.read([ref])));
  expect(reads.map(([result]) => result?.found)).toEqual(Array.from({ length: 5 }, () => 'here'));
  expect(world.options.counts.tokensMinted).toBe(minted + 1);
}

async function refusesWriteToGone(world: World): Promise<void> {
  const kind = mainKind(world);
  if (!world.canCreate(kind)) return;
  const write = await world.newWrite(kind);
  const { recordId } = (await world.write(write)).snapshot;
  world.standIn.remove(write.recordType, recordId);
  const rows = world.rows(kind);
  const fields = await world.example(kind);
  const [result] = await world.session.write([
    await world.newUpdate(kind, { externalId: write.externalId, recordId }, fields),
  ]);
  expect(result?.outcome).toBe('refused');
  expect(world.rows(kind)).toBe(rows);
}

async function showsStatuses(world: World): Promise<void> {
  if (world.session.showStatus === undefined) return;
  const ref = await world.make(mainKind(world));
  const shown = { reason: null, params: null, counterpart: null, link: null, lastMs: world.clock.ms, nextMs: null };
  const status = { ...shown, state: 'in-step', system: 'other', owner: null, amounts: null } as const;
  const statuses = Array.from({ length: world.connector.limits.statusBatchMax }, () => ({ ...ref, status }));
  const results = await world.session.showStatus(statuses);
  expect(new Set(results.map((result) => result.outcome))).toEqual(new Set(['applied']));
  expect(results).toHaveLength(statuses.length);
}

async function answersTheSame(world: World, twin: World): Promise<void> {
  const tell = async (one: World) => {
    const ref = await one.make(mainKind(one));
    const read = await one.session.read([ref]);
    one.clock.advance(1_000);
    return JSON.stringify([read, await one.drain({}), await one.session.describe(ref.recordType), one.standIn.calls()]);
  };
  expect(await tell(twin)).toBe(await tell(world));
}
