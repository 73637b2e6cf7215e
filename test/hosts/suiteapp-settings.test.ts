// Installing, connecting, opening the settings page with a proof of who looks, and leaving again.
import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { signingInput } from '../../shared/wire/signature.ts';
import { hook, isSigned, Office, secret, suiteletPage } from './office.ts';
import { adminRole, outboxType, settingType, suiteApp, suiteAppId } from './suiteapp.ts';

let office: Office;

beforeEach(() => {
  office = new Office();
});

const open = async (more: Readonly<Record<string, string>> = {}) =>
  (await office.page(suiteletPage('sl_settings', more), adminRole)).text;
const nonceOf = (page: string) => /name="custpage_tieout_nonce" value="([^"]*)"/.exec(page)?.[1] ?? '';
async function store(more: Readonly<Record<string, string>> = {}): Promise<string> {
  const form = {
    custpage_tieout_nonce: nonceOf(await open()),
    custpage_tieout_installation: 'ins_01J00000000000000000000000',
    custpage_tieout_hook: hook,
    custpage_tieout_key: secret,
    ...more,
  };
  return (await office.page(suiteletPage('sl_settings'), adminRole, form)).text;
}

describe('The settings page', () => {
  test('says Connect until a key is there, and never holds the key itself', async () => {
    const page = await open();
    expect(page).toContain('https://hub.tieout.example/connect/netsuite?account=1234567_SB1&amp;environment=sandbox');
    expect(page).toContain('To do: The key of the hub is stored here');
    expect(page).toContain('<input type="password" id="custpage_tieout_key"');
    await store();
    expect(JSON.stringify(office.setting())).not.toContain(secret);
  });

  test('stores what the hub showed, says hello, and waits for the first good signature', async () => {
    expect(await store()).toContain('may take an hour to reach all servers');
    expect(office.setting()).toMatchObject({
      custrecord_tieout_se_state: 'connected',
      custrecord_tieout_se_hook: hook,
    });
    expect(await open()).toContain('To do: The hub has accepted a first signature');
    await office.runSubmitted();
    expect(await Promise.all(office.pushed.map((request) => isSigned(request)))).toEqual([true]);
    expect(await open()).toContain('<iframe');
  });

  test.each([
    ['a hook address of another host', { custpage_tieout_hook: 'https://hub.tieout.example.evil.example/hooks/x' }],
    ['no key', { custpage_tieout_key: '' }],
    ['a form of another site', { custpage_tieout_nonce: 'guessed' }],
    ['an installation that is none', { custpage_tieout_installation: '<b>' }],
  ])('refuses %s and keeps what it has', async (_, more) => {
    expect(await store({ ...more })).toContain('Not stored.');
    expect(office.setting()['custrecord_tieout_se_state'] ?? null).toBeNull();
  });

  test('frames the hub with a token that is posted, signed, short-lived and names user, role and account', async () => {
    office.connect();
    const page = await open({ open: 'record/job/77' });
    const token = /field\.value = "([^"]+)"/.exec(page)?.[1] ?? '';
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
      uid: '-5',
      name: 'Priya Raman',
      email: 'priya.raman@northwind.example',
      role: adminRole,
      open: 'record/job/77',
      iat: office.nowMs / 1000,
      exp: office.nowMs / 1000 + 120,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(signature).toBe(createHmac('sha256', secret).update(signingInput(claims.iat, payload)).digest('hex'));
    expect(page).toContain('form.action = "https://hub.tieout.example/embed/netsuite"');
    expect(page).not.toContain('?token=');
    expect(await open()).not.toContain(claims.jti);
  });

  test('passes on no page of the console that is not one', async () => {
    office.connect();
    const page = await open({ open: '"></script><script>alert(1)' });
    expect(page).not.toContain('alert(1)');
  });

  test.each(['finance', 'delivery', 'approver'])(
    'opens for the role of %s, who connects nothing there',
    async (name) => {
      const role = `customrole_tieout_${name}`;
      const see = async (more: Readonly<Record<string, string>> = {}) =>
        (await office.page(suiteletPage('sl_settings', more), role)).text;
      expect(JSON.parse(await see({ proof: 'T' }))).toEqual({ token: null });
      expect(await see()).toContain('Tieout is not connected yet. Somebody with the role Tieout Admin connects it');
      const nonce = nonceOf(await open());
      office.connect();
      expect(await see()).toContain('<iframe');
      expect(await see({ connect: 'T' })).toContain('<iframe');
      expect(await see()).not.toContain('Connect again');
      const { token } = JSON.parse(await see({ proof: 'T' })) as { token: string };
      expect(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({ role });
      const before = office.setting();
      const form = { custpage_tieout_nonce: nonce, custpage_tieout_installation: 'ins_2', custpage_tieout_key: secret };
      await office.page(suiteletPage('sl_settings'), role, { ...form, custpage_tieout_hook: hook });
      expect(office.setting()).toEqual(before);
    },
  );

  test('is not for everybody', async () => {
    office.connect();
    expect((await office.page(suiteletPage('sl_settings'), 'customrole_sales_clerk')).status).toBe(403);
  });

  test('says Connect again when the hub has ended the installation', async () => {
    office.connect({ state: 'ended' });
    expect(await open()).toContain('The installation was ended by the hub');
  });
});

describe('The package', () => {
  test('installed again, as an update is, keeps its one settings row and what that says', () => {
    office.connect();
    office.save('job', office.job, { comments: 'x' });
    office.standIn.install?.(suiteApp);
    expect(office.standIn.rows(settingType)).toMatchObject([{ custrecord_tieout_se_state: 'connected' }]);
    expect(office.outbox()).toHaveLength(1);
  });

  test('tells the hub when it leaves, signed, and takes its records with it', async () => {
    office.connect();
    await office.standIn.act('uninstall', { project: suiteAppId });
    const [request = expect.fail('nothing was sent')] = office.pushed;
    expect(request.headers.get('Tieout-Event')).toBe('uninstalled');
    expect(await isSigned(request)).toBe(true);
    expect(await request.json()).toMatchObject({ notices: [] });
    expect(office.standIn.types()).not.toContain(outboxType);
    expect(() => office.save('job', office.job, { comments: 'goes on' })).not.toThrow();
    expect((await office.page(suiteletPage('sl_settings'))).status).toBe(404);
  });

  test('leaves all the same when the hub is down', async () => {
    office.connect();
    office.hub = () => {
      throw new Error('no route to host');
    };
    await office.standIn.act('uninstall', { project: suiteAppId });
    expect(office.standIn.types()).not.toContain(settingType);
  });
});
