// An installation that is ending, in its lane: it stands still from one moment on, and goes on where it stood once
// that is taken back.
import { describe, expect, it } from 'vitest';
import { endLane, takeLaneBack } from '../../edge-worker/flow/ending.ts';
import { change } from '../../edge-worker/flow/requests.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

const seal = async (plain: string) => `sealed ${plain}`;
const namesIn = (system: RigSystem) => [...system.rows.values()].map((row) => row.wire['name']).sort();
const dayMs = 86_400_000;

async function ended() {
  const [crm, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  crm.put('client', 'a', client('Acme'));
  await rig.notice('crm', 'client', 'a');
  const end = () => endLane(rig.lane.core, { endsMs: rig.nowMs + 30 * dayMs, reason: 'We part', by: 'ada' });
  return { crm, erp, rig, end };
}

describe('An installation that is ending', () => {
  it('reads nothing, writes nothing and asks nothing any more, over restarts too', async () => {
    const { crm, erp, rig, end } = await ended();
    end();
    const calls = [crm.calls.length, erp.calls.length];
    crm.put('client', 'b', client('Birch'));
    await rig.notice('crm', 'client', 'b');
    await rig.pass(600_000);
    await rig.restart();
    await rig.pass(600_000);
    expect([crm.calls.length, erp.calls.length]).toEqual(calls);
    expect(namesIn(erp)).toEqual(['Acme']);
  });

  it('lets a call under way come to its end, and writes down what it did', async () => {
    const { crm, erp, rig, end } = await ended();
    let answer: (() => void) | null = null;
    erp.onWrite = (_writes, carryOut) =>
      new Promise((resolve) => {
        answer = () => resolve(carryOut());
      });
    crm.put('client', 'b', client('Birch'));
    await rig.notice('crm', 'client', 'b');
    end();
    (answer as (() => void) | null)?.();
    await rig.settle();
    expect(rig.rows("SELECT count(*) AS n FROM links WHERE connection = 'erp' AND record_id IS NOT NULL")).toEqual([
      { n: 2 },
    ]);
  });

  it('brings what waited into the record still, its own end among it', async () => {
    const { rig, end } = await ended();
    end();
    await rig.lane.flushed(1_000);
    const audit = rig.d1.sqlite.db.prepare('SELECT action, by, detail FROM audit ORDER BY seq DESC LIMIT 1').all();
    expect(audit).toMatchObject([{ action: 'installation-ending', by: 'ada' }]);
    expect(String(audit[0]?.['detail'])).toContain('We part');
  });

  it('refuses every change, and says what would let it go on; people may still come and go', async () => {
    const { rig, end } = await ended();
    end();
    const sync = { verb: 'ask-feeds', connection: 'crm', feeds: null } as const;
    expect(await change(rig.lane, sync, seal)).toMatchObject({
      ok: false,
      code: 'installation-ending',
      next: 'Take its ending back first, if it is to go on.',
    });
    const person = { id: 'ses_1', proof: 'p', connection: 'crm', user: 'u1', name: 'Ada', roles: ['admin'] } as const;
    expect(await change(rig.lane, { verb: 'open-session', session: person, by: 'Ada' }, seal)).toMatchObject({
      ok: true,
    });
  });

  it('goes on once that is taken back, and reads everything once for what it did not hear of', async () => {
    const { crm, erp, rig, end } = await ended();
    end();
    crm.put('client', 'b', client('Birch'));
    await rig.notice('crm', 'client', 'b');
    takeLaneBack(rig.lane.core, 'ada');
    const loads = rig.rows("SELECT cause FROM jobs WHERE kind = 'load' AND state = 'running' ORDER BY cause");
    expect(loads).toEqual([{ cause: 'crm' }, { cause: 'erp' }]);
    await rig.pass(1_000);
    expect(namesIn(erp)).toEqual(['Acme', 'Birch']);
  });
});
