// What a connector promises of news: feeds tell every change across pages, and only genuine webhooks are taken.
import { describe, expect } from 'vitest';
import type { Delivery, Expected, Notice, RecordRef } from '../../edge-worker/connectors/connector.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import { kindsOf, mapOf, rowsOf } from '../support/wire.ts';
import { mainKind } from './answers.ts';
import { promisesOf } from './promise.ts';
import type { Suite, World } from './world.ts';

/** More than one page of any system we know. */
const manyRecords = 2_100;
const installation = 'ins_01JTEST0000000000000000000';
const key = 'a-key-of-the-hub-for-tests-0123456789';

export function tells(suite: Suite): void {
  const promise = promisesOf(suite);
  describe('news', () => {
    promise('its feeds tell every record that people made or changed', tellsEveryChange);
    promise('its feeds tell every record from the beginning', tellsFromTheBeginning);
    promise('its feeds tell every change across pages', tellsAcrossPages);
    promise('its feeds tell deletions', tellsDeletions);
    promise('its feeds lose nothing when rows come twice and out of order', tellsDespiteDisorder);
  });
  const { receiver } = suite.connector;
  if (receiver === undefined) return;
  describe('webhooks', () => {
    promise('a genuine delivery is taken, and one sent twice has one name', takesGenuine);
    promise('a delivery without proof is refused', refusesUnproven);
    promise('a delivery with any changed byte is refused', refusesForged);
    promise('an old delivery is refused', refusesOld);
    promise('an oversized delivery is refused before it is read', refusesOversized);
    promise('a delivery of another account is refused', refusesOtherAccount);
    promise('every outcome has an answer that the sender understands', async () => {
      for (const outcome of ['recorded', 'retry-later', 'refused', 'ended'] as const) {
        const { status } = receiver.answer(outcome, outcome === 'refused' ? 'forged' : null);
        expect(status >= 200 && status <= 599).toBe(true);
      }
      expect(receiver.answer('recorded', null).status).toBeLessThan(300);
    });
  });
}

/** Kinds of which something is read: only their news are news. */
function readKindsOf({ connector }: World): readonly EntityName[] {
  return kindsOf(connector).filter((kind) => rowsOf(mapOf(connector, kind), 'both', 'in').length > 0);
}

/** Records of every kind that people can edit, each edited once after the feeds' cursors were taken. */
async function editEverything(
  world: World,
): Promise<{ readonly edited: readonly RecordRef[]; readonly notices: readonly Notice[] }> {
  const edited: RecordRef[] = [];
  const made: [EntityName, RecordRef][] = [];
  for (const kind of readKindsOf(world)) made.push([kind, await world.make(kind)]);
  world.clock.advance(300_000);
  const { cursors } = await world.drain(world.cursors());
  world.clock.advance(5_000);
  for (const [kind, ref] of made) {
    await world.edit(kind, ref.recordId);
    edited.push(ref);
  }
  world.clock.advance(120_000);
  return { edited, notices: (await world.drain(cursors)).notices };
}

function keysOf(list: readonly RecordRef[]): Set<string> {
  return new Set(list.map((ref) => `${ref.recordType} ${ref.recordId}`));
}

/** A line that is a record by itself is told with the record it stands in. */
const toldAs = ({ recordType, recordId }: RecordRef): RecordRef =>
  recordType.includes(':')
    ? { recordType: recordType.replace(/:.*$/, ''), recordId: recordId.replace(/:.*$/, '') }
    : { recordType, recordId };

function missingIn(told: readonly RecordRef[], wanted: readonly RecordRef[]): string[] {
  const keys = keysOf(told);
  return [...keysOf(wanted.map(toldAs))].filter((key) => !keys.has(key));
}

async function tellsEveryChange(world: World): Promise<void> {
  const { edited, notices } = await editEverything(world);
  expect(missingIn(notices, edited)).toEqual([]);
  for (const notice of notices) expect(Math.abs(world.clock.ms - notice.occurredAtMs)).toBeLessThan(86_400_000);
}

async function tellsFromTheBeginning(world: World): Promise<void> {
  const made: RecordRef[] = [];
  for (const kind of readKindsOf(world)) made.push(await world.make(kind));
  world.clock.advance(86_400_000);
  expect(missingIn((await world.drain({})).notices, made)).toEqual([]);
}

async function tellsAcrossPages(world: World): Promise<void> {
  const kind = mainKind(world);
  const refs: RecordRef[] = [];
  const { writeBatchMax } = world.connector.limits;
  while (refs.length < manyRecords) {
    if (!world.canCreate(kind)) refs.push(await world.make(kind));
    else {
      const writes = [];
      while (writes.length < writeBatchMax) writes.push(await world.newWrite(kind));
      for (const result of await world.session.write(writes)) {
        if (result.outcome !== 'applied') expect.fail(`a write was ${result.outcome}`);
        refs.push({ recordType: result.snapshot.recordType, recordId: result.snapshot.recordId });
      }
    }
  }
  world.clock.advance(300_000);
  const { cursors } = await world.drain(world.cursors());
  // Many saves share a second, as they do after an import.
  for (const [index, ref] of refs.entries()) {
    if (index % 700 === 0) world.clock.advance(1_000);
    await world.edit(kind, ref.recordId);
  }
  world.clock.advance(120_000);
  const { notices } = await world.drain(cursors);
  expect(missingIn(notices, refs)).toEqual([]);
}

