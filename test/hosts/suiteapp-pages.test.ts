// What people see of the SuiteApp: the subtab of a record, the button Sync now, and the portlet.
import { beforeEach, describe, expect, test } from 'vitest';
import { bundleScripts } from '../../erp-suiteapp/build.ts';
import { statusStates } from '../../shared/wire/status.ts';
import { type Account, clerk } from './account.ts';
import { openFirm } from './connected.ts';
import { loadScript } from './loader.ts';
import { callRestlet, callSuitelet, drawPortlet } from './runs.ts';

let account: Account;
let job: string;

beforeEach(async () => {
  ({ account, job } = await openFirm());
});

const status = (system: string, more: Readonly<Record<string, unknown>> = {}) => ({
  type: 'job',
  id: job,
  system,
  state: 'in-step',
  last: '2026-11-22T09:00:00Z',
  link: `https://${system}.example/records/1`,
  ...more,
});
const show = (...statuses: readonly unknown[]) => callRestlet(account, { v: 1, verb: 'status', statuses });
const tab = (mode = 'view') => account.page('job', job, mode).form.html('custpage_tieout');
const sync = (parameters: Readonly<Record<string, string>>, method: 'GET' | 'POST' = 'POST') =>
  JSON.parse(callSuitelet(account, 'customscript_tieout_sl_sync', { method, parameters, role: clerk }).body);
const outbox = () => account.rows('customrecord_tieout_outbox');

describe('The subtab', () => {
  test('shows each system in words, with its counterpart, last change and next attempt, in at most 20 units', () => {
    show(status('psa'), status('crm', { state: 'on-its-way', next: '2026-11-22T10:05:00Z' }));
    account.spent.length = 0;
    const shown = tab();
    expect(shown).toContain('<th scope="row">Crm</th>');
    expect(shown).toContain(statusStates['on-its-way'].title);
    expect(shown).toContain('<a href="https://psa.example/records/1" target="_blank" rel="noopener">Open in Psa</a>');
    expect(shown).toContain('<time datetime="2026-11-22T10:05:00Z">2026-11-22 10:05</time>');
    expect(Math.max(...account.spent.map(({ units }) => units))).toBeLessThanOrEqual(20);
  });

  test('is drawn while the hub is down, for a user without any right to our records', () => {
    account.answer = () => {
      throw new Error('SSS_REQUEST_TIME_EXCEEDED');
    };
    show(status('psa'));
    expect(tab()).toContain('In step');
    expect(account.requests).toEqual([]);
  });

  test('says of a hold why, whose turn it is and what to do, and leads to where it is decided', () => {
    const params = { role: 'Developer', rate: '190', currency: 'EUR', expected: '185' };
    show(status('psa', { state: 'held', reason: 'rate-mismatch', params, owner: 'finance' }));
    const shown = tab();
    expect(shown).toContain('Rate differs from the contract');
    expect(shown).toContain('The rate for Developer is 190 EUR; the contract says 185 EUR.');
    expect(shown).toContain('approve this rate once with a reason');
    expect(shown).toContain('Owner: finance');
    expect(shown).toContain(`deploy=customdeploy_tieout_sl_settings&amp;open=record%2Fjob%2F${job}`);
  });

  test('shows the amounts of a project and its timeline, newest first', () => {
    const timeline = [
      { at: '2026-11-21T09:00:00Z', code: 'entity-new', params: { fields: 'name' } },
      { at: '2026-11-22T09:00:00Z', code: 'link-born', params: { recordId: '7' } },
    ];
    show(status('psa', { amounts: { billed: '1,200.00 EUR', unbilled: '300.00 EUR', held: '0.00 EUR' }, timeline }));
    const shown = tab();
    expect(shown).toContain('<dt>Billed (Psa)</dt><dd>1,200.00 EUR</dd>');
    expect(shown).toContain('<dt>Held (Psa)</dt>');
    expect(shown.indexOf('Linked as new')).toBeLessThan(shown.indexOf('Known to Tieout'));
  });

  test('escapes whatever a row holds, and opens no address but https', () => {
    const evil = '<img src=x onerror=alert(1)>"\'&';
    show(
      status('psa', { state: evil, reason: evil, owner: evil, link: 'javascript:alert(1)', amounts: { [evil]: evil } }),
      status('crm', { link: 'https://x.example/" onclick="alert(1)', reason: 'refused', params: { message: evil } }),
    );
    const shown = tab();
    expect(shown).not.toContain('<img');
    expect(shown).not.toContain('javascript:');
    expect(shown).not.toMatch(/<[^>]*\son\w+=/);
    expect(shown).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;');
  });

  test('is shown even when a row is damaged, and says so little when there is none', () => {
    expect(tab()).toContain('Nothing is known of this record yet');
    show(status('psa', { params: '{broken', amounts: '[1', timeline: '{"a":1}' }));
    expect(tab()).toContain('In step');
  });

  test('is a table with a caption and headed rows and columns, its icons hidden from screen readers', () => {
    show(status('psa'));
    const shown = tab();
    expect(shown).toContain('<caption>This record in other systems</caption>');
    expect(shown.match(/<th scope="col">/g)).toHaveLength(5);
    expect(shown.match(/class="icon"/g)).toHaveLength(shown.match(/class="icon" aria-hidden="true"/g)?.length ?? -1);
    const scoped = [...shown.matchAll(/^([^@}\n]+)\{/gm)].map(([, selector]) => selector ?? '');
    expect(scoped.every((selector) => selector.startsWith('.tieout'))).toBe(true);
  });

  test('is drawn on pages only, with its button while viewing', () => {
    show(status('psa'));
    const view = account.page('job', job, 'view').form;
    expect(view.buttons).toEqual([{ id: 'custpage_tieout_sync', label: 'Sync now', functionName: 'syncNow' }]);
    expect(view.clientScriptModulePath).toBe('/SuiteApps/com.tieout.hub/scripts/tieout_cs_sync.js');
    expect(account.page('job', job, 'edit').form.buttons).toEqual([]);
    expect(account.page('job', job, 'create').form.tabs).toEqual([]);
    expect(account.page('job', job, 'view', { context: 'CSVIMPORT' }).form.tabs).toEqual([]);
  });
});

