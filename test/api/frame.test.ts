// What every route of /v1 rests on: a row in the access table, a record narrowed to its installation, a guarded door.
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { access } from '../../edge-worker/api/access.ts';
import { failed } from '../../edge-worker/api/failed.ts';
import { openApi } from '../../edge-worker/api/openapi.ts';
import { routes } from '../../edge-worker/api/routes/_registry.ts';
import { api } from '../../edge-worker/api/serve.ts';
import { liveContext } from '../../edge-worker/context.ts';
import { change } from '../../edge-worker/flow/requests.ts';
import { recordFor } from '../../edge-worker/platform/record-database.ts';
import { connectionCopies, exceptions } from '../../edge-worker/store/record-schema.ts';
import { columnsOf, joined, select, sql } from '../../edge-worker/store/scoped-record.ts';
import { LaneRig, RigSystem } from '../support/lane-rig.ts';
import { migratedDirectory, migratedRecord } from '../support/migrated.ts';

describe('The access table', () => {
  it('has a row for every route and a route for every row, each once', () => {
    expect(routes.map((route) => route.operation).sort()).toEqual(Object.keys(access).sort());
    const addresses = routes.map(({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`);
    expect(addresses).toEqual([...new Set(addresses)]);
  });

  it('is told in the document, with what each operation takes and answers', () => {
    const { paths = {} } = openApi('https://hub.test');
    for (const { path, method, operation, params } of routes) {
      const told = paths[path]?.[method];
      expect(told, operation).toMatchObject({ operationId: operation, summary: expect.any(String) });
      expect(told?.description).toContain('Allowed to');
      for (const name of path.match(/(?<=\{)\w+(?=\})/g) ?? []) expect(params.shape, operation).toHaveProperty(name);
    }
  });
});

describe('The OpenAPI document', () => {
  const problemsIn = async (document: unknown) => {
    const config = await createConfig({ extends: ['recommended'] });
    const found = await lintFromString({ source: JSON.stringify(document), config });
    return found.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`);
  };

  it('passes the recommended rules of a public linter, which would find a mistake in it', async () => {
    const document = openApi('https://hub.tieout.example');
    expect(await problemsIn(document)).toEqual([]);
    const mistaken = structuredClone(document);
    delete mistaken.paths?.['/me']?.get?.operationId;
    expect(await problemsIn(mistaken)).not.toEqual([]);
  });
});

describe('The record as a route reads it', () => {
  const database = migratedRecord();
  const insert = 'INSERT INTO connections VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, 1)';
  for (const installation of ['ins_1', 'ins_2']) {
    database.sqlite.db
      .prepare(insert)
      .run(installation, 'crm', 'example', '[]', installation, 'production', '{}', 'active');
  }
  const mine = recordFor({ RECORD: database }, 'ins_1');

  it('holds the rows of one installation, in whatever way they are asked for', async () => {
    const accounts = (rows: readonly { account: string }[]) => rows.map((row) => row.account);
    expect(accounts(await mine.all(select(connectionCopies, sql``)))).toEqual(['ins_1']);
    expect(accounts(await mine.all(select(connectionCopies, sql`WHERE 1 OR installation = ${'ins_2'}`)))).toEqual([
      'ins_1',
    ]);
    const counted = sql<{ n: number }>`SELECT count(*) AS n FROM ${connectionCopies} WHERE id IN
      (SELECT id FROM ${connectionCopies}) AND account <> ${'none'}`;
    expect(await mine.first(counted)).toEqual({ n: 1 });
  });

  it.each([
    'SELECT * FROM connections',
    'SELECT 1 FROM x JOIN "audit"',
    'SELECT 1 FROM a, exceptions',
    'SELECT 1 FROM a, (exceptions)',
    'SELECT * FROM `connections`',
    'SELECT * FROM main.connections',
    'SELECT * FROM "main" . connections',
    'SELECT * FROM/* all of them */connections',
    'SELECT 1 WHERE 1 IN connections',
    'SELECT sql FROM sqlite_master',
  ])('cannot be asked for a table by its bare name, which would not be narrowed: %s', async (text) => {
    const query = sql([text] as unknown as TemplateStringsArray);
    await expect(mine.all(query)).rejects.toThrow('interpolate the table');
  });

  it('cannot be asked for one by a name in pieces, or in what stands for another table', async () => {
    const pieces = joined([sql`SELECT * FROM`, sql`connections`], ' ');
    await expect(mine.all(pieces)).rejects.toThrow('interpolate the table');
    const through = mine.through(new Map([[connectionCopies, sql`SELECT * FROM connections`]]));
    await expect(through.all(select(connectionCopies, sql``))).rejects.toThrow('interpolate the table');
  });

  it.each([
    'DELETE FROM a',
    'WITH a AS (SELECT 1) UPDATE b SET c = 1',
    'INSERT INTO a VALUES (1)',
    'PRAGMA table_list',
  ])('cannot be written to: %s', async (text) => {
    await expect(mine.all(sql([text] as unknown as TemplateStringsArray))).rejects.toThrow('only read here');
  });

  it('is read by its keys, not by going through everybody’s rows', () => {
    const query = sql`SELECT ${columnsOf(exceptions)}, system FROM ${exceptions} LEFT JOIN ${connectionCopies}
      ON connections.id = exceptions.connection
      WHERE ${joined([sql`exceptions.state = ${'open'}`, sql`owner = ${'x'}`], ' AND ')}`;
    const { text, bound } = mine.written(query);
    const plan = database.sqlite.db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...bound);
    const steps = plan.map((row) => String(row['detail']));
    expect(steps).toHaveLength(2);
    for (const step of steps) expect(step).toMatch(/^SEARCH \w+ USING .*\(installation=\?/);
  });
});

describe('The door', () => {
  const directory = migratedDirectory();
  directory.sqlite.db.exec("INSERT INTO lanes VALUES ('ins_1', 'main', '', 0)");
  const record = migratedRecord();
  const lane = { change: async () => ({ ok: true, value: {}, isRecorded: true }) };
  const env = {
    ...{
      DIRECTORY: directory,
      RECORD: record,
      OPERATOR_KEY: 'operator',
      PUBLIC_URL: 'https://hub.test',
      SHARD: 'main',
    },
    LANE: { idFromName: (name: string) => name, get: () => lane },
  };
  const context = liveContext();
  const app = api(context);
  app.onError((error, c) => failed(error, context, c.req.path));
  const call = async (method: string, path: string, body?: string, headers: Record<string, string> = {}) => {
    const given = { authorization: 'Bearer operator', 'content-type': 'application/json', ...headers };
    return app.request(`/v1${path}`, { method, headers: given, ...(body !== undefined && { body }) }, env);
  };
  const problem = async (response: Response) => {
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const body = (await response.json()) as { type: string; next: string };
    expect(body.next).not.toBe('');
    return [response.status, body.type];
  };

  it.each([
    ['nobody', 'GET', '/systems', undefined, { authorization: '' }, [401, 'not-signed-in']],
    ['a wrong key', 'GET', '/systems', undefined, { authorization: 'Bearer operato' }, [401, 'not-signed-in']],
    ['an installation that is not there', 'GET', '/installations/ins_9', undefined, {}, [404, 'unknown-installation']],
    ['a method that is not there', 'DELETE', '/systems', undefined, {}, [405, 'method-not-allowed']],
    ['half a body', 'POST', '/installations', '{"name":', {}, [400, 'invalid-json']],
    ['a form', 'POST', '/installations', 'name=x', { 'content-type': 'text/plain' }, [415, 'not-json']],
    ['a deep body', 'POST', '/installations', `${'['.repeat(50_000)}`, {}, [400, 'body-too-deep']],
    ['a large body', 'POST', '/installations', `"${'x'.repeat(1_000_001)}"`, {}, [413, 'body-too-large']],
    ['a body without its fields', 'POST', '/installations', '{"jurisdiction":"us"}', {}, [422, 'invalid-fields']],
    [
      'a cursor of another list',
      'GET',
      '/installations/ins_1/exceptions?after=e30',
      undefined,
      {},
      [422, 'invalid-query'],
    ],
    [
      'a key that is no key',
      'POST',
      '/installations',
      '{"name":"x"}',
      { 'idempotency-key': ' ' },
      [422, 'invalid-query'],
    ],
  ] as const)('answers %s with a stable code and a next step', async (_what, method, path, body, headers, expected) => {
    expect(await problem(await call(method, path, body, headers))).toEqual(expected);
  });

  it('answers an unchanged read with 304, and says when the record is away', async () => {
    const first = await call('GET', '/installations/ins_1/exceptions');
    expect(await first.json()).toEqual({ rows: [], next: null });
    const etag = first.headers.get('etag') ?? '';
    expect((await call('GET', '/installations/ins_1/exceptions', undefined, { 'if-none-match': etag })).status).toBe(
      304,
    );
    record.failure = { when: 'before', message: 'D1 DB is overloaded', times: 1 };
    const away = await call('GET', '/installations/ins_1/exceptions');
    expect(away.headers.get('retry-after')).toBe('30');
    expect(await problem(away)).toEqual([503, 'record-unavailable']);
  });

  it('founds one installation however often the same request is sent', async () => {
    const found = async () => {
      const response = await call('POST', '/installations', '{"name":"Twice"}', { 'idempotency-key': 'once-1' });
      return ((await response.json()) as { installation: string }).installation;
    };
    const first = await found();
    expect(first).toMatch(/^ins_[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(await found()).toBe(first);
  });
});

describe('A change with an Idempotency-Key', () => {
  it('is made once; another request under the same key is refused', async () => {
    const rig = new LaneRig({ crm: { system: new RigSystem(), roles: ['crm'] } });
    const seal = async (plain: string) => plain;
    const publish = (hash: string) =>
      change(rig.lane, { verb: 'publish', content: {} as never, by: 'ada' }, seal, { key: 'ada k1', hash });
    const first = await publish('a');
    expect(first.ok).toBe(true);
    expect(await publish('a')).toEqual(first);
    expect(await publish('b')).toMatchObject({ ok: false, code: 'idempotency-key-reused' });
    const versions = rig.rows('SELECT version FROM mapping_versions');
    await rig.pass(86_400_001);
    expect((await publish('b')).ok).toBe(true);
    expect(rig.rows('SELECT version FROM mapping_versions')).toHaveLength(versions.length + 1);
  });
});
