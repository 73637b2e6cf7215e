// What is held is looked at again when something that it rests on changes; how much is held of all else costs nothing.
import { expect, it } from 'vitest';
import { heldAround, listMark, raiseHold } from '../../edge-worker/flow/holds.ts';
import { restingOn } from '../../edge-worker/flow/resting.ts';
import type { EntityName } from '../../shared/entities/_registry.ts';
import { LaneRig } from '../support/lane-rig.ts';

const time = 'tim_01J00000000000000000000001';
const invoice = 'inv_01J00000000000000000000001';
const customer = 'cus_01J00000000000000000000001';

function held() {
  const { lane } = new LaneRig({});
  const { store, ports } = lane.core;
  const raise = (entity: string, kind: EntityName, around: readonly string[]) =>
    store.transaction((tx) =>
      raiseHold(tx, ports.makeId, {
        ...{ entity, connection: 'erp', recordType: kind, part: '', kind, control: 'rate-mismatch', owner: 'finance' },
        ...{ code: 'rate-mismatch', params: {}, hash: '1', dueMinutes: 60, around },
      }),
    );
  raise(time, 'time', [customer, listMark('period')]);
  raise(invoice, 'invoice', [time, customer]);
  return store.sql;
}

it('What rests on a record is found, also through others, and what rests on a list is', () => {
  const sql = held();
  expect(heldAround(sql, [customer], 10).sort()).toEqual([invoice, time]);
  expect(heldAround(sql, [time], 10)).toEqual([invoice]);
  expect(heldAround(sql, [listMark('period')], 10)).toEqual([time]);
  expect(heldAround(sql, [invoice], 10)).toEqual([]);
  expect([...restingOn('customer')]).toEqual(expect.arrayContaining(['project', 'contract', 'time', 'invoice']));
});

it('When hours change, not one of the hours that are held is looked at', () => {
  const sql = held();
  expect(restingOn('time').has('time')).toBe(false);
  const plans: unknown[] = [];
  const watched: typeof sql = {
    exec: (query, ...bindings) => {
      plans.push(...sql.exec(`EXPLAIN QUERY PLAN ${query}`, ...bindings).toArray());
      return sql.exec(query, ...bindings);
    },
  };
  heldAround(watched, [time], 10);
  expect(JSON.stringify(plans)).toContain('SEARCH holds USING INDEX holds_kind');
});
