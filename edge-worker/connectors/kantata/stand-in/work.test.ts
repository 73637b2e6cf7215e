// Time, approvals, references and invoices as Kantata's stand-in handles them, by raw requests.
import { describe, expect, it } from 'vitest';
import { project, rig } from './rig.ts';

const reference = (ref: string) => ({
  service_name: 'tieout',
  service_model: 'netsuite.timebill',
  service_model_ref: ref,
});

describe('time', () => {
  it('is created up to a hundred at once, answered in the default order', async () => {
    const { kantata, post } = rig();
    const { workspace, user } = project(kantata);
    const entry = (day: number) => ({
      workspace_id: Number(workspace),
      user_id: Number(user),
      date_performed: `2026-11-${String(day).padStart(2, '0')}`,
      time_in_minutes: 450,
      external_reference: reference(`t${day}`),
    });
    const made = await post('/time_entries?include=external_references', { time_entries: [3, 5, 4].map(entry) });
    expect(made.status).toBe(200);
    const days = made.json.results.map((one: { id: string }) => made.json.time_entries[one.id].date_performed);
    expect(days).toEqual(['2026-11-05', '2026-11-04', '2026-11-03']);
    expect(Object.keys(made.json.external_references)).toHaveLength(3);
    const tooMany = await post('/time_entries', { time_entries: Array.from({ length: 101 }, () => entry(3)) });
    expect(tooMany.status).toBe(400);
  });

  it('is created all or not at all, and the refusal names the place', async () => {
    const { kantata, post, get } = rig();
    const { workspace } = project(kantata);
    const good = { workspace_id: Number(workspace), date_performed: '2026-11-03', time_in_minutes: 60 };
    const events = (await get('/subscribed_events')).json.count;
    const refused = await post('/time_entries', { time_entries: [good, { ...good, time_in_minutes: 'many' }] });
    expect([refused.status, refused.json.errors[0].index]).toEqual([422, 1]);
    expect(kantata.rows('time_entries')).toEqual([]);
    expect((await get('/subscribed_events')).json.count).toBe(events);
  });

  it('goes to the token user without a word when the token may not act for others', async () => {
    const { kantata, post } = rig();
    const { workspace, user } = project(kantata);
    const log = async () => {
      const { json } = await post('/time_entries?include=user', {
        time_entry: {
          workspace_id: Number(workspace),
          user_id: Number(user),
          date_performed: '2026-11-03',
          time_in_minutes: 1,
        },
      });
      return json.time_entries[json.results[0].id].user_id;
    };
    expect(await log()).toBe(user);
    kantata.act('proxy', { on: false });
    expect(await log()).toBe('2545');
  });

  it('filters for approved whatever the value, and counts projects without approvals as approved', async () => {
    const { kantata, get } = rig();
    const { workspace, user } = project(kantata, 2);
    kantata.act('log-time', { workspace_id: workspace, user_id: user, date: '2026-11-04', minutes: 60 });
    expect((await get('/time_entries?approved=false')).json.count).toBe(2);
    kantata.update('workspaces', workspace, { require_time_approvals: false });
    expect((await get('/time_entries?approved=true')).json.count).toBe(3);
  });

  it('can no longer be changed through the API once it is submitted', async () => {
    const { kantata, put, del } = rig();
    const { entries } = project(kantata, 1);
    expect((await put(`/time_entries/${entries[0]}`, { time_entry: { notes: 'x' } })).status).toBe(422);
    expect((await del(`/time_entries/${entries[0]}`)).status).toBe(422);
  });
});

