// Story: D1 is put back to an earlier time by its file, and holds in the end what it held; older history has gone to
// the archive and goes on answering. The real hub, its bucket and its databases on disk.
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hub, startHub } from '../support/hub.ts';
import { Operator } from '../support/operator.ts';
import { Pair } from '../support/pair.ts';
import { until } from '../support/people.ts';
import { freePort } from '../support/serve.ts';

const port = await freePort();
const state = mkdtempSync(join(tmpdir(), 'tieout-retention-'));
const copy = mkdtempSync(join(tmpdir(), 'tieout-retention-copy-'));
const databases = join(state, 'd1');
const lanes = join(state, 'do');

let hub: Hub | null = null;
let pair: Pair;

async function start(vars: Readonly<Record<string, string>> = {}): Promise<Hub> {
  hub = await startHub({ port, state, vars });
  return hub;
}

async function stop(): Promise<void> {
  await hub?.close();
  hub = null;
}

/** Every row of the record, as it lies on disk. */
function recordRows(): Map<string, unknown[]> {
  const folder = join(databases, 'miniflare-D1DatabaseObject');
  const rows = new Map<string, unknown[]>();
  for (const name of readdirSync(folder).filter((one) => /^[0-9a-f]{64}\.sqlite$/.test(one))) {
    const database = new DatabaseSync(join(folder, name));
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    const names = tables.map((table) => String(table['name']));
    if (names.includes('timeline')) {
      const own = names.filter((table) => !/^(_cf_|sqlite_|d1_|lane_heads)/.test(table));
      for (const table of own) rows.set(table, database.prepare(`SELECT * FROM "${table}" ORDER BY 1, 2, 3`).all());
    }
    database.close();
  }
  return rows;
}

const keysOf = async (prefix: string): Promise<string[]> => {
  const bucket = await hub?.miniflare.getR2Bucket('ARCHIVE');
  const listed = await bucket?.list({ prefix: `${pair.installation.id}/${prefix}` });
  return (listed?.objects ?? []).map(({ key }) => key);
};

beforeAll(async () => {
  const { url, operatorKey } = await start();
  pair = await Pair.start(new Operator(url, operatorKey));
  await pair.logAndTell('Before');
  await until('the first hours in the target', () => pair.hoursInTarget('Before').length > 0);
  await pair.installation.settled();
});

afterAll(async () => {
  await stop();
  await pair?.close();
  rmSync(state, { recursive: true, force: true });
  rmSync(copy, { recursive: true, force: true });
});

const toldMin = 20;

describe('A record that was put back to an earlier time', () => {
  it('holds what it held, once every lane has sent again what it had written since', async () => {
    const since = new Date().toISOString();
    await stop();
    cpSync(databases, join(copy, 'd1'), { recursive: true });
    cpSync(lanes, join(copy, 'do'), { recursive: true });
    await start();
    // One notice once the one before is through: each makes entries of the flush log, and a hundred of them are kept at
    // once, where fewer would wait for the minute to be over.
    for (let told = 0; told < toldMin || (await keysOf('flushed/')).length === 0; told++) {
      await pair.logAndTell(`After ${told}`);
      await until('these hours in the target', () => pair.hoursInTarget(`After ${told}`).length > 0);
    }
    await pair.installation.settled();
    await stop();
    const before = recordRows();
    rmSync(databases, { recursive: true });
    cpSync(join(copy, 'd1'), databases, { recursive: true });
    expect(recordRows().get('receipts')?.length).toBeLessThan((before.get('receipts')?.length ?? 0) - toldMin + 1);

    const { url, operatorKey } = await start();
    const operator = new Operator(url, operatorKey);
    const asked = await operator.call('POST', '/restores', { since });
    expect(asked).toEqual({ installations: [pair.installation.id], refused: [], after: null });
    await until('the end of it', async () => (await pair.installation.progress()).sendingAgain === null, 60_000);
    await pair.installation.settled();
    await stop();
    const after = recordRows();
    for (const table of ['entity_versions', 'links', 'receipts', 'timeline', 'statuses', 'mapping_versions'])
      expect(after.get(table), table).toEqual(before.get(table));
    const audited = (after.get('audit') ?? []) as { action: string }[];
    expect(audited.filter(({ action }) => action === 'record-sent-again')).toHaveLength(1);
  });

  it('a lane put back by its file makes nothing again that it had made since, and goes on from there', async () => {
    const made = pair.target.rows('hours').length;
    expect(made).toBeGreaterThan(toldMin);
    rmSync(lanes, { recursive: true });
    cpSync(join(copy, 'do'), lanes, { recursive: true });
    const { url, operatorKey } = await start();
    const audit = `/installations/${pair.installation.id}/audit?action=lane-put-back`;
    await until('the lane to have taken back what it knew', async () => {
      return (await new Operator(url, operatorKey).call<{ rows: unknown[] }>('GET', audit)).rows.length > 0;
    });
    await pair.installation.settled();
    expect(pair.target.rows('hours')).toHaveLength(made);
    pair.source.update('hours', pair.source.rows('hours').at(-1)?.id ?? '', { quantity: '6' });
    await pair.logAndTell('Afterwards');
    await until('what came afterwards', () => pair.hoursInTarget('Afterwards').length > 0 && pair.isInStep);
    await pair.installation.settled();
    expect(pair.target.rows('hours')).toHaveLength(made + 1);
  });

  it('a platform that keeps no earlier states of a lane says so, and what to do; the lane goes on', async () => {
    const { installation } = pair;
    const operator = new Operator(hub?.url ?? '', hub?.operatorKey ?? '');
    const at = `/installations/${installation.id}`;
    expect((await installation.progress()).takingBack).toBeNull();
    const asked = { moment: new Date(Date.now() - 1_000).toISOString(), reason: 'Broken tables' };
    const put = operator.call('POST', `${at}/put-back`, asked);
    await expect(put).rejects.toThrow(/409 .*put-back-not-offered.*put a copy of its folder of lanes in place/);
    const audit = await operator.call<{ rows: unknown[] }>('GET', `${at}/audit?action=lane-put-back-asked`);
    expect(audit.rows).toEqual([]);
    await pair.logAndTell('After the refusal');
    await until('what came after it', () => pair.hoursInTarget('After the refusal').length > 0);
    await installation.settled();
    await stop();
  });

  it('lets go of older history, and answers from the archive as before', async () => {
    const earlier = recordRows();
    const [entity] = (earlier.get('timeline') as { entity: string }[]).filter((row) => row.entity.startsWith('tim_'));
    const { url, operatorKey } = await start();
    const path = `/installations/${pair.installation.id}/entities/${entity?.entity}`;
    const before = await new Operator(url, operatorKey).call('GET', path);
    await stop();
    // What is older than nine seconds is old.
    const again = await start({ HISTORY_DAYS: '0.0001' });
    await again.sweep();
    await until(
      'its history in the archive',
      async () => (await keysOf(`history/${entity?.entity}`)).length > 0,
      60_000,
    );
    expect(await new Operator(again.url, operatorKey).call('GET', path)).toEqual(before);
    await stop();
    const left = (recordRows().get('timeline') ?? []) as { entity: string }[];
    expect(left.filter((row) => row.entity === entity?.entity)).toEqual([]);
  });
});
