// Kantata's stand-in, driven by raw requests: the shapes and habits of the vendor's API.
import { describe, expect, it } from 'vitest';
import { project, rig } from './stand-in/rig.ts';

describe('signing in', () => {
  it('trades a code for a token that never expires, once', async () => {
    const { raw } = rig();
    const back = 'https://hub.test/back';
    const sent = await raw(
      `/oauth/authorize?response_type=code&client_id=stand-in-app&redirect_uri=${encodeURIComponent(back)}&state=s1`,
      { method: 'GET' },
    );
    expect(sent.status).toBe(302);
    const location = new URL(sent.headers.get('location') ?? '');
    expect(location.searchParams.get('state')).toBe('s1');
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'stand-in-app',
      client_secret: 'stand-in-app-secret',
      code: location.searchParams.get('code') ?? '',
      redirect_uri: back,
    });
    const ask = () =>
      raw('/oauth/token', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      });
    const granted = await ask();
    expect(granted.json).toMatchObject({ token_type: 'Bearer' });
    expect(granted.json).not.toHaveProperty('expires_in');
    expect((await ask()).json).toMatchObject({ error: 'invalid_grant' });
    const headers = { authorization: `Bearer ${granted.json.access_token}` };
    expect((await raw('/api/v1/users/me', { method: 'GET', headers })).status).toBe(200);
  });

  it('refuses unknown tokens and applications', async () => {
    const { raw } = rig();
    const anonymous = await raw('/api/v1/workspaces.json', { method: 'GET' });
    expect(anonymous.status).toBe(401);
    expect(anonymous.json).toEqual({ errors: [{ type: 'oauth', message: 'Invalid OAuth 2 Request' }] });
    expect(anonymous.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const token = await raw('/oauth/token', { method: 'POST', body: 'grant_type=client_credentials' });
    expect([token.status, token.json.error]).toEqual([401, 'invalid_client']);
  });
});

describe('the envelope', () => {
  it('answers with results in order, records keyed by id, side-loads and meta', async () => {
    const { kantata, get } = rig();
    const { user, workspace, entries } = project(kantata, 2);
    const { json } = await get('/time_entries.json?include=workspace,user,active_submission&order=updated_at:asc');
    expect(json.count).toBe(2);
    expect(json.results).toEqual(entries.map((id) => ({ key: 'time_entries', id })));
    expect(json.time_entries[entries[0]!]).toMatchObject({
      id: entries[0],
      workspace_id: workspace,
      user_id: user,
      date_performed: '2026-11-03',
      time_in_minutes: 60,
      approved: true,
      rate_in_cents: 18_000,
      currency_base_unit: 100,
      updated_at: '2026-11-03T03:00:00-07:00',
    });
    expect(Object.keys(json.workspaces)).toEqual([workspace]);
    expect(Object.values(json.timesheet_submissions)).toMatchObject([{ status: 'approved' }]);
    expect(json.meta).toEqual({ count: 2, page_count: 1, page_number: 1, page_size: 20 });
  });

  it('shows the id of an association only when it was included', async () => {
    const { kantata, get } = rig();
    const { entries } = project(kantata, 1);
    const { json } = await get(`/time_entries/${entries[0]}`);
    for (const field of ['workspace_id', 'user_id', 'role_id', 'external_reference_ids', 'user_can_edit'])
      expect(json.time_entries[entries[0]!]).not.toHaveProperty(field);
  });

  it('pages by page and per_page up to 200, or by limit and offset', async () => {
    const { kantata, get } = rig();
    project(kantata, 25);
    const meta = async (query: string) => (await get(`/time_entries?${query}`)).json;
    expect((await meta('')).results).toHaveLength(20);
    expect((await meta('page=2')).results).toHaveLength(5);
    expect((await meta('per_page=1000')).meta.page_size).toBe(200);
    expect((await meta('page=9')).results).toEqual([]);
    const window = await meta('limit=3&offset=24&page=1&order=created_at:asc');
    expect([window.count, window.results.length]).toEqual([25, 1]);
  });

  it('finds what changed after a moment, strictly, in whole seconds', async () => {
    const { kantata, get, pass } = rig();
    const { workspace, user } = project(kantata, 1);
    pass(5_000);
    const late = kantata.act('log-time', { workspace_id: workspace, user_id: user, date: '2026-11-04', minutes: 30 });
    const ids = async (after: string) =>
      (await get(`/time_entries?updated_after=${after}&order=updated_at:asc`)).json.results.map(
        (one: { id: string }) => one.id,
      );
    expect(await ids('2026-11-03T10:00:00Z')).toEqual([late]);
    expect(await ids('2026-11-03T10:00:05Z')).toEqual([]);
    expect(await ids('2026-11-03T10:00:04.900Z')).toEqual([late]);
    expect((await get('/time_entries?updated_after=soon')).status).toBe(400);
  });

  it('never answers 404 to only=, and skips what it does not know', async () => {
    const { kantata, get } = rig();
    const { entries } = project(kantata, 3);
    const { json } = await get(`/time_entries?only=${entries[1]},1,x&per_page=1`);
    expect(json.results).toEqual([{ key: 'time_entries', id: entries[1] }]);
    expect((await get('/time_entries/1')).json).toEqual({ errors: [{ type: 'system', message: 'Not Found' }] });
  });

  it('ignores an order that the collection does not know', async () => {
    const { kantata, get } = rig();
    const { workspace, user } = project(kantata);
    for (const date of ['2026-11-03', '2026-11-17', '2026-11-10']) {
      const id = kantata.act('log-time', { workspace_id: workspace, user_id: user, date, minutes: 60 });
      kantata.act('submit-time', { ids: [id] });
    }
    const { json } = await get('/timesheet_submissions?order=updated_at:asc');
    const days = json.results.map((one: { id: string }) => json.timesheet_submissions[one.id].start_date);
    expect(days).toEqual(['2026-11-16', '2026-11-09', '2026-11-02']);
  });
});

