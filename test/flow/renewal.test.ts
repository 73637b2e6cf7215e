// Credentials that end by themselves are renewed in time, once a day at most, and never at the cost of those that work.
import { beforeEach, describe, expect, it } from 'vitest';
import { connectors } from '../../edge-worker/connectors/_registry.ts';
import type { StandIn } from '../../edge-worker/connectors/stand-in.ts';
import { healthOf } from '../../edge-worker/flow/health.ts';
import { renewDaily } from '../../edge-worker/flow/renewal.ts';
import { LaneRig, rigStartMs } from '../support/lane-rig.ts';
import { chanceOf, connectOptions } from '../support/options.ts';
import { standIns } from '../support/stand-ins.ts';

const dayMs = 86_400_000;
const connector = connectors['netsuite'] ?? expect.fail('there is no connector');
const make = standIns['netsuite'] ?? expect.fail('there is no stand-in');

let rig: LaneRig;
let erp: StandIn;
/** What the vault would hold. */
let secrets: Record<string, unknown>;
let seals = 0;

beforeEach(() => {
  seals = 0;
  const nowMs = () => rig?.nowMs ?? rigStartMs;
  const send = async () => new Response(null, { status: 503 });
  erp = make({ baseUrl: 'https://erp.test', nowMs, chance: chanceOf(1), sleep: async () => undefined, send });
  secrets = { ...erp.connection.secrets, certificateUntil: '2027-06-01' };
  const session = () => connector.connect({ ...connectOptions(erp, nowMs, (request) => erp.fetch(request)), secrets });
  const { settings } = erp.connection;
  rig = new LaneRig({ netsuite: { system: { session }, roles: ['erp'], connector, settings } });
});

async function look(): Promise<void> {
  await renewDaily(rig.lane.core, async (plain) => {
    seals++;
    secrets = JSON.parse(plain) as Record<string, unknown>;
    return 'sealed';
  });
}

const missing = async () =>
  (await healthOf(rig.lane.core)).connections.flatMap((one) => one.missing.map(({ code }) => code));
const revoked = () => erp.calls().filter(({ route }) => route.includes('revoke')).length;

describe('Credentials of a connection', () => {
  it('are renewed when their time has come, used at once, and the old ones ended', async () => {
    const before = secrets['certificateId'];
    await look();
    expect([seals, secrets['certificateId'] === before, revoked()]).toEqual([1, false, 1]);
    expect(rig.rows("SELECT sealed_secrets FROM connections WHERE id = 'netsuite'")).toEqual([
      { sealed_secrets: 'sealed' },
    ]);
    const session = rig.lane.core.session(rig.lane.core.wiring.connections.get('netsuite') ?? expect.fail());
    expect(await session.check()).toMatchObject({ missing: [] });
    expect(await missing()).not.toContain('renewal-failed');
  });

  it('are looked after once a day, and left alone while they are good for long', async () => {
    await look();
    await look();
    rig.nowMs += dayMs;
    await look();
    expect([seals, revoked()]).toEqual([1, 1]);
  });

  it('that could not be renewed serve on, say so to the admin, and are tried again the next day', async () => {
    erp.act('set-permission', { permission: 'ADMI_OWN_CERTIFICATES', level: 'NONE' });
    await look();
    expect([seals, (await missing()).includes('renewal-failed')]).toEqual([0, true]);
    expect(rig.logs.map(([event]) => event)).toContain('credentials-not-renewed');
    erp.act('set-permission', { permission: 'ADMI_OWN_CERTIFICATES', level: 'FULL' });
    await look();
    expect(seals).toBe(0);
    rig.nowMs += dayMs;
    await look();
    expect([seals, (await missing()).includes('renewal-failed')]).toEqual([1, false]);
  });
});
