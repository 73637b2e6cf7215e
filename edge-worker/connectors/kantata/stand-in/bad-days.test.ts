// Kantata's stand-in on its bad days: each misbehaviour with the vendor's own answer, and the change feed's habits.
import { describe, expect, it } from 'vitest';
import { ConnectionCut } from '../../stand-in.ts';
import { project, rig } from './rig.ts';

const workspace = { workspace: { title: 'ACME' } };
const route = 'POST /api/v1/workspaces';

describe('bad days', () => {
  it('throttle with a bare 429', async () => {
    const { kantata, get } = rig();
    kantata.arm({ how: 'throttle' });
    const slow = await get('/workspaces');
    expect([slow.status, slow.text]).toEqual([429, 'Retry later\n']);
    expect(slow.headers.get('retry-after')).toBeNull();
    expect((await get('/workspaces')).status).toBe(200);
  });

  it('break with a system error, a gateway time-out or an HTML page', async () => {
    const { kantata, get } = rig();
    kantata.arm({ how: 'break' });
    const broken = await get('/workspaces');
    expect([broken.status, broken.json]).toEqual([
      503,
      { errors: [{ type: 'system', message: 'Service is unavailable' }] },
    ]);
    kantata.arm({ how: 'break', detail: '504' });
    expect((await get('/workspaces')).status).toBe(504);
    kantata.arm({ how: 'html' });
    const html = await get('/workspaces');
    expect([html.status, html.headers.get('content-type')]).toEqual([502, 'text/html']);
    expect(html.text).toContain('502 Bad Gateway');
  });

  it('refuse the token once, or until the switch is cleared', async () => {
    const { kantata, get } = rig();
    kantata.arm({ how: 'expire-token' });
    const expired = await get('/workspaces');
    expect([expired.status, expired.json.errors[0].type]).toEqual([401, 'oauth']);
    expect((await get('/workspaces')).status).toBe(200);
    kantata.arm({ how: 'revoke', times: null });
    expect((await get('/workspaces')).status).toBe(401);
    expect((await get('/workspaces')).status).toBe(401);
    kantata.disarm('revoke');
    expect((await get('/workspaces')).status).toBe(200);
    kantata.act('revoke-token', {});
    expect((await get('/workspaces')).status).toBe(401);
  });

  it('forbid a collection to the token', async () => {
    const { kantata, get } = rig();
    kantata.act('forbid', { collection: 'subscribed_events' });
    const denied = await get('/subscribed_events');
    expect([denied.status, denied.json.errors[0].type]).toEqual([403, 'system']);
    kantata.act('permit', { collection: 'subscribed_events' });
    expect((await get('/subscribed_events')).status).toBe(200);
  });

  it('refuse writes by a rule or a lock, and leave reads alone', async () => {
    const { kantata, get, post } = rig();
    kantata.arm({ how: 'reject', detail: 'due_date' });
    expect((await get('/workspaces')).status).toBe(200);
    const rejected = await post('/workspaces', workspace);
    expect([rejected.status, rejected.json.errors[0].field]).toEqual([422, 'due_date']);
    kantata.arm({ how: 'lock' });
    const locked = await post('/workspaces', workspace);
    expect(locked.json.errors).toEqual([
      { type: 'validation', message: 'This record is locked and cannot be changed', field: 'base' },
    ]);
    expect(kantata.rows('workspaces')).toEqual([]);
  });

  it('drop the connection before, after, or long before the effect', async () => {
    const { kantata, get, post, pass } = rig();
    const count = () => kantata.rows('workspaces').length;
    kantata.arm({ how: 'cut-before', route });
    await expect(post('/workspaces', workspace)).rejects.toThrow(ConnectionCut);
    expect(count()).toBe(0);
    kantata.arm({ how: 'commit-then-cut', route });
    await expect(post('/workspaces', workspace)).rejects.toThrow(ConnectionCut);
    expect(count()).toBe(1);
    kantata.arm({ how: 'late-commit', route, delayMs: 90_000 });
    await expect(post('/workspaces', workspace)).rejects.toThrow(ConnectionCut);
    pass(60_000);
    expect((await get('/workspaces')).json.count).toBe(1);
    pass(30_000);
    expect((await get('/workspaces')).json.count).toBe(2);
    expect(kantata.calls()).toContainEqual({ route, status: 0, count: 3 });
  });

  it('answer 504 although the row was saved', async () => {
    const { kantata, post } = rig();
    kantata.arm({ how: 'commit-then-cut', detail: '504' });
    expect((await post('/workspaces', workspace)).status).toBe(504);
    expect(kantata.rows('workspaces')).toHaveLength(1);
  });

  it('find new records by id before search does', async () => {
    const { kantata, get, post, pass } = rig();
    kantata.arm({ how: 'late-search', route, delayMs: 30_000 });
    const external_reference = { service_name: 'tieout', service_model: 'm', service_model_ref: '1' };
    const { json } = await post('/workspaces', { workspace: { title: 'A', external_reference } });
    const [{ id }] = json.results;
    const searches = [
      '/workspaces',
      '/workspaces?external_reference_service_name=tieout&external_reference_service_model_refs=1',
      '/external_references?subject_type=Workspace&service_name=tieout',
    ];
    for (const path of searches) expect((await get(path)).json.count).toBe(0);
    expect((await get(`/workspaces/${id}`)).status).toBe(200);
    expect((await get(`/workspaces?only=${id}`)).json.count).toBe(1);
    pass(30_000);
    for (const path of searches) expect((await get(path)).json.count).toBe(1);
  });

  it('take their time, within the limit of calls at once', async () => {
    const { kantata, get, slept } = rig();
    kantata.arm({ how: 'slow', delayMs: 180_000 });
    kantata.act('limit', { concurrentMax: 1 });
    const [first, second] = await Promise.all([get('/workspaces'), get('/workspaces')]);
    expect([first.status, second.status]).toEqual([200, 429]);
    expect(slept).toEqual([180_000]);
    expect((await get('/workspaces')).status).toBe(200);
  });

  it('run on a clock of their own', async () => {
    const { kantata, post } = rig();
    kantata.arm({ how: 'clock-skew', delayMs: 3_600_000, times: null });
    const { json } = await post('/workspaces', workspace);
    expect(json.workspaces[json.results[0].id].created_at).toBe('2026-11-03T04:00:00-07:00');
  });

  it('rename a field, both ways', async () => {
    const { kantata, get, put } = rig();
    const id = kantata.create('workspaces', { title: 'Old' });
    kantata.arm({ how: 'schema-change', detail: 'workspaces.title:name', times: null });
    expect((await get(`/workspaces/${id}`)).json.workspaces[id]).toMatchObject({ name: 'Old' });
    const saved = await put(`/workspaces/${id}`, { workspace: { name: 'New', title: 'Lost' } });
    expect(saved.json.workspaces[id]).toMatchObject({ name: 'New' });
    expect(saved.json.workspaces[id]).not.toHaveProperty('title');
  });

  it('say what is wrong with the request itself', async () => {
    const { kantata, raw, post } = rig();
    const headers = { authorization: `Bearer ${String(kantata.connection.secrets['accessToken'])}` };
    const malformed = await raw('/api/v1/workspaces', { method: 'POST', headers, body: '{' });
    expect([malformed.status, malformed.json]).toEqual([
      400,
      { status: 400, error: 'malformed JSON detected, please lint your request params' },
    ]);
    const form = await raw('/api/v1/workspaces', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'workspace[title]=From+a+form',
    });
    expect(Object.values(form.json.workspaces)).toMatchObject([{ title: 'From a form' }]);
    expect((await post('/workspaces', { project: {} })).status).toBe(400);
    expect((await post('/nothing', {})).status).toBe(404);
  });

  it('count every call, and forget everything on reset', async () => {
    const { kantata, get, put } = rig();
    const { entries } = project(kantata, 1);
    await get(`/time_entries/${entries[0]}`);
    await put('/invoices/5/cancel', {});
    expect(kantata.calls()).toEqual([
      { route: 'GET /api/v1/time_entries/{id}', status: 200, count: 1 },
      { route: 'PUT /api/v1/invoices/{id}/cancel', status: 404, count: 1 },
    ]);
    kantata.subscribe({ url: 'https://hub.test/hook' });
    expect(await kantata.deliver()).toBe(0);
    kantata.reset();
    expect(kantata.calls()).toEqual([]);
    expect(kantata.rows('workspaces')).toEqual([]);
    expect((await get('/users/me')).status).toBe(200);
  });
});

