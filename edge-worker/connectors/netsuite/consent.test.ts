// Connecting by consent, and new credentials in time, against the stand-in's own pages and doors.
import { beforeEach, describe, expect, test } from 'vitest';
import { Office } from '../../../test/hosts/office.ts';
import { integrationRole } from '../../../test/hosts/suiteapp.ts';
import { connectOptions } from '../../../test/support/options.ts';
import type { ConsentAsked, Consented } from '../consent.ts';
import { consent } from './consent.ts';
import { netsuite } from './index.ts';
import { clientId, clientSecret } from './stand-in/credentials.ts';
import { baseUrl } from './stand-in/testing.ts';

const account = '1234567_SB1';
const verifier = 'v'.repeat(43);
const state = 's'.repeat(43);

let office: Office;
let asked: ConsentAsked;

beforeEach(() => {
  office = new Office();
  asked = askedAt({ restUrl: baseUrl, restletUrl: baseUrl, appUrl: baseUrl });
});

function askedAt(settings: Readonly<Record<string, string>>): ConsentAsked {
  const client = { id: clientId, secret: clientSecret, settings };
  return { account, environment: 'sandbox', client, redirectUri: 'https://hub.tieout.example/oauth/netsuite' };
}

const outside = () => ({ fetch: (request: Request) => office.fetch(request), nowMs: office.nowMs });

interface More {
  readonly verifier?: string;
  readonly fetch?: (request: Request) => Promise<Response>;
}

async function given(more: More = {}): Promise<Consented> {
  const challenge = Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
  const page = consent.pageFor(asked, state, challenge.toString('base64url')) ?? expect.fail('there is no such page');
  const answer = await office.fetch(new Request(page));
  const query = new URL(answer.headers.get('location') ?? '').searchParams;
  expect(query.get('state')).toBe(state);
  return consent.complete(asked, { query, verifier, ...outside(), ...more });
}

const codes = ({ steps }: Consented) => steps.map(({ code, isDone }) => `${isDone ? '' : 'to do: '}${code}`);
const sessionWith = (secrets: Readonly<Record<string, unknown>>) =>
  netsuite.connect({
    ...connectOptions(office.standIn, () => office.nowMs),
    secrets,
    fetch: (call) => office.fetch(call),
  });