describe('projects', () => {
  it('are created with 200, numbers sent as integers, ids read as strings', async () => {
    const { post } = rig();
    const made = await post('/workspaces?include=external_references', {
      workspace: {
        title: 'ACME rollout',
        creator_role: 'maven',
        currency: 'JPY',
        price: 17_103,
        external_reference: { service_name: 'tieout', service_model: 'netsuite.job', service_model_ref: '4711' },
      },
    });
    expect(made.status).toBe(200);
    const [{ id }] = made.json.results;
    expect(made.json.workspaces[id]).toMatchObject({
      account_id: 415,
      currency_base_unit: 1,
      price: '¥17,103',
      price_in_cents: 17_103,
      status: { key: '110' },
    });
    expect(made.json.workspaces[id].update_whitelist).toContain('title');
    expect(Object.values(made.json.external_references)).toMatchObject([
      { subject_type: 'Workspace', subject_id: Number(id), service_model_ref: '4711', status: 'successful' },
    ]);
  });

  it('are refused with 422, one error for each field', async () => {
    const { post } = rig();
    const refused = await post('/workspaces', { workspace: { title: ' ', creator_role: 'boss' } });
    expect(refused.status).toBe(422);
    expect(refused.json.errors).toEqual([
      { type: 'validation', message: 'Please give your project a title', field: 'title' },
      { type: 'validation', message: 'Please select a role for this project', field: 'creator_role' },
    ]);
  });

  it('are not found by id once archived, unless archived ones are asked for', async () => {
    const { kantata, get } = rig();
    const { workspace, entries } = project(kantata, 1);
    kantata.act('archive', { workspace_id: workspace });
    expect((await get(`/workspaces/${workspace}`)).status).toBe(404);
    expect((await get(`/workspaces/${workspace}?include_archived=true`)).status).toBe(200);
    expect((await get('/workspaces')).json.count).toBe(0);
    expect((await get('/workspaces?archived=only')).json.count).toBe(1);
    expect((await get(`/time_entries/${entries[0]}`)).status).toBe(404);
    expect((await get('/time_entries?from_archived_workspaces=true')).json.count).toBe(1);
  });

  it('keep a unique custom field unique', async () => {
    const { kantata, post, get } = rig();
    const field = kantata.create('custom_fields', { name: 'ERP number', unique_constraint: true });
    const make = () =>
      post('/workspaces', {
        workspace: { title: 'P', custom_fields: [{ custom_field_id: field, value: 'NS-4711' }] },
      });
    expect((await make()).status).toBe(200);
    const again = await make();
    expect(again.status).toBe(422);
    expect(again.json.errors[0].message).toContain('has already been entered');
    expect(kantata.rows('workspaces')).toHaveLength(1);
    const values = await get('/custom_field_values?subject_type=Workspace');
    expect(Object.values(values.json.custom_field_values)).toMatchObject([
      { value: 'NS-4711', subject_type: 'Workspace' },
    ]);
    expect((await get('/custom_field_values')).status).toBe(400);
  });

  it('drop fields that the token may not write', async () => {
    const { kantata, put } = rig();
    const { workspace } = project(kantata);
    kantata.act('restrict', { workspace_id: workspace, fields: ['title'] });
    const { json } = await put(`/workspaces/${workspace}`, { workspace: { title: 'New', currency: 'EUR' } });
    expect(json.workspaces[workspace]).toMatchObject({ title: 'New', currency: 'USD' });
  });
});

describe('people and rates', () => {
  it('lists people of the account only when asked to, and hides the disabled', async () => {
    const { kantata, get } = rig();
    const user = kantata.create('users', { full_name: 'Ben', email_address: 'ben@firm.example' });
    const count = async (query: string) => (await get(`/users?${query}`)).json.count;
    expect(await count('')).toBe(0);
    expect(await count('on_my_account=true')).toBe(3);
    expect(await count('on_my_account=true&by_email_address=ben@firm.example')).toBe(1);
    kantata.update('users', user, { disabled: true });
    expect(await count('on_my_account=true')).toBe(2);
    expect((await get(`/users/${user}`)).status).toBe(404);
    expect((await get(`/participations`)).status).toBe(400);
  });

  it('walks from a rate card set down to the rate of a role in cents', async () => {
    const { kantata, get } = rig();
    const { role } = project(kantata);
    const sets = await get('/rate_card_sets?include=rate_cards,rate_card_set_versions');
    expect(sets.json.count).toBe(1);
    const [card] = Object.values(sets.json.rate_cards) as { id: string; currency: string }[];
    const versions = await get(`/rate_card_versions?rate_card_id=${card!.id}&effective_on_date=2026-11-03`);
    const [{ id: version }] = versions.json.results;
    expect(versions.json.rate_card_versions[version].default_rate).toBe(10_000);
    const roles = await get(`/rate_card_roles?rate_card_version_id=${version}&include=role`);
    expect(Object.values(roles.json.rate_card_roles)).toMatchObject([{ rate: 18_000, role_id: role }]);
  });
});
