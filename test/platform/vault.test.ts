// Secrets at rest and hook addresses: readable by their own installation only, and useless with a single character
// changed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hookPath, readHookToken, receiverKey, Vault } from '../../edge-worker/platform/vault.ts';

const hubKey = btoa('a hub key of thirty-two bytes!!!');
const keys = (current: string, ids: readonly string[]) =>
  JSON.stringify({
    current,
    keys: Object.fromEntries(ids.map((id) => [id, btoa(`seal key ${id} of thirty-two bytes`)])),
  });
const randomBytes = (count: number) => crypto.getRandomValues(new Uint8Array(count));
const address = {
  installation: 'ins_1',
  connection: 'erp',
  environment: 'sandbox',
  account: '1234567_SB1',
  shard: 'main',
  jurisdiction: 'eu',
};

describe('A sealed secret', () => {
  it('opens again, and never seals to the same text twice', async () => {
    const vault = new Vault(keys('k1', ['k1']), 'ins_1', randomBytes);
    const [first, second] = [await vault.seal('token'), await vault.seal('token')];
    expect(first).not.toBe(second);
    expect(await vault.open(first)).toBe('token');
  });

  it('is closed to every other installation', async () => {
    const sealed = await new Vault(keys('k1', ['k1']), 'ins_1', randomBytes).seal('token');
    await expect(new Vault(keys('k1', ['k1']), 'ins_2', randomBytes).open(sealed)).rejects.toThrow();
  });

  it('stays readable after the key was rotated, as long as the old key is listed', async () => {
    const sealed = await new Vault(keys('k1', ['k1']), 'ins_1', randomBytes).seal('token');
    expect(await new Vault(keys('k2', ['k1', 'k2']), 'ins_1', randomBytes).open(sealed)).toBe('token');
    await expect(new Vault(keys('k2', ['k2']), 'ins_1', randomBytes).open(sealed)).rejects.toThrow('k1');
  });
});

describe('A hook address', () => {
  it('says whose it is', async () => {
    const path = await hookPath(hubKey, 'example', address);
    expect(await readHookToken(hubKey, 'example', path.split('/').at(-1) ?? '')).toEqual(address);
  });

  it('touches nothing when any character of it is another one, or when it is used for another system', async () => {
    const token = (await hookPath(hubKey, 'example', address)).split('/').at(-1) ?? '';
    expect(await readHookToken(hubKey, 'other', token)).toBeNull();
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...'ABCxyz019-_.'), async (at, character) => {
        fc.pre(token[at] !== character);
        const forged = token.slice(0, at) + character + token.slice(at + 1);
        expect(await readHookToken(hubKey, 'example', forged)).toBeNull();
      }),
    );
  });

  it('has one spelling: another last letter that decodes to the same bytes is refused too', async () => {
    const token = (await hookPath(hubKey, 'example', address)).split('/').at(-1) ?? '';
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = letters.indexOf(token.at(-1) ?? '');
    const twins = [1, 2, 3].map((spare) => token.slice(0, -1) + letters[last + spare]);
    for (const twin of twins) expect(await readHookToken(hubKey, 'example', twin)).toBeNull();
  });

  it('goes with a receiver key that no other connection and no other version has', async () => {
    const made = await Promise.all([
      receiverKey(hubKey, 'ins_1', 'erp', 1),
      receiverKey(hubKey, 'ins_1', 'erp', 2),
      receiverKey(hubKey, 'ins_1', 'crm', 1),
      receiverKey(hubKey, 'ins_2', 'erp', 1),
    ]);
    expect(new Set(made).size).toBe(4);
    expect(await receiverKey(hubKey, 'ins_1', 'erp', 1)).toBe(made[0]);
  });
});
