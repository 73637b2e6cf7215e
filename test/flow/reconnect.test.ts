// Connections that come later or come back: what waited for them, and what is known already, reaches them.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failed } from '../../edge-worker/api/failed.ts';
import { api } from '../../edge-worker/api/serve.ts';
import { liveContext } from '../../edge-worker/context.ts';
import { Fault } from '../../edge-worker/faults.ts';
import { change } from '../../edge-worker/flow/requests.ts';
import { connect } from '../../edge-worker/flow/steward.ts';
import { claim, release } from '../../edge-worker/store/directory.ts';
import { D1OnNode } from '../support/d1-on-node.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

const namesIn = (system: RigSystem) => [...system.rows.values()].map((row) => row.wire['name']).sort();
const seal = async (plain: string) => `sealed ${plain}`;

describe('A stopped connection', () => {
  it('takes new credentials, and what waited goes out with them', async () => {
    const crm = new RigSystem();
    const erp = new RigSystem();
    const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
    erp.onWrite = async () => {
      throw new Fault('unauthorised', 'The token is revoked');
    };
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    rig.storage.sql.exec("INSERT INTO tokens VALUES ('erp', 'access', 'old', 0)");
    expect(rig.held()).toEqual(['connection']);
    erp.onWrite = null;
    const credentials = { connection: 'erp', secrets: { key: 'new' }, settings: null };
    const result = await change(rig.lane, { verb: 'reconnect', credentials, by: 'ada' }, seal);
    expect(result.ok).toBe(true);
    await rig.pass(1_000);
    expect(namesIn(erp)).toEqual(['Acme']);
    expect(rig.held()).toEqual([]);
    expect(rig.rows('SELECT * FROM tokens')).toEqual([]);
    const [row] = rig.rows("SELECT sealed_secrets, state FROM connections WHERE id = 'erp'");
    expect(row).toEqual({ sealed_secrets: 'sealed {"key":"new"}', state: 'active' });
  });

  it('keeps its credentials when the new ones are not complete', async () => {
    const crm = new RigSystem();
    const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] } });
    const credentials = { connection: 'crm', secrets: {}, settings: null };
    const result = await change(rig.lane, { verb: 'reconnect', credentials, by: 'ada' }, seal);
    expect(result).toMatchObject({ ok: false, code: 'invalid-fields' });
    expect(rig.rows("SELECT sealed_secrets FROM connections WHERE id = 'crm'")).toEqual([{ sealed_secrets: '' }]);
  });
});

describe('A connection whose flows are open from the start', () => {
  it('is given what is known already', async () => {
    const crm = new RigSystem();
    const erp = new RigSystem();
    const late = { system: erp, roles: ['erp'], isLate: true } as const;
    const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: late });
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'a');
    const account = { account: 'erp', environment: 'production', settings: {}, sealedSecrets: '' } as const;
    connect(
      rig.lane.core,
      { id: 'erp', system: 'erp', roles: ['erp'], ...account, routing: null, flow: 'open' },
      'ada',
    );
    await rig.pass(1);
    expect(namesIn(erp)).toEqual(['Acme']);
  });
});

describe('An account', () => {
  async function directoryWith(answer: 'refuses' | 'connects') {
    const directory = new D1OnNode();
    const tables = readFileSync('edge-worker/store/migrations/directory/0000_start.sql', 'utf8');
    directory.sqlite.db.exec(tables.replaceAll('--> statement-breakpoint', ''));
    directory.sqlite.db.exec("INSERT INTO lanes VALUES ('ins_1', 'main', '', 0)");
    const refused = { ok: false, code: 'role-not-offered', message: 'No', next: 'Choose another' };
    const stub = { change: async () => (answer === 'refuses' ? refused : { ok: true, value: {}, isRecorded: true }) };
    const lanes = { idFromName: (name: string) => name, get: () => stub };
    const keys = { HUB_KEY: btoa('k'.repeat(32)), OPERATOR_KEY: 'operator' };
    const env = { DIRECTORY: directory, LANE: lanes, PUBLIC_URL: 'https://hub.test', ...keys };
    const body = {
      ...{ id: 'crm', system: 'example', roles: ['crm'], account: 'acme', environment: 'production' },
      settings: { baseUrl: 'https://acme.example.test', clientId: 'tieout' },
      secrets: { clientSecret: 'a secret of ours' },
    };
    const app = api(liveContext());
    app.onError((error, c) => failed(error, liveContext(), c.req.path));
    const headers = { authorization: 'Bearer operator', 'content-type': 'application/json' };
    const response = await app.request(
      '/v1/installations/ins_1/connections',
      { method: 'POST', headers, body: JSON.stringify(body) },
      env,
    );
    const claims = directory.sqlite.db.prepare('SELECT installation, account FROM directory').all();
    return { response, claims, directory };
  }

  it('that the lane refuses to connect is free again', async () => {
    const { response, claims } = await directoryWith('refuses');
    expect(await response.json()).toMatchObject({ type: 'role-not-offered', status: 409 });
    expect(claims).toEqual([]);
  });

  it('that was connected stays claimed, and only its holder can give it back', async () => {
    const { response, claims, directory } = await directoryWith('connects');
    expect(response.status).toBe(201);
    expect(claims).toHaveLength(1);
    const account = { system: 'example', environment: 'production', account: 'acme', shard: 'main', jurisdiction: '' };
    const other = { ...account, installation: 'ins_2', connection: 'crm', claimedMs: 0 };
    expect(await claim(directory, other)).toBe('refused');
    await release(directory, other);
    expect(await claim(directory, { ...other, installation: 'ins_1' })).toBe('held');
  });
});
