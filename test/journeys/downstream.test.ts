// Story: an accounting office subscribes to all that happens at a firm, and hears a deal's whole life: won, held,
// released, provisioned, worked on, billed, paid. It can look up what it was told, and have it told again.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyShape } from '../../edge-worker/api/asyncapi.ts';
import { type Api, apiClient, must } from '../../edge-worker/console/client.ts';
import { outboundEvents } from '../../shared/events/_registry.ts';
import { AlertPlaces, serverToken } from '../support/alert-places.ts';
import { type Firm, startFirm } from '../support/firm.ts';
import { approveTime, hire, jobOf, logTime, sell, until, win, workspaceOf } from '../support/people.ts';
import { freePort } from '../support/serve.ts';
import { type Heard, Subscriber } from '../support/subscriber.ts';

const state = mkdtempSync(join(tmpdir(), 'tieout-downstream-'));
const office = new Subscriber(await freePort());
const name = 'Lakeside ERP rollout';
const places = new AlertPlaces();
let firm: Firm;
let api: Api;
let subscription = '';
const path = () => ({ installation: firm.installation.id, subscription });

beforeAll(async () => {
  await places.start();
  const mail = { from: 'Tieout <alerts@tieout.example>', serverToken, server: places.url };
  firm = await startFirm({ state, vars: { CHANNELS: JSON.stringify({ mail }) } });
  api = apiClient(firm.hub.url, firm.hub.operatorKey);
  await office.start();
});

afterAll(async () => {
  await firm?.close();
  await office.stop();
  await places.stop();
  rmSync(state, { recursive: true, force: true });
});

const heard = (type: string) => office.taken.filter((event) => event.type === type);
const hears = (type: string, count = 1) =>
  until(`${type} to be heard`, () => heard(type).length >= count && heard(type).at(-1), 60_000);
const inside = (event: Heard, part: string) => event.data[part] as Record<string, unknown>;

