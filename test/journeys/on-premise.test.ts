// Story: a firm's ERP stands in its own cellar, behind a firewall; nobody can call it. It comes by itself: it gets the
// project and the approved time, and tells the invoice it made of them. It is away at times, and once it dies half-way.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StandIn } from '../../edge-worker/connectors/stand-in.ts';
import { standIns } from '../support/_stand-ins.ts';
import { type HubProcess, spawnHub } from '../support/hub-process.ts';
import { type Connected, type Installation, Operator } from '../support/operator.ts';
import { until } from '../support/people.ts';
import { signedHeaders } from '../support/sender.ts';
import { freePort, type Served, serve } from '../support/serve.ts';

const port = await freePort();
const state = mkdtempSync(join(tmpdir(), 'tieout-on-premise-'));
const kinds = ['customer', 'project', 'contract', 'resource', 'time', 'invoice'];
let hub: HubProcess;
let installation: Installation;
let served: Served;
let psa: StandIn;
let erp: StandIn;
let door: Connected;

const world = {
  nowMs: Date.now,
  chance: Math.random,
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  send: (request: Request) => fetch(request),
};

beforeAll(async () => {
  hub = await spawnHub({ port, state });
  installation = await new Operator(hub.url, hub.operatorKey).found('Northwind Consulting');
  let answer: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
  served = await serve((request) => answer(request));
  const made = (name: string, baseUrl: string) => {
    const standIn = standIns[name]?.({ ...world, baseUrl });
    if (!standIn) throw new Error(`no stand-in called ${name}`);
    return standIn;
  };
  psa = made('example', served.url);
  erp = made('canonical', 'http://erp.cellar.example');
  answer = (request) => psa.fetch(request);
  const common = { flow: 'open' };
  const source = await installation.connect({
    id: 'psa',
    system: psa.name,
    roles: ['crm', 'psa'],
    ...psa.connection,
    ...common,
  });
  const settings = { ...erp.connection.settings, kinds };
  door = await installation.connect({
    id: 'erp',
    system: erp.name,
    roles: ['erp'],
    ...erp.connection,
    settings,
    ...common,
  });
  psa.subscribe({ url: source.hookUrl ?? '', key: source.hookKey ?? '', installation: installation.id });
  erp.subscribe({ url: door.hookUrl ?? '', key: door.hookKey ?? '', installation: installation.id });
});

afterAll(async () => {
  await hub?.kill();
  await served?.close();
  rmSync(state, { recursive: true, force: true });
});

/** The ERP comes again and again, as its scheduler lets it, until it has what it came for. */
const comesFor = <Found>(what: string, look: () => Found | null | undefined | false) =>
  until(what, async () => {
    await erp.deliver();
    return look();
  });
const people = async () => {
  await psa.deliver();
};
const statusOf = async (type: string, id: string) => {
  const { statuses } = await installation.status('psa', type, id);
  return statuses.find(({ system }) => system === 'canonical')?.state;
};

const hoursOf = async (entry: string) => {
  const { entities } = await installation.status('psa', 'hours', entry);
  return (await installation.entity(entities[0]?.entity ?? '')).versions[0]?.canonical['hours'];
};

let client = '';
let engagement = '';
let person = '';

function log(text: string, quantity = '7.5'): string {
  const work = { engagement_id: engagement, person_id: person, date: '2026-11-03', quantity, text };
  const terms = { job: 'Consultant', price: '185', currency: 'EUR', billable: true, approval: 'approved' };
  return psa.create('hours', { ...work, ...terms });
}