describe('Sync now', () => {
  test('writes one outbox row and asks for a flush', () => {
    expect(sync({ type: 'job', id: job })).toEqual({ accepted: true });
    expect(outbox()).toMatchObject([{ custrecord_tieout_ob_rectype: 'job', custrecord_tieout_ob_recid: job }]);
    expect(account.queued).toHaveLength(1);
  });

  test.each([
    ['a page opened from elsewhere', { type: 'job', id: '1' }, 'GET' as const],
    ['a type that is not captured', { type: 'currency', id: '1' }, 'POST' as const],
    ['an id that is none', { type: 'job', id: '1 OR 1=1' }, 'POST' as const],
  ])('refuses %s', (_, parameters, method) => {
    expect(sync(parameters, method)).toEqual({ accepted: false });
    expect(outbox()).toEqual([]);
  });

  test('in the browser posts the record that is shown, and tells the person what came of it', async () => {
    const posted: unknown[] = [];
    const told: string[] = [];
    let answer = { code: 200, body: '{"accepted":true}' };
    const promise = async (request: unknown) => {
      posted.push(request);
      return answer;
    };
    const modules = {
      'N/currentRecord': { get: () => ({ type: 'job', id: 7 }) },
      'N/https': { post: Object.assign(() => null, { promise }) },
      'N/ui/message': {
        Type: { CONFIRMATION: 0, WARNING: 2 },
        create: ({ title }: { title: string }) => ({ show: () => told.push(title) }),
      },
      'N/url': { resolveScript: () => '/sync' },
    };
    const code = (await bundleScripts()).get('tieout_cs_sync.js') ?? '';
    const { exports } = loadScript('tieout_cs_sync.js', code, modules, Date);
    const syncNow = exports['syncNow'] as () => Promise<void>;
    await syncNow();
    answer = { code: 500, body: 'oops' };
    await syncNow();
    expect(posted[0]).toEqual({ url: '/sync', body: { type: 'job', id: '7' } });
    expect(told).toEqual(['Asked', 'Not asked']);
  });
});

describe('The portlet', () => {
  test('counts records by state and changes that wait, in at most 20 units', () => {
    show(status('psa'), status('crm', { state: 'held' }), status('billing', { state: 'held' }));
    account.save('job', job, { comments: 'x' });
    account.spent.length = 0;
    const { title, html } = drawPortlet(account);
    expect(title).toBe('Tieout sync health');
    expect(html).toMatch(/Held<\/span><\/span><\/th>\s*<td>2<\/td>/);
    expect(html).toContain('Changes waiting to be sent: 1');
    expect(account.spent[0]?.units).toBeLessThanOrEqual(20);
  });
});