describe('An office that subscribes to everything', () => {
  it('finds in the catalogue what it will hear, and tries its address before it relies on it', async () => {
    const { rows } = await must(api.GET('/events'));
    expect(rows.map(({ type }) => type)).toEqual(outboundEvents.map((event) => event.name));
    const document = await (await fetch(`${firm.hub.url}/v1/asyncapi.json`)).json();
    expect(document).toMatchObject({ asyncapi: '3.0.0' });

    const { installation } = path();
    const body = { name: 'Accounting office', url: office.url };
    const made = await must(
      api.POST('/installations/{installation}/subscriptions', { params: { path: { installation } }, body }),
    );
    subscription = made.subscription;
    const tried = () =>
      must(api.POST('/installations/{installation}/subscriptions/{subscription}/test', { params: { path: path() } }));
    // It does not know its key yet, and takes nothing that it cannot prove.
    expect(await tried()).toMatchObject({ delivered: false, status: 401, problem: 'refused' });
    office.keys.push(made.key);
    expect(await tried()).toMatchObject({ delivered: true, status: 204, problem: null });
    expect(office.taken.map(({ type }) => type)).toEqual(['tieout.test']);
  });

  it('is refused an address inside a network, and one that is no address', async () => {
    const { installation } = path();
    for (const url of ['https://10.0.0.7/hook', 'http://hooks.example.com/', 'https://169.254.169.254/', 'nowhere']) {
      const body = { name: 'Somebody', url };
      const params = { path: { installation } };
      const { response, error } = await api.POST('/installations/{installation}/subscriptions', { params, body });
      expect([response.status, error?.fields?.[0]?.field], url).toEqual([422, 'url']);
    }
  });

  it('hears of a deal that is won, held for want of payment terms, released, and made a project', async () => {
    const { opportunity } = sell(firm, {
      account: 'Lakeside Hospital',
      name,
      legalEntity: 'Northwind Consulting GmbH',
      country: 'DE',
      purchaseOrder: 'PO-1201',
      terms: null,
      rates: [['Senior Consultant', 185, 300]],
    });
    win(firm, opportunity);
    const won = await hears('deal.won');
    expect(inside(won, 'deal')).toMatchObject({ name, isWon: true });
    const held = await hears('deal.held');
    expect(held.data).toMatchObject({ deal: { name }, exception: { code: 'missing-terms', owner: 'finance' } });
    const opened = await hears('exception.opened');
    expect(inside(opened, 'exception')['id']).toBe(inside(held, 'exception')['id']);

    firm.crm.update('Opportunity', opportunity, { tieout__Payment_Terms__c: 'NET30' });
    const released = await hears('deal.released');
    expect(released.data).toMatchObject({ deal: { name }, exceptions: [inside(held, 'exception')['id']] });
    await hears('exception.closed');
    const created = await hears('project.created');
    expect(inside(created, 'project')).toMatchObject({ name });
    expect((await hears('customer.created')).data).toMatchObject({ customer: { name: 'Lakeside Hospital' } });
    expect(heard('contract.changed').at(-1)?.data).toMatchObject({ contract: { terms: 'NET30' } });
  });

  it('hears of time that is posted, and of the invoice that bills it: issued, then paid', async () => {
    const { user } = hire(
      firm,
      'Ines Carvalho',
      'ines@northwind.example',
      'Senior Consultant',
      'Northwind Consulting GmbH',
    );
    const workspace = await until('the workspace', () => workspaceOf(firm, name));
    const work = { role: 'Senior Consultant', rateMinor: 18_500, notes: 'Source systems workshop' };
    const entry = logTime(firm, { workspace, user, date: '2026-11-03', minutes: 450, ...work });
    approveTime(firm, [entry]);
    await firm.installation.ask('psa');
    const posted = await hears('time.posted');
    expect(posted.data).toMatchObject({
      time: { hours: '7.5' },
      project: { name },
      resource: { name: 'Ines Carvalho' },
    });

    firm.psa.act('reject', { ids: [Number(entry)] });
    await firm.installation.ask('psa');
    const withdrawn = await hears('time.withdrawn');
    expect(withdrawn.data).toMatchObject({ time: { id: inside(posted, 'time')['id'] }, project: { name } });
    expect(inside(withdrawn, 'record')['recordId']).toBe(inside(posted, 'record')['recordId']);
    approveTime(firm, [entry]);
    await firm.installation.ask('psa');
    expect((await hears('time.posted', 2)).data).toMatchObject({ record: posted.data['record'] });

    const invoice = String(firm.erp.act('bill', { job: jobOf(firm, name), date: '2026-11-30' }));
    const issued = await hears('invoice.issued');
    expect(issued.data).toMatchObject({
      invoice: { status: 'open', subtotal: { amountMinor: '138750', currency: 'EUR' } },
      customer: { name: 'Lakeside Hospital' },
    });
    firm.erp.act('pay', { invoice, amount: firm.erp.rows('invoice')[0]?.['total'] });
    expect((await hears('invoice.paid')).data).toMatchObject({ invoice: { id: inside(issued, 'invoice')['id'] } });
  });

  it('was told nothing that the published schemas do not say, each event under one id, in order', async () => {
    await firm.installation.settled();
    for (const { body, type } of office.taken.filter((event) => event.type !== 'tieout.test')) {
      const event = outboundEvents.find((one) => one.name === type) ?? expect.fail(type);
      const sent: unknown = JSON.parse(body);
      expect(bodyShape(event).parse(sent), type).toEqual(sent);
    }
    const sequences = office.taken.map(({ sequence }) => sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    for (const type of ['deal.won', 'project.created', 'customer.created', 'time.withdrawn', 'invoice.issued'])
      expect(heard(type), type).toHaveLength(1);
  });

  it('looks up what it was told, page by page, and has one event and a whole day told again', async () => {
    const {
      rows: first,
      next,
      names,
    } = await must(
      api.GET('/installations/{installation}/subscriptions/{subscription}/deliveries', {
        params: { path: path(), query: { limit: 3 } },
      }),
    );
    expect(first).toHaveLength(3);
    expect(first[0]).toMatchObject({ state: 'delivered', attempts: 1, status: 204, problem: null });
    // By the number that people know, beside the id.
    for (const { subject } of first) expect(names[subject]?.label).toMatch(/^(INV|PYMT)1$/);
    const told = office.taken.filter((event) => event.type !== 'tieout.test');
    expect(first.map(({ event }) => event)).toEqual(
      told
        .slice(-3)
        .reverse()
        .map(({ id }) => id),
    );
    const { rows: second } = await must(
      api.GET('/installations/{installation}/subscriptions/{subscription}/deliveries', {
        params: { path: path(), query: { limit: 3, after: next ?? '' } },
      }),
    );
    expect(second.map(({ event }) => event)).toEqual(
      told
        .slice(-6, -3)
        .reverse()
        .map(({ id }) => id),
    );

    const replay = (body: { events?: string[]; since?: string }) =>
      must(
        api.POST('/installations/{installation}/subscriptions/{subscription}/replay', {
          params: { path: path() },
          body,
        }),
      );
    const project = heard('project.created')[0] as Heard;
    const before = office.heard.length;
    await replay({ events: [project.id] });
    await until('the event to be told again', () => office.heard.length === before + 1);
    expect(office.heard.at(-1)).toMatchObject({ id: project.id, body: project.body });
    await replay({ since: '2026-01-01T00:00:00.000Z' });
    await until('everything to be told again', () => office.heard.length >= before + 1 + told.length);
    const again = office.heard.slice(before + 1).map(({ id }) => id);
    expect(again).toEqual(told.map(({ id }) => id));
  });
});

describe('The people who look after it', () => {
  const params = () => ({ path: { installation: firm.installation.id } });
  const make = (body: { name: string; channel: string; place: string }) =>
    api.POST('/installations/{installation}/alerts/destinations', { params: params(), body });
  const read = () => must(api.GET('/installations/{installation}/alerts', { params: params() }));

  it('say where alerts go, each tried before it is relied on; nothing secret is shown again', async () => {
    const made = [
      await must(make({ name: 'On call', channel: 'mail', place: 'oncall@northwind.example' })),
      await must(make({ name: 'Ops channel', channel: 'slack', place: places.chatUrl })),
      await must(make({ name: 'Pager', channel: 'webhook', place: `${places.url}/hook` })),
    ];
    places.key = made[2]?.key ?? '';
    expect(made.map(({ key }) => key !== '')).toEqual([false, false, true]);
    for (const { destination } of made) {
      const path = { ...params().path, destination };
      const tried = await must(
        api.POST('/installations/{installation}/alerts/destinations/{destination}/test', { params: { path } }),
      );
      expect(tried).toEqual({ delivered: true, status: expect.any(Number), problem: null, said: null });
    }
    const subject = 'Test of alerts (Northwind Consulting)';
    expect(places.mails).toContainEqual(expect.objectContaining({ to: 'oncall@northwind.example', subject }));
    expect(places.messages.map(({ text }) => text)).toContain(subject);
    expect(places.events.map(({ type }) => type)).toContain('tieout.test');
    const shown = await read();
    expect(shown).toMatchObject({ version: 3, changedBy: 'operator' });
    expect(shown.destinations.map(({ channel, place, state }) => [channel, place, state])).toEqual([
      ['mail', 'oncall@northwind.example', 'on'],
      ['slack', `${new URL(places.url).host}/…`, 'on'],
      ['webhook', `${new URL(places.url).host}/…`, 'on'],
    ]);
    expect(JSON.stringify(shown)).not.toContain('secret-of-the-channel');
    const [first] = await must(api.GET('/installations/{installation}/alerts/versions', { params: params() })).then(
      ({ rows }) => rows,
    );
    expect(JSON.stringify(first)).not.toContain('secret-of-the-channel');
  });

  it('are told what is wrong with a place that cannot be one', async () => {
    const wrong = async (channel: string, place: string) => {
      const { response, error } = await make({ name: 'Somebody', channel, place });
      return [response.status, error?.fields?.[0]?.field];
    };
    expect(await wrong('mail', 'nobody')).toEqual([422, 'place']);
    expect(await wrong('slack', 'https://10.0.0.7/services/T/B/x')).toEqual([422, 'place']);
    expect(await wrong('webhook', 'http://hooks.example.com/')).toEqual([422, 'place']);
    expect(await wrong('pigeon', 'loft')).toEqual([422, 'channel']);
    // An address that is well formed may still be refused by who carries it; then it says what that said.
    const { destination } = await must(
      make({ name: 'Left the firm', channel: 'mail', place: 'bounced@northwind.example' }),
    );
    const at = { params: { path: { ...params().path, destination } } };
    const tried = await must(api.POST('/installations/{installation}/alerts/destinations/{destination}/test', at));
    expect(tried).toMatchObject({ delivered: false, status: 422, problem: 'refused' });
    expect(tried.said).toContain('inactive');
    await must(api.DELETE('/installations/{installation}/alerts/destinations/{destination}', at));
  });

  it('hear once of what has begun, in every way they asked for, and once that it is over', async () => {
    // A chat that fails is tried again.
    places.chatAnswers.push([500, 'rollup_error']);
    const stop = { params: { path: { ...params().path, connection: 'psa' } } };
    const body = { reason: 'Moving to <new> accounts & names' };
    await must(api.POST('/installations/{installation}/connections/{connection}/pause', { ...stop, body }));
    const all = () => [
      places.mails.filter(({ subject }) => subject.includes('Connection is paused')),
      places.messages.filter(({ text }) => text.includes('Connection is paused')),
      places.events.filter(({ data }) => (data['alert'] as { title: string }).title === 'Connection is paused'),
    ];
    await until('all to hear of it', () => all().every((heard) => heard.length > 0));
    const [begun] = places.mails.filter(({ subject }) => subject === 'Connection is paused (Northwind Consulting)');
    expect(begun?.text).toContain('Moving to <new> accounts & names');
    expect(begun?.text).toContain('Whose turn: Integration admin.');
    expect(JSON.stringify(all()[1])).toContain('&lt;new&gt; accounts &amp; names');
    await must(api.POST('/installations/{installation}/connections/{connection}/resume', stop));
    await until('all to hear the end', () => all().every((heard) => heard.length > 1));
    expect(places.mails.map(({ subject }) => subject)).toContain('Over: Connection is paused (Northwind Consulting)');
    const types = new Set(places.events.map(({ type }) => type));
    expect([...types].slice(-2)).toEqual(['alert.raised', 'alert.recovered']);
    await until('nothing to wait', async () => (await read()).destinations.every(({ waiting }) => waiting === 0));
    // A call whose answer was lost may be made twice: what counts is what there is to know.
    expect(all().map((heard) => new Set(heard.map((one) => JSON.stringify(one))).size)).toEqual([2, 2, 2]);
  });
});
