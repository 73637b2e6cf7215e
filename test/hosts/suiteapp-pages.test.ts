// What people see of the SuiteApp on the account's own pages: the subtab of a record, the button Sync now, the portlet.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Json } from '../../edge-worker/connectors/netsuite/stand-in/testing.ts';
import { statusStates } from '../../shared/wire/status.ts';
import { isSigned, Office, projectPage, suiteletPage } from './office.ts';

const clerk = 'customrole_sales_clerk';

let office: Office;
let job: string;

beforeEach(() => {
  office = new Office();
  ({ job } = office);
});

const status = (system: string, more: Json = {}) => ({
  type: 'job',
  id: job,
  system,
  state: 'in-step',
  last: '2026-11-22T09:00:00Z',
  link: `https://${system}.example/records/1`,
  ...more,
});
const show = (...statuses: readonly Json[]) => office.results({ verb: 'status', statuses });
const page = async (more = '', role = clerk) => (await office.page(projectPage(job, more), role)).text;
/** Only what the package drew. */
const tab = async (more = '') => {
  const text = await page(more);
  return text.slice(text.indexOf('id="panel_custpage_tieout"'));
};

describe('The subtab', () => {
  test('shows each system in words, with counterpart, last change and next attempt, in at most 20 units', async () => {
    await show(status('psa'), status('crm', { state: 'on-its-way', next: '2026-11-22T10:05:00Z' }));
    office.runs();
    const shown = await tab();
    expect(shown).toContain('<th scope="row">Crm</th>');
    expect(shown).toContain(statusStates['on-its-way'].title);
    expect(shown).toContain('<a href="https://psa.example/records/1" target="_blank" rel="noopener">Open in Psa</a>');
    expect(shown).toContain('<time datetime="2026-11-22T10:05:00Z">11/22/2026 10:05 am</time>');
    const [run] = office.runs();
    expect(run?.entry).toBe('beforeLoad');
    expect(run?.units).toBeLessThanOrEqual(20);
  });

  test('is drawn while the hub is down, for a user without any right to our records', async () => {
    office.hub = () => {
      throw new Error('no route to host');
    };
    await show(status('psa'));
    expect(await tab()).toContain('In step');
    expect(office.pushed).toEqual([]);
  });

  test('says of a hold why, whose turn it is and what to do, and leads to where it is decided', async () => {
    const params = { role: 'Developer', rate: '190', currency: 'EUR', expected: '185' };
    await show(status('psa', { state: 'held', reason: 'rate-mismatch', params, owner: 'finance' }));
    const shown = await tab();
    expect(shown).toContain('Rate differs from the contract');
    expect(shown).toContain('The rate for Developer is 190 EUR; the contract says 185 EUR.');
    expect(shown).toContain('approve this rate once with a reason');
    expect(shown).toContain('Owner: Finance');
    expect(shown).toContain(`deploy=customdeploy_tieout_sl_settings&amp;open=record%2Fjob%2F${job}`);
  });

  test('shows the amounts of a project and its timeline, newest first', async () => {
    const amounts = { billed: '1,200.00 EUR', unbilled: '300.00 EUR', held: '0.00 EUR' };
    const params = { role: 'Developer' };
    await show(status('psa', { amounts, state: 'held', reason: 'rate-mismatch', params }));
    office.nowMs += 60_000;
    await show(status('psa', { amounts }));
    await show(status('psa', { amounts, last: '2026-11-22T09:30:00Z' }));
    const shown = await tab();
    expect(shown).toContain('<dt>Billed</dt><dd>1,200.00 EUR</dd>');
    expect(shown).toContain('<dt>Held</dt>');
    const [, timeline = ''] = shown.split('<h2>Timeline</h2>');
    const steps = timeline.match(/<li>.*?<\/li>/gs) ?? [];
    const texts = steps.map((step) => step.replace(/<span class="icon"[^>]*>.<\/span>|<[^>]*>/g, '').trim());
    expect(texts).toEqual([
      '11/22/2026 10:01 am Psa In step',
      '11/22/2026 10:00 am Psa Held: Rate differs from the contract',
    ]);
  });

  test('escapes whatever a row holds, and opens no address but https', async () => {
    const evil = '<img src=x onerror=alert(1)>"\'&';
    await show(
      status('psa', { state: evil, reason: evil, owner: evil, link: 'javascript:alert(1)', amounts: { [evil]: evil } }),
      status('crm', { link: 'https://x.example/" onclick="alert(1)', reason: 'refused', params: { message: evil } }),
    );
    const shown = await tab();
    expect(shown).not.toContain('<img');
    expect(shown).not.toContain('javascript:');
    expect(shown).not.toMatch(/<[^>]*\son\w+=/);
    expect(shown).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
  });

  test('is shown even when a row is damaged, and says so little when there is none', async () => {
    expect(await tab()).toContain('Nothing is known of this record yet');
    await show(status('psa', { params: '{broken', amounts: '[1' }));
    const [row] = office.standIn.rows('customrecord_tieout_status');
    office.standIn.update('customrecord_tieout_status', String(row?.id), { custrecord_tieout_st_timeline: '{"a":1}' });
    expect(await tab()).toContain('In step');
  });

  test('is a table with a caption and headed rows and columns, its icons hidden from screen readers', async () => {
    await show(status('psa'));
    const shown = await tab();
    expect(shown).toContain('<caption>This record in other systems</caption>');
    expect(shown.match(/<th scope="col">/g)).toHaveLength(5);
    expect(shown.match(/class="icon"/g)).toHaveLength(shown.match(/class="icon" aria-hidden="true"/g)?.length ?? -1);
    const scoped = [...shown.matchAll(/^([^@}\n]+)\{/gm)].map(([, selector]) => selector ?? '');
    expect(scoped.every((selector) => selector.startsWith('.tieout'))).toBe(true);
  });

  test('is drawn where the record is there, with its button while it is viewed', async () => {
    await show(status('psa'));
    const button = 'id="custpage_tieout_sync" data-function="syncNow">Sync now</button>';
    const viewed = await page();
    expect(viewed).toContain(button);
    const script = /<script src="([^"]+tieout_cs_sync\.js)" defer>/.exec(viewed)?.[1] ?? '';
    expect((await office.page(script)).text).toContain('@NScriptType ClientScript');
    const edited = await page('&e=T');
    expect(edited).toContain('panel_custpage_tieout');
    expect(edited).not.toContain(button);
    expect((await office.page('/app/accounting/project/project.nl', clerk)).text).not.toContain('custpage_tieout');
  });
});