describe('An ERP that nobody can call', () => {
  it('gets the project of a customer, and hires the people that it knows already', async () => {
    person = psa.create('person', { full_name: 'Ines Carvalho', mail: 'ines@northwind.example', active: true });
    erp.create('resource', {
      name: 'Ines Carvalho',
      email: 'ines@northwind.example',
      role: null,
      legalEntity: null,
      isActive: true,
    });
    client = psa.create('client', { display_name: 'Harbour & Pine', stage: 'client', currency: 'EUR', active: true });
    engagement = psa.create('engagement', {
      ...{
        title: 'ERP rollout',
        client_id: client,
        currency: 'EUR',
        state: 'running',
        time_open: true,
        model: 'hourly',
      },
    });
    await people();
    await until('the work to wait for it', async () => (await statusOf('client', client)) === 'on-its-way');
    expect(erp.rows('customer')).toEqual([]);
    const project = await comesFor('the project in the cellar', () => erp.rows('project')[0]);
    const [customer] = erp.rows('customer');
    expect(project).toMatchObject({ name: 'ERP rollout', customer: customer?.id });
    await until('both to agree', async () => (await statusOf('engagement', engagement)) === 'in-step');
  });

  it('gets time once it is approved, under its own numbers, and always as it is newest', async () => {
    const entry = log('Chart of accounts workshop');
    await people();
    await until('the time to wait', async () => (await statusOf('hours', entry)) === 'on-its-way');
    // It is away; meanwhile the entry is corrected twice.
    for (const quantity of ['6', '6.25']) {
      psa.update('hours', entry, { quantity });
      await people();
      await until('the hub to know', async () => (await hoursOf(entry)) === quantity);
    }
    const time = await comesFor('the time in the cellar', () => erp.rows('time')[0]);
    const [project] = erp.rows('project');
    const [resource] = erp.rows('resource');
    expect(time).toMatchObject({ project: project?.id, resource: resource?.id, rate: '185' });
    await comesFor('the newest hours', () => erp.rows('time')[0]?.['hours'] === '6.25');
    expect(erp.rows('time')).toHaveLength(1);
  });

  it('dies after it has saved and before it could say so: nothing is there twice', async () => {
    const entry = log('Data migration');
    await people();
    await until('the time to wait', async () => (await statusOf('hours', entry)) === 'on-its-way');
    erp.arm({ how: 'commit-then-cut' });
    await comesFor('the time in the cellar', () => erp.rows('time').some((row) => row['note'] === 'Data migration'));
    // What it tells the next time bears our key: that is the outcome.
    await comesFor('the time to be linked', async () => (await statusOf('hours', entry)) === 'in-step');
    await until('both to agree', async () => (await statusOf('hours', entry)) === 'in-step');
    expect(erp.rows('time').filter((row) => row['note'] === 'Data migration')).toHaveLength(1);
  });

  it('has work in its hands when the hub is killed: its outcome is found in what it tells', async () => {
    const entry = log('Cut-over rehearsal');
    await people();
    await until('the time to wait', async () => (await statusOf('hours', entry)) === 'on-its-way');
    erp.arm({ how: 'commit-then-cut' });
    await comesFor('the time in the cellar', () =>
      erp.rows('time').some((row) => row['note'] === 'Cut-over rehearsal'),
    );
    await hub.kill();
    hub = await spawnHub({ port, state });
    await comesFor('the record to be told', () => erp.calls().some(({ route }) => route === 'POST /records'));
    await until('both to agree', async () => (await statusOf('hours', entry)) === 'in-step');
    expect(erp.rows('time').filter((row) => row['note'] === 'Cut-over rehearsal')).toHaveLength(1);
  });

  it('takes back what is approved no more, and counts it again when it is approved again', async () => {
    const note = 'Booked on the wrong project';
    const entry = log(note);
    const inCellar = () => erp.rows('time').filter((row) => row['note'] === note);
    await people();
    await comesFor('the time in the cellar', () => inCellar()[0]);
    const decide = async (approval: string) => {
      psa.update('hours', entry, { approval });
      await people();
    };
    await decide('rejected');
    await comesFor('the time to be taken back', () => inCellar()[0]?.['isWithdrawn'] === true);
    await decide('approved');
    await comesFor('the time to count again', () => inCellar()[0] && !inCellar()[0]?.['isWithdrawn']);
    await decide('rejected');
    await comesFor('the time to be taken back', () => inCellar()[0]?.['isWithdrawn'] === true);
    expect(inCellar()).toHaveLength(1);
    expect(await installation.exceptions()).toEqual([]);
  });

  it('bills what it holds, and its invoice stands in the PSA; paid there when it is paid here', async () => {
    const [project] = erp.rows('project');
    const invoice = String(erp.act('bill', { project: project?.id, date: '2026-11-30' }));
    await erp.deliver();
    const bill = await until('the invoice in the PSA', () => psa.rows('bill')[0]);
    // 6.25 + 7.5 + 7.5 hours at 185.
    expect(bill).toMatchObject({ state: 'open', gross: '3931.25', currency: 'EUR', client_id: client });
    erp.act('pay', { invoice });
    await erp.deliver();
    await until('the payment in the PSA', () => psa.rows('bill')[0]?.['state'] === 'paid');
    expect(psa.rows('bill')).toHaveLength(1);
    await comesFor('the status of its own page', () =>
      erp.rows('status').some((row) => row['type'] === 'invoice' && row['state'] === 'in-step'),
    );
  });

  it('is held to its signature: what it has not signed is refused and kept nowhere', async () => {
    const { account, environment } = erp.connection;
    const body = JSON.stringify({
      ...{ installation: installation.id, account, environment, delivery: 'by-hand' },
      records: [{ type: 'customer', id: 'FORGED', values: { name: 'Nobody' } }],
    });
    const send = async (key: string, sent = body, verb = 'records') => {
      const headers = signedHeaders(key, sent, Date.now());
      return (await fetch(`${door.hookUrl}/${verb}`, { method: 'POST', headers, body: sent })).status;
    };
    expect(await send('somebody-else')).toBe(401);
    expect(await send(door.hookKey ?? '', body.replace(account, 'another-account'))).toBe(403);
    expect(await send(door.hookKey ?? '', '{"records":[]}')).toBe(422);
    expect(await send(door.hookKey ?? '', body, 'elsewhere')).toBe(422);
    expect((await fetch(`${door.hookUrl?.slice(0, -1)}x/records`, { method: 'POST', body })).status).toBe(404);
    const { entities } = await installation.status('erp', 'customer', 'FORGED');
    expect(entities).toEqual([]);
    expect(await installation.exceptions()).toEqual([]);
  });
});