describe('Consent', () => {
  test('becomes credentials of the hub’s own: a key, its certificate known there, a login that works', async () => {
    const onboarded = await given();
    expect(codes(onboarded)).toEqual([
      'consent-given',
      'package-found',
      'role-suffices',
      'certificate-stored',
      'login-works',
    ]);
    const secrets = onboarded.secrets ?? expect.fail('no secrets');
    expect(await sessionWith(secrets).check()).toEqual({ account, missing: [] });
    expect(secrets['certificateUntil']).toBe('2028-11-20');
  });

  test.each([
    [
      'given in a role that may not use the package',
      () => office.standIn.act('map-certificate', { role: 'customrole_integration' }),
      ['consent-given', 'to do: role-cannot-open'],
    ],
    [
      'given in a role that may do more than it needs',
      () => office.standIn.act('map-certificate', { role: 'ADMINISTRATOR' }),
      ['consent-given', 'package-found', 'to do: role-not-ours'],
    ],
  ])('%s connects nothing and says what to mend', async (_, prepare, expected) => {
    prepare();
    const onboarded = await given();
    expect([codes(onboarded), onboarded.secrets]).toEqual([expected, null]);
  });

  test('in an account without the package says so', async () => {
    await office.standIn.act('uninstall', { project: 'com.tieout.hub' });
    office.standIn.act('map-certificate', { role: 'customrole_integration' });
    expect(codes(await given())).toEqual(['consent-given', 'to do: package-missing']);
  });

  test('names the permissions that the role lacks, and connects all the same', async () => {
    office.standIn.act('set-permission', { permission: 'TRAN_CUSTPYMT', level: 'NONE', role: integrationRole });
    const onboarded = await given();
    expect(onboarded.steps).toContainEqual({
      code: 'role-lacks',
      isDone: false,
      params: { permissions: 'TRAN_CUSTPYMT' },
    });
    expect(onboarded.secrets).not.toBeNull();
  });

  test('that was refused, was given elsewhere, or was begun by somebody else is not taken', async () => {
    await expect(given({ verifier: 'w'.repeat(43) })).rejects.toMatchObject({ code: 'unauthorised' });
    asked = { ...asked, account: '7654321_SB1' };
    await expect(given()).rejects.toMatchObject({ code: 'unauthorised' });
    office.standIn.act('deny-consent', {});
    await expect(given()).rejects.toThrow('The consent was not given');
    expect(consent.pageFor({ ...asked, environment: 'production' }, state, 'c')).toBeNull();
  });

  test('without the right to store certificates leaves that to the admin, and waits for its id', async () => {
    const permission = 'ADMI_OWN_CERTIFICATES';
    office.standIn.act('set-permission', { permission, level: 'NONE', role: integrationRole });
    const onboarded = await given();
    expect(codes(onboarded).at(-1)).toBe('to do: certificate-by-hand');
    const { certificate, kept } = onboarded.byHand ?? expect.fail('nothing to be done by hand');
    const by = (id: string) => consent.completeByHand(asked, outside(), kept, id);
    const guessed = await by('guessed');
    expect([codes(guessed).at(-1), guessed.secrets]).toEqual(['to do: login-refused', null]);
    expect(guessed.byHand?.kept).toEqual(kept);
    office.standIn.act('set-permission', { permission, level: 'FULL', role: integrationRole });
    const upload = await office.rest('POST', `/auth/oauth2/v1/clients/${clientId}/certificates`, {
      fileContent: certificate,
    });
    const whole = await by(` ${upload.json['certificate_id']} `);
    expect(codes(whole).slice(-2)).toEqual(['certificate-stored', 'login-works']);
    expect(await sessionWith(whole.secrets ?? {}).check()).toMatchObject({ account });
  });

  test('asks the other host where the first does not know of certificates', async () => {
    asked = askedAt({ restUrl: baseUrl, restletUrl: 'http://elsewhere.test', appUrl: baseUrl });
    const fetch = (request: Request) => {
      const { origin, pathname, search } = new URL(request.url);
      if (origin !== baseUrl && pathname.includes('/certificates')) {
        return Promise.resolve(new Response('', { status: 404 }));
      }
      return office.fetch(new Request(baseUrl + pathname + search, request));
    };
    expect(codes(await given({ fetch }))).toContain('login-works');
  });
});

describe('New credentials', () => {
  test('are made a year before the old ones end, proven, and the old ones revoked', async () => {
    const { secrets } = await given();
    const old = secrets ?? expect.fail('no secrets');
    expect(await sessionWith(old).renewCredentials?.(false)).toBeNull();
    office.nowMs += 366 * 86_400_000;
    const renewed = (await sessionWith(old).renewCredentials?.(false)) ?? expect.fail('nothing was renewed');
    expect(renewed.secrets['certificateId']).not.toBe(old['certificateId']);
    expect(await sessionWith(old).check()).toMatchObject({ account });
    await renewed.retire();
    await expect(sessionWith(old).check()).rejects.toMatchObject({ code: 'unauthorised' });
    expect(await sessionWith(renewed.secrets).check()).toMatchObject({ account });
  });

  test('are made when somebody asks, also of credentials that came by hand', async () => {
    const { secrets } = office.standIn.connection;
    expect(await sessionWith(secrets).renewCredentials?.(false)).toBeNull();
    const renewed = await sessionWith(secrets).renewCredentials?.(true);
    expect(await sessionWith(renewed?.secrets ?? {}).check()).toMatchObject({ account });
  });

  test('that the role may not make leave the old ones as they are', async () => {
    const { secrets } = office.standIn.connection;
    office.standIn.act('set-permission', { permission: 'ADMI_OWN_CERTIFICATES', level: 'NONE', role: integrationRole });
    await expect(sessionWith(secrets).renewCredentials?.(true)).rejects.toMatchObject({ code: 'unauthorised' });
    expect(await sessionWith(secrets).check()).toMatchObject({ account });
  });
});
