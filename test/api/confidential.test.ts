// What a person costs is shown to those who answer for money; nobody else is told, no system, no subscriber, no key.
import { expect, it } from 'vitest';
import { keyHash } from '../../edge-worker/api/caller.ts';
import { connectors } from '../../edge-worker/connectors/_registry.ts';
import { exactOrNull, textOrNull } from '../../edge-worker/connectors/codecs.ts';
import { at } from '../../edge-worker/connectors/connector.ts';
import { makeKey } from '../../edge-worker/flow/keys.ts';
import { mappingContent } from '../../edge-worker/flow/mapping.ts';
import { checkDraft } from '../../edge-worker/flow/mapping-check.ts';
import { Moments } from '../../edge-worker/flow/moments.ts';
import { openSession } from '../../edge-worker/flow/people.ts';
import { propose } from '../../edge-worker/flow/proposals.ts';
import { writePass } from '../../edge-worker/platform/passes.ts';
import { entities, entityNames } from '../../shared/entities/_registry.ts';
import { confidentialIn } from '../../shared/entities/entity.ts';
import { canonicalOf } from '../../shared/events/event.ts';
import { type HostRole, hostRoles } from '../../shared/host-roles.ts';
import { doorOf, hubKey } from '../support/door.ts';
import { LaneRig, RigSystem, rigMaps } from '../support/lane-rig.ts';

const { resource } = rigMaps;
if (!resource) throw new Error('the rig keeps people');
const fields = { ...resource.fields, costRate: at('cost', exactOrNull), costCurrency: at('in', textOrNull) };
/** Systems that would write what an hour costs, if they were let. */
const maps = { ...rigMaps, resource: { ...resource, canWrite: true, fields } };

const inConfidence: readonly HostRole[] = ['finance', 'admin', 'approver'];

/** Ines is employed in the ledger and planned in the PSA, which holds another cost of her. */
async function firm() {
  const [psa, erp] = [new RigSystem(), new RigSystem()];
  const rig = new LaneRig({
    psa: { system: psa, roles: ['psa'], maps },
    erp: { system: erp, roles: ['erp'], maps },
  });
  erp.put('person', 'e', { name: 'Ines', mail: 'i@x', cost: '85.5', in: 'EUR' });
  await rig.notice('erp', 'person', 'e');
  psa.put('person', 'r', { name: 'Ines', mail: 'i@x', cost: '70.25', in: 'EUR' });
  await rig.notice('psa', 'person', 'r');
  psa.put('person', 'r', { name: 'Ines', mail: 'i@x', cost: '71.25', in: 'EUR' });
  await rig.notice('psa', 'person', 'r');
  await rig.pass(60_000);
  const entity = String(rig.rows("SELECT id FROM entities WHERE kind = 'resource'")[0]?.['id']);
  const door = doorOf(rig.d1, rig.lane);
  const signIn = (roles: readonly HostRole[]) => {
    const id = `ses_${roles.join('_')}`;
    const made = { id, proof: id, connection: 'erp', user: 'u', name: 'Mara', roles };
    openSession(rig.lane.core, made, 'mara');
    // The door has the clock of today, the lane its own.
    const untilMs = Number.MAX_SAFE_INTEGER;
    rig.rows(`UPDATE sessions SET ends_ms = ${untilMs}`);
    return writePass(hubKey, { kind: 'session', installation: 'ins_1', id, secret: id, untilMs });
  };
  const everywhere = async (pass?: string) => {
    const paths = ['', '/systems', '/why?field=costRate'].map((path) => `/entities/${entity}${path}`);
    return Promise.all([...paths, '/contested'].map((path) => door.get<unknown>(path, pass)));
  };
  return { rig, psa, erp, entity, door, signIn, everywhere };
}

const isTold = (answer: unknown) => /85\.5|70\.25|71\.25/.test(JSON.stringify(answer));

it.each(hostRoles)('What an hour of a person costs is shown to %s only if they answer for money', async (role) => {
  const { signIn, everywhere } = await firm();
  const [history, systems, why] = await everywhere(await signIn([role]));
  const isShown = inConfidence.includes(role);
  expect([history?.status, systems?.status, why?.status]).toEqual([200, 200, isShown ? 200 : 403]);
  expect([isTold(history?.body), isTold(systems?.body)]).toEqual([isShown, isShown]);
  if (!isShown) expect(JSON.stringify(why?.body)).not.toMatch(/85\.5/);
  if (!isShown) expect(why?.body).toMatchObject({ type: 'not-allowed', next: expect.stringContaining('finance') });
});

