// Rows travel in texts that the lane's storage and D1 can hold, whatever language they are written in.
import { describe, expect, it } from 'vitest';
import { portions } from '../../edge-worker/store/flush-rows.ts';
import { entityRows } from '../../edge-worker/store/lane-schema.ts';
import { packRows } from '../../edge-worker/store/rows.ts';
import { client, LaneRig, RigSystem } from '../support/lane-rig.ts';

const japanese = '請'.repeat(4_000);

describe('Rows', () => {
  it('are cut at a megabyte of bytes on their way into the lane', () => {
    const rows = Array.from({ length: 300 }, (_, index) => {
      return { id: `tim_${index}`, kind: 'time', version: 1, canonical: japanese, provenance: '{}', eventMs: 0 };
    });
    const sizes = packRows(entityRows, rows).map((pack) => Buffer.byteLength(pack));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000_000);
    expect(sizes.length).toBeGreaterThan(3);
  });

  it('are cut at a megabyte of bytes on their way to the record', () => {
    const rows = Array.from({ length: 300 }, (_, index) => ({ key: `${index}`, text: JSON.stringify([japanese]) }));
    const cut = portions(new Map([['timeline', rows]]));
    const sizes = cut.map((one) =>
      [...one.values()].flat().reduce((sum, row) => sum + Buffer.byteLength(row.text) + 1, 0),
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000_001);
  });

  it('that no storage can hold become somebody’s work, and the others go on', async () => {
    const crm = new RigSystem();
    const erp = new RigSystem();
    const rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
    // As the platform refuses a value of more than two megabytes, only sooner.
    rig.storage.sql.exec(
      `CREATE TRIGGER too_big BEFORE INSERT ON flush_log WHEN length(CAST(NEW.rows AS BLOB)) > 50000
       BEGIN SELECT RAISE(ABORT, 'string or blob too big'); END`,
    );
    crm.put('client', 'huge', client('請'.repeat(20_000)));
    crm.put('client', 'a', client('Acme'));
    await rig.notice('crm', 'client', 'huge', 'a');
    expect([...erp.rows.values()].map((row) => row.wire['name'])).toEqual(['Acme']);
    expect(rig.rows('SELECT control, owner FROM holds')).toEqual([{ control: 'record-failed', owner: 'operator' }]);
  });
});
