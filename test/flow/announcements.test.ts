// How long events for subscribers are kept once they are on disk: the table of them is as long as thirty days are.
import { expect, it } from 'vitest';
import { hour, Told } from '../support/told.ts';

const day = 24 * hour;

it('An event is cleared thirty days after it was made; what is still to be told is not among them', async () => {
  const told = await new Told().subscribe();
  const kept = () => told.rig.rows("SELECT payload ->> '$.project.name' AS name FROM announcements ORDER BY seq");
  await told.begin('First', 'Second');
  await told.deliver();
  await told.pass(20 * day, day);
  told.answer = () => 503;
  await told.begin('Third', 'Fourth');
  await told.pass(hour, 600_000);
  await told.pass(11 * day, day);
  expect(kept()).toEqual([{ name: 'Third' }, { name: 'Fourth' }]);
  told.answer = () => 204;
  await told.pass(2 * hour, 600_000);
  expect(told.names.slice(-2)).toEqual(['Third', 'Fourth']);
  expect(told.rig.held()).toEqual([]);
  await told.pass(31 * day, day);
  // The next one is numbered after it.
  expect(kept()).toEqual([{ name: 'Fourth' }]);
  await told.begin('Fifth');
  await told.deliver();
  expect(told.heard.at(-1)).toMatchObject({ name: 'Fifth', sequence: 5 });
});

it('Events go in time also when nobody is left to hear them', async () => {
  const told = await new Told().subscribe();
  await told.begin('First', 'Second', 'Third');
  await told.ask({ verb: 'remove', id: 'sub_1' });
  const count = () => told.rig.rows('SELECT seq FROM announcements').length;
  await told.pass(29 * day, day);
  expect(count()).toBe(3);
  await told.pass(2 * day, day);
  expect(count()).toBe(1);
});