it.each(hostRoles)(
  'What is left of what a project earns is shown to %s only if they answer for money',
  async (role) => {
    const { door, signIn } = await firm();
    const pass = await signIn([role]);
    const { body } = await door.get<{ rows: { name: string; notKnown: { code: string } | null }[] }>(
      '/indicators',
      pass,
    );
    const code = body.rows.find(({ name }) => name === 'project-margin')?.notKnown?.code;
    const behind = await door.get('/indicators/project-margin/records', pass);
    const isShown = inConfidence.includes(role);
    expect([code, behind.status]).toEqual(isShown ? ['none-yet', 200] : ['confidential', 403]);
  },
);

it('No API key is told of it, whatever it may read', async () => {
  const { rig, everywhere } = await firm();
  const pass = await writePass(hubKey, {
    ...{ kind: 'key', installation: 'ins_1', id: 'key_1', secret: 'k', untilMs: null },
  });
  const key = { id: 'key_1', name: 'Warehouse', hash: keyHash(pass), perMinute: 600, expiresMs: null };
  makeKey(rig.lane.core, { ...key, scopes: ['records:read'] }, 'mara');
  const answers = await everywhere(pass);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 403, 200]);
  for (const { body } of answers.filter(({ status }) => status === 200)) expect(isTold(body)).toBe(false);
});

it('It is written to no system, even by a map that would, and no timeline says it', async () => {
  const { rig, psa, erp, entity } = await firm();
  const held = [psa, erp].map(({ rows }) => [...rows.values()].map(({ wire }) => wire['cost']));
  expect(held).toEqual([['71.25'], ['85.5']]);
  const timeline = String(JSON.stringify(rig.d1.sqlite.db.prepare('SELECT entries FROM timeline').all()));
  expect(timeline).toMatch(/not-the-owner[^}]*costRate/);
  expect(timeline).not.toMatch(/85\.5|70\.25|71\.25/);
  const [row] = rig.rows(`SELECT canonical FROM entities WHERE id = '${entity}'`);
  expect(JSON.parse(String(row?.['canonical']))).toMatchObject({ costRate: '85.5', costCurrency: 'EUR' });
});

it('A cost that cannot be read is held without being told', async () => {
  const { rig, erp } = await firm();
  erp.put('person', 'e', { name: 'Ines', mail: 'i@x', cost: '85.5 or so', in: 'EUR' });
  await rig.notice('erp', 'person', 'e');
  const holds = rig.rows('SELECT code, params FROM holds');
  expect(holds).toMatchObject([{ code: 'unreadable-value', params: expect.stringContaining('costRate') }]);
  expect(JSON.stringify(holds)).not.toContain('85.5');
});

it('No event for subscribers has a place for it', async () => {
  const { rig, entity } = await firm();
  expect(Object.keys(canonicalOf(entities.resource).unwrap().shape)).not.toContain('costRate');
  rig.lane.core.store.transaction((tx) => {
    const { entity: shown } = new Moments(rig.lane.core.wiring, tx, new Map(), [entity]).of(entity);
    expect(shown?.record).toMatchObject({ name: 'Ines' });
    expect(isTold(shown)).toBe(false);
  });
});

it('No connector comes with a row that writes what is confidential, and an admin cannot add one', async () => {
  const rows = Object.values(connectors).flatMap(({ maps: own }) =>
    entityNames.flatMap((kind) => {
      const fieldsOfKind = Object.entries(own[kind]?.fields ?? {}) as [string, { direction: string }][];
      return fieldsOfKind.filter(([field]) => confidentialIn(entities[kind]).has(field));
    }),
  );
  expect(rows.map(([field, { direction }]) => `${field} ${direction}`)).toContain('costRate in');
  expect(rows.filter(([, { direction }]) => direction !== 'in')).toEqual([]);
  const { rig } = await firm();
  const { core } = rig.lane;
  propose(core, { step: 'begin', id: 'dra_1', title: 'Costs', from: null }, 'ada');
  const row = { at: 'cost', codec: 'decimal?', direction: 'both' } as const;
  const content = { maps: { psa: { resource: { fields: { costRate: row }, extra: [] } } } };
  const problems = await checkDraft(core, 'dra_1', mappingContent.parse(content));
  expect(problems).toEqual([
    { field: expect.stringContaining('direction'), problem: expect.stringContaining('confidential') },
  ]);
});