describe('the change feed', () => {
  const types = (json: { results: { id: string }[]; subscribed_events: Record<string, { event_type: string }> }) =>
    json.results.map((one) => json.subscribed_events[one.id]?.event_type);

  it('tells each save, newest first, with payloads and subjects on request', async () => {
    const { kantata, get, pass } = rig();
    const { workspace: id } = project(kantata);
    pass(1_000);
    kantata.update('workspaces', id, { title: 'Renamed' }, '2545');
    kantata.update('workspaces', id, { title: 'Renamed' }, '2545');
    const { json } = await get(
      '/subscribed_events?event_types=workspace:created,workspace:updated' +
        '&include=subject&optional_fields=payload_changes',
    );
    expect(types(json)).toEqual(['workspace:updated', 'workspace:created']);
    const [{ id: event }] = json.results;
    expect(json.subscribed_events[event]).toMatchObject({
      account_id: 415,
      user_id: 2545,
      subject_type: 'Workspace',
      subject_id: Number(id),
      subject_ref: { key: 'workspaces', id },
      payload_changes: { title: { from: 'ACME rollout', to: 'Renamed' } },
    });
    expect(json.workspaces[id].title).toBe('Renamed');
    expect(json.subscribed_events[event]).not.toHaveProperty('current_payload');
    kantata.remove('workspaces', id);
    const gone = await get('/subscribed_events?event_types=workspace:deleted&include=subject');
    expect(Object.values(gone.json.subscribed_events)).toMatchObject([{ subject_ref: null }]);
  });

  it('tells several things about one approval', async () => {
    const { kantata, get } = rig();
    project(kantata, 1);
    const { json } = await get('/subscribed_events?order=created_at:asc&per_page=200');
    expect(types(json).slice(-6)).toEqual([
      'time_entry:created',
      'timesheet:created',
      'time_entry:updated',
      'timesheet:time_entry_added',
      'timesheet:updated',
      'time_entry:updated',
    ]);
    const latest = await get('/subscribed_events?most_recent=true&subject_type=TimeEntry');
    expect(types(latest.json)).toEqual(['time_entry:updated']);
  });

  it('forgets after nine days', async () => {
    const { kantata, get, pass } = rig();
    project(kantata);
    pass(9 * 86_400_000);
    expect((await get('/subscribed_events')).json.count).toBeGreaterThan(0);
    pass(1_000);
    expect((await get('/subscribed_events')).json.count).toBe(0);
  });

  it('doubles, shuffles, lags and loses events by switch', async () => {
    const { kantata, get, pass } = rig();
    for (const title of ['A', 'B', 'C']) kantata.create('workspace_groups', { name: title });
    const feed = async () => {
      const { json } = await get('/subscribed_events?order=created_at:asc');
      return json.results.map((one: { id: string }) => one.id);
    };
    const calm = await feed();
    kantata.arm({ how: 'duplicate-notices' });
    expect(await feed()).toEqual(calm.flatMap((id: string) => [id, id]));
    kantata.arm({ how: 'shuffle-notices' });
    const shuffled = await feed();
    expect(shuffled).not.toEqual(calm);
    expect([...shuffled].sort()).toEqual([...calm].sort());
    pass(1_000);
    kantata.arm({ how: 'late-search', route: 'GET /api/v1/subscribed_events', delayMs: 120_000, times: null });
    kantata.create('workspace_groups', { name: 'D' });
    expect(await feed()).toEqual([]);
    pass(120_000);
    expect(await feed()).toHaveLength(4);
    kantata.disarm('late-search');
    kantata.arm({ how: 'lose-notices' });
    kantata.create('workspace_groups', { name: 'E' });
    expect(await feed()).toHaveLength(4);
  });

  it('lists its event types with their fields', async () => {
    const { get } = rig();
    const { json } = await get('/subscribed_events/event_types');
    expect(json.subscribed_event_types).toContain('timesheet:time_entry_added');
    expect(json.subscribed_event_type_schemas['time_entry:updated'].fields).toHaveProperty('time_in_minutes');
  });
});