describe('approvals', () => {
  it('approve, reject and revoke, and say so to the lines', async () => {
    const { kantata, get, put, pass } = rig();
    const { entries, workspace } = project(kantata, 2);
    const [{ id }] = (await get('/timesheet_submissions?statuses=approved&include=time_entries')).json.results;
    expect((await put(`/timesheet_submissions/${id}/cancel`, {})).status).toBe(422);
    pass(60_000);
    const path = `/timesheet_submissions/${id}/reject?include=workspace`;
    const rejected = await put(path, { resolution: { description: 'rate mismatch, see ERP' } });
    expect(rejected.json.timesheet_submissions[id]).toMatchObject({
      status: 'rejected',
      workspace_id: workspace,
      current_resolution_description: 'rate mismatch, see ERP',
      line_item_total_in_cents: 36_000,
      line_item_total_formatted: '$360',
    });
    const after = await get(
      '/time_entries?updated_after=2026-11-03T10:00:30Z&include=active_submission,recent_submission',
    );
    expect(after.json.time_entries[entries[0]!]).toMatchObject({
      approved: false,
      active_submission_id: null,
      recent_submission_id: id,
    });
  });

  it('can leave the stamps of the time entries alone, so that only the submission tells', async () => {
    const { kantata, get, pass } = rig();
    const { workspace, user } = project(kantata);
    const id = kantata.act('log-time', { workspace_id: workspace, user_id: user, date: '2026-11-03', minutes: 60 });
    kantata.act('quiet-approvals', { on: true });
    pass(60_000);
    kantata.act('approve', { ids: [id] });
    expect((await get('/time_entries?updated_after=2026-11-03T10:00:30Z')).json.count).toBe(0);
    expect((await get('/timesheet_submissions?updated_after=2026-11-03T10:00:30Z')).json.count).toBe(1);
    expect((await get(`/time_entries/${id}`)).json.time_entries[String(id)]).toMatchObject({ approved: true });
  });

  it('make a new submission when rejected time is submitted again; the lines hang on the newest alone', async () => {
    const { kantata, get } = rig();
    const { entries } = project(kantata, 1);
    const [first] = kantata.act('cancel', { ids: entries }) as string[];
    const [second] = kantata.act('submit-time', { ids: entries }) as string[];
    expect(second).not.toBe(first);
    const { json } = await get('/timesheet_submissions?include=time_entries');
    expect(json.timesheet_submissions[first!]).toMatchObject({ status: 'cancelled', time_entry_ids: [] });
    expect(json.timesheet_submissions[second!]).toMatchObject({ status: 'new', time_entry_ids: entries });
  });

  it('resolve several at once, all or none', async () => {
    const { kantata, post } = rig();
    const { workspace, user } = project(kantata);
    const submit = (date: string) => {
      const id = kantata.act('log-time', { workspace_id: workspace, user_id: user, date, minutes: 60 });
      return Number((kantata.act('submit-time', { ids: [id] }) as string[])[0]);
    };
    const ids = [submit('2026-11-03'), submit('2026-11-10')];
    const send = (submission_ids: number[]) => post('/timesheet_approvals', { resolution: { submission_ids } });
    const { json } = await send(ids);
    expect(json.resolutions).toMatchObject(ids.map((target_id) => ({ type: 'approval', target_id, current: true })));
    const third = submit('2026-11-17');
    expect((await send([third, ids[0]!])).status).toBe(422);
    expect(kantata.rows('timesheet_submissions').find((row) => row.id === String(third))).toMatchObject({
      status: 'new',
    });
  });

  it('take expenses through the same steps, listed for the token user unless all are asked for', async () => {
    const { kantata, get, put } = rig();
    const { workspace, user } = project(kantata);
    const expense = kantata.create('expenses', {
      workspace_id: workspace,
      user_id: user,
      date: '2026-11-03',
      category: 'Travel',
      amount_in_cents: 12_345,
    });
    const [id] = kantata.act('submit-time', { ids: [expense] }) as string[];
    expect((await get('/expense_report_submissions')).json.count).toBe(0);
    expect((await get('/expense_report_submissions?all_on_account=true')).json.count).toBe(1);
    await put(`/expense_report_submissions/${id}/approve`, {});
    expect((await get('/expenses?approved=true')).json.expenses[expense]).toMatchObject({ is_billable: true });
  });
});

describe('external references', () => {
  it('are one per record and service, changed by the second save', async () => {
    const { kantata, post, get } = rig();
    const { workspace } = project(kantata);
    const save = (more: object) =>
      post('/external_references/create_or_update', {
        external_reference: { subject_type: 'Workspace', subject_id: Number(workspace), ...reference('1'), ...more },
      });
    await save({});
    const { json } = await save({ status: 'failed', external_message: 'PO missing' });
    expect(Object.values(json.external_references)).toMatchObject([
      { status: 'failed', external_message: 'PO missing' },
    ]);
    const list = (query: string) => get(`/external_references?subject_type=Workspace&${query}`);
    expect((await list('service_name=tieout&service_model_refs=1,2')).json.count).toBe(1);
    expect((await list('service_name=other')).json.count).toBe(0);
    expect((await get('/external_references')).status).toBe(400);
    const missing = await save({ service_model: '' });
    expect(missing.json.errors).toEqual([
      { type: 'validation', message: "Service model can't be blank", field: 'service_model' },
    ]);
  });

  it('find their records, and the records that have none', async () => {
    const { kantata, post, get } = rig();
    const { entries } = project(kantata, 3);
    await post('/external_references/create_or_update', {
      external_reference: { subject_type: 'TimeEntry', subject_id: Number(entries[0]), ...reference('a') },
    });
    const found = await get(
      '/time_entries?external_reference_service_name=tieout&external_reference_service_model_refs=a,b' +
        '&include=external_references',
    );
    expect(found.json.results).toEqual([{ key: 'time_entries', id: entries[0] }]);
    expect((await get('/time_entries?without_external_reference_service_name=tieout')).json.count).toBe(2);
    expect((await get('/time_entries?has_external_references=false')).json.count).toBe(2);
  });
});