async function tellsDeletions(world: World): Promise<void> {
  const kind = mainKind(world);
  const refs = [await world.make(kind), await world.make(kind)] as const;
  world.clock.advance(300_000);
  const { cursors } = await world.drain(world.cursors());
  world.standIn.remove(refs[0].recordType, refs[0].recordId);
  world.clock.advance(120_000);
  const deleted = (await world.drain(cursors)).notices.filter((notice) => notice.kind === 'deleted');
  expect([...keysOf(deleted)]).toEqual([...keysOf([refs[0]])]);
}

async function tellsDespiteDisorder(world: World): Promise<void> {
  world.standIn.arm({ how: 'duplicate-notices', times: null });
  world.standIn.arm({ how: 'shuffle-notices', times: null });
  await tellsEveryChange(world);
}

interface Arrived {
  readonly delivery: Delivery;
  readonly expected: Expected;
  readonly ref: RecordRef;
}

/** A person's edit, as its webhook reaches the hub. */
async function arrive(world: World): Promise<Arrived> {
  const { receiver } = world.connector;
  const { connection } = world.standIn;
  const kind = mainKind(world);
  const ref = await world.make(kind);
  const vendorKey = connection.secrets[receiver?.secret ?? ''];
  const keys = receiver?.keys === 'issued' ? [key] : typeof vendorKey === 'string' ? [vendorKey] : [];
  world.standIn.subscribe({
    url: 'http://hub.test/hooks/test',
    installation,
    ...(keys[0] !== undefined && { key: keys[0] }),
  });
  await world.edit(kind, ref.recordId);
  for (let attempt = 0; attempt < 5 && world.sent.length === 0; attempt++) {
    await world.standIn.deliver();
    world.clock.advance(1_000);
  }
  const request = world.sent[0] ?? expect.fail('no webhook came');
  const { account, environment } = connection;
  return {
    delivery: {
      url: new URL(request.url),
      headers: request.headers,
      body: new Uint8Array(await request.arrayBuffer()),
    },
    expected: { installation, account, environment, keys, nowMs: world.clock.ms },
    ref,
  };
}

async function takesGenuine(world: World): Promise<void> {
  const { delivery, expected, ref } = await arrive(world);
  const { receiver } = world.connector;
  const received = await receiver?.receive(delivery, {
    ...expected,
    keys: ['an-older-key-that-is-still-alive', ...expected.keys],
  });
  if (received?.ok !== true) return expect.fail(JSON.stringify(received));
  if (received.notices.length > 0) expect(missingIn(received.notices, [ref])).toEqual([]);
  else expect(received.rings?.length ?? 0).toBeGreaterThan(0);
  const again = await receiver?.receive(delivery, expected);
  expect(again?.ok === true && again.deliveryId).toBe(received.deliveryId);
  const shared = await receiver?.accountOf?.(delivery);
  if (shared !== undefined) expect(shared?.account).toBe(expected.account);
}

async function refusesUnproven(world: World): Promise<void> {
  const { delivery, expected } = await arrive(world);
  const { receiver } = world.connector;
  if (receiver === undefined || receiver.proof === 'doorbell') return;
  const bare = { ...delivery, url: new URL('/hooks/test', delivery.url), headers: new Headers() };
  expect(await receiver.receive(bare, expected)).toEqual({ ok: false, refusal: 'unproven' });
  const wrongKey = await receiver.receive(delivery, { ...expected, keys: ['some-other-key-0123456789'] });
  expect(wrongKey).toEqual({ ok: false, refusal: 'forged' });
}

async function refusesForged(world: World): Promise<void> {
  const { delivery, expected } = await arrive(world);
  const { receiver } = world.connector;
  for (let index = 0; index < delivery.body.length; index += Math.max(1, Math.floor(delivery.body.length / 40))) {
    const body = Uint8Array.from(delivery.body);
    body[index] = (body[index] ?? 0) ^ 1;
    // A doorbell proves nothing and asks for a read at most; here it is enough that nothing breaks.
    const received = await receiver?.receive({ ...delivery, body }, expected);
    if (receiver?.proof === 'signature') expect(received?.ok).toBe(false);
  }
}

async function refusesOld(world: World): Promise<void> {
  const { delivery, expected } = await arrive(world);
  const { receiver } = world.connector;
  if (receiver?.proof !== 'signature') return;
  const late = await receiver.receive(delivery, { ...expected, nowMs: expected.nowMs + 600_000 });
  expect(late).toEqual({ ok: false, refusal: 'too-old' });
}

async function refusesOversized(world: World): Promise<void> {
  const { delivery, expected } = await arrive(world);
  const { receiver } = world.connector;
  const body = new Uint8Array((receiver?.bodyBytesMax ?? 0) + 1).fill(32);
  expect(await receiver?.receive({ ...delivery, body }, expected)).toEqual({ ok: false, refusal: 'too-large' });
}

async function refusesOtherAccount(world: World): Promise<void> {
  const { delivery, expected } = await arrive(world);
  const received = await world.connector.receiver?.receive(delivery, { ...expected, account: 'another-account' });
  expect(received).toEqual({ ok: false, refusal: 'wrong-account' });
}