describe('Sync now', () => {
  const sync = async (form: Readonly<Record<string, string>> | null) =>
    JSON.parse((await office.page(suiteletPage('sl_sync', form ? {} : { type: 'job', id: job }), clerk, form)).text);

  test('writes one outbox row and sends it at once, signed', async () => {
    office.connect();
    office.runs();
    expect(await sync({ type: 'job', id: job })).toEqual({ said: 'sent' });
    const [request = expect.fail('nothing was sent')] = office.pushed;
    expect(await isSigned(request)).toBe(true);
    expect(await request.json()).toMatchObject({ notices: [{ type: 'job', record: job }] });
    expect(office.unsent()).toEqual([]);
    expect(office.runs()).toMatchObject([{ script: 'customscript_tieout_sl_sync', units: 28 }]);
  });

  test('says that it is noted when the hub is away or not connected, and leaves the row to be sent', async () => {
    expect(await sync({ type: 'job', id: job })).toEqual({ said: 'noted' });
    office.connect();
    office.hub = () => new Response(null, { status: 503 });
    expect(await sync({ type: 'job', id: job })).toEqual({ said: 'noted' });
    expect(office.unsent()).toHaveLength(2);
  });

  test.each([
    ['a page opened from elsewhere', null],
    ['a type that is not captured', { type: 'currency', id: '1' }],
    ['an id that is none', { type: 'job', id: '1 OR 1=1' }],
  ])('refuses %s', async (_, form) => {
    expect(await sync(form)).toEqual({ said: 'refused' });
    expect(office.outbox()).toEqual([]);
  });
});

describe('The portlet', () => {
  test('counts records by state and changes that wait, in at most 20 units', async () => {
    await show(status('psa'), status('crm', { state: 'held' }), status('billing', { state: 'held' }));
    office.save('job', job, { comments: 'x' });
    office.runs();
    const { text } = await office.page('/app/center/card.nl');
    expect(text).toContain('<h2>Tieout sync health</h2>');
    expect(text).toMatch(/Held<\/span><\/span><\/th>\s*<td>2<\/td>/);
    expect(text).toContain('Changes waiting to be sent: 1');
    const [run] = office.runs();
    expect(run?.entry).toBe('render');
    expect(run?.units).toBeLessThanOrEqual(20);
  });
});
