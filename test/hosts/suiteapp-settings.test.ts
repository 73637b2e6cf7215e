// Installing, connecting, opening the settings page with a proof of who looks, and leaving again.
import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { signingInput } from '../../shared/wire/signature.ts';
import { type Account, adminRole, clerk } from './account.ts';
import { connect, hook, isSigned, openFirm, secret } from './connected.ts';
import { callSuitelet, runFlush, runInstallation, type SuiteletReply } from './runs.ts';

let account: Account;

beforeEach(async () => {
  ({ account } = await openFirm());
});

const setting = (): Readonly<Record<string, unknown>> => account.rows('customrecord_tieout_setting')[0] ?? {};
const open = (parameters: Readonly<Record<string, string>> = {}, role = adminRole): SuiteletReply =>
  callSuitelet(account, 'customscript_tieout_sl_settings', { parameters, role });
const store = (parameters: Readonly<Record<string, string>>, role = adminRole): SuiteletReply =>
  callSuitelet(account, 'customscript_tieout_sl_settings', { method: 'POST', parameters, role });
const nonceOf = ({ form }: SuiteletReply) => form?.fields.find(({ id }) => id.endsWith('_nonce'))?.defaultValue ?? '';
const typed = (more: Readonly<Record<string, string>> = {}) => ({
  custpage_tieout_nonce: nonceOf(open()),
  custpage_tieout_installation: 'ins_01J00000000000000000000000',
  custpage_tieout_hook: hook,
  custpage_tieout_key: 'guid-given-by-the-field',
  ...more,
});

describe('The settings page', () => {
  test('says Connect until a key is there, with a field whose value no other script can use', () => {
    runInstallation(account, 'install');
    const { form } = open();
    expect(form?.html()).toContain(
      'https://hub.tieout.example/connect/netsuite?account=1234567_SB1&amp;environment=sandbox',
    );
    expect(form?.html()).toContain('To do: The key of the hub is stored here');
    expect(form?.secretFields).toEqual([
      {
        id: 'custpage_tieout_key',
        restrictToScriptIds: [
          'customscript_tieout_mr_flush',
          'customscript_tieout_sl_settings',
          'customscript_tieout_uninstall',
        ],
      },
    ]);
  });

  test('stores what the hub showed, says hello, and waits for the first good signature', () => {
    runInstallation(account, 'install');
    account.secrets.set('guid-given-by-the-field', { value: secret, scripts: null });
    const { form } = store(typed());
    expect(form?.html()).toContain('may take an hour to reach all servers');
    expect(setting()).toMatchObject({ custrecord_tieout_se_state: 'connected', custrecord_tieout_se_hook: hook });
    expect(open().form?.html()).toContain('To do: The hub has accepted a first signature');
    runFlush(account, account.queued[0]?.deployment);
    expect(account.requests.map((request) => isSigned(request))).toEqual([true]);
    expect(open().form?.html()).toContain('<iframe');
  });

  test.each([
    ['a hook address of another host', { custpage_tieout_hook: 'https://hub.tieout.example.evil.example/hooks/x' }],
    ['no key', { custpage_tieout_key: '' }],
    ['a form of another site', { custpage_tieout_nonce: 'guessed' }],
    ['an installation that is none', { custpage_tieout_installation: '<b>' }],
  ])('refuses %s and keeps what it has', (_, more) => {
    runInstallation(account, 'install');
    expect(store(typed(more)).form?.html()).toContain('Not stored.');
    expect(setting()['custrecord_tieout_se_state'] ?? null).toBeNull();
  });

  test('frames the hub with a token that is posted, signed, short-lived and names user, role and account', () => {
    connect(account);
    const shown = open({ open: 'record/job/77' }).form?.html() ?? '';
    const token = /field\.value = "([^"]+)"/.exec(shown)?.[1] ?? '';
    const [payload = '', signature = ''] = token.split('.');
    expect(payload).toMatch(/^[\w-]+$/);
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    expect(claims).toEqual({
      v: 1,
      iss: 'netsuite',
      aud: 'https://hub.tieout.example',
      ins: 'ins_01J00000000000000000000000',
      acct: '1234567_SB1',
      env: 'sandbox',
      uid: '42',
      name: 'Ada "A&B" Byron',
      email: 'ada@northwind.example',
      role: adminRole,
      open: 'record/job/77',
      iat: account.nowMs / 1000,
      exp: account.nowMs / 1000 + 120,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(signature).toBe(createHmac('sha256', secret).update(signingInput(claims.iat, payload)).digest('hex'));
    expect(shown).toContain('form.action = "https://hub.tieout.example/embed/netsuite"');
    expect(shown).not.toContain(`?token=`);
    const again = open().form?.html() ?? '';
    expect(again).not.toContain(claims.jti);
  });

  test('passes on no page of the console that is not one', () => {
    connect(account);
    const shown = open({ open: '"></script><script>alert(1)' }).form?.html() ?? '';
    expect(shown.match(/<script>/g)).toHaveLength(1);
  });

  test('is not for everybody', () => {
    connect(account);
    expect(() => open({}, clerk)).toThrow('may not open');
  });

  test('says Connect again when the hub has ended the installation', () => {
    connect(account, { state: 'ended' });
    expect(open().form?.html()).toContain('The installation was ended by the hub');
  });
});

describe('The package', () => {
  test('is installed twice with one settings row, and an update keeps what it says', () => {
    runInstallation(account, 'install');
    connect(account);
    runInstallation(account, 'install');
    expect(account.rows('customrecord_tieout_setting')).toMatchObject([{ custrecord_tieout_se_state: 'connected' }]);
  });

  test('tells the hub when it leaves, signed, and stops sending', () => {
    connect(account);
    runInstallation(account, 'uninstall');
    const [request] = account.requests;
    expect(request?.headers['Tieout-Event']).toBe('uninstalled');
    expect(request && isSigned(request)).toBe(true);
    expect(JSON.parse(request?.body ?? '').notices).toEqual([]);
    expect(runFlush(account)).toBe(0);
  });

  test('leaves all the same when the hub is down or was never connected', () => {
    runInstallation(account, 'uninstall');
    connect(account);
    account.answer = () => {
      throw new Error('SSS_REQUEST_TIME_EXCEEDED');
    };
    account.secrets.clear();
    expect(() => runInstallation(account, 'uninstall')).not.toThrow();
  });
});