describe('invoices', () => {
  it('bill approved lines once, in cents, and count items in main units', async () => {
    const { kantata, post, get } = rig();
    const { workspace, entries } = project(kantata, 2);
    expect((await get('/invoices/next_invoice_number')).json).toEqual({ next_invoice_number: '1001' });
    const invoice = {
      workspace_id: Number(workspace),
      payment_schedule: 30,
      invoice_date: '2026-11-30',
      time_entry_ids: entries.map(Number),
      additional_items: [{ notes: 'Travel', amount: 50 }],
    };
    const made = await post('/invoices?include=time_entries,additional_items', { invoice });
    const [{ id }] = made.json.results;
    expect(made.json.invoices[id]).toMatchObject({
      title: 'Invoice #1001',
      status: 'new',
      balance_in_cents: 41_000,
      due_date: '2026-12-30',
      time_entry_ids: entries,
    });
    expect(Object.values(made.json.additional_items)).toMatchObject([{ amount_in_cents: 5_000 }]);
    expect((await post('/invoices', { invoice })).json.errors[0].message).toContain('already been invoiced');
    expect((await post('/invoices', { invoice: { ...invoice, payment_schedule: null } })).status).toBe(422);
    expect((await get('/time_entries?uninvoiced=true')).json.count).toBe(0);
  });

  it('lose the lines of every list that an update leaves out', async () => {
    const { kantata, post, put } = rig();
    const { workspace, entries } = project(kantata, 2);
    const milestone = kantata.create('billing_milestones', {
      workspace_id: workspace,
      title: 'Go-live',
      amount_in_cents: 100_000,
    });
    const ids = { time_entry_ids: entries.map(Number), billing_milestone_ids: [Number(milestone)] };
    const made = await post('/invoices', {
      invoice: { workspace_id: Number(workspace), payment_schedule: 30, ...ids },
    });
    const [{ id }] = made.json.results;
    const after = await put(`/invoices/${id}?include=time_entries,billing_milestones`, {
      invoice: { purchase_order: 'PO-8' },
    });
    expect(after.json.invoices[id]).toMatchObject({
      purchase_order: 'PO-8',
      time_entry_ids: [],
      billing_milestone_ids: [milestone],
      balance_in_cents: 100_000,
    });
    expect(kantata.rows('time_entries')).toMatchObject([{ is_invoiced: false }, { is_invoiced: false }]);
  });

  it('are paid as a whole, whatever amount was sent, and free their lines when cancelled', async () => {
    const { kantata, post, put, del } = rig();
    const { workspace, entries } = project(kantata, 2);
    const bill = async (entry: string) => {
      const invoice = { workspace_id: Number(workspace), payment_schedule: 30, time_entry_ids: [Number(entry)] };
      return (await post('/invoices', { invoice })).json.results[0].id;
    };
    const [paid, cancelled] = [await bill(entries[0]!), await bill(entries[1]!)];
    const payment = { invoice_id: Number(paid), workspace_id: Number(workspace), amount_in_cents: 1 };
    const made = await post('/external_payments?include=invoice', { external_payment: payment });
    expect(Object.values(made.json.external_payments)).toMatchObject([{ amount_in_cents: 18_000, invoice_id: paid }]);
    expect(made.json.invoices[paid]).toMatchObject({ status: 'accepted payment', balance_in_cents: 0 });
    expect((await post('/external_payments', { external_payment: payment })).status).toBe(422);
    expect((await del(`/invoices/${cancelled}`)).status).toBe(422);
    const voided = await put(`/invoices/${cancelled}/cancel`, {});
    expect(voided.json.invoices[cancelled].status).toBe('cancelled');
    expect(kantata.rows('time_entries')).toMatchObject([
      { is_invoiced: true },
      { is_invoiced: false, invoice_id: null },
    ]);
  });

  it('follow milestones that know neither updated_after nor an order by change', async () => {
    const { kantata, get, pass } = rig();
    const { workspace } = project(kantata);
    const make = (title: string) =>
      kantata.create('billing_milestones', { workspace_id: workspace, title, amount_in_cents: 1 });
    const first = make('A');
    pass(1_000);
    const second = make('B');
    const { json } = await get('/billing_milestones?updated_after=2027-01-01T00:00:00Z&order=updated_at:asc');
    expect(json.results.map((one: { id: string }) => one.id)).toEqual([second, first]);
  });
});
