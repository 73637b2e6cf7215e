// `npm run doctor`, held against this working copy and against one where nothing was installed.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const bare = mkdtempSync(join(tmpdir(), 'tieout-bare-'));

afterAll(() => rmSync(bare, { recursive: true, force: true }));

describe('The doctor', () => {
  it('finds nothing missing in a working copy in order', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['doctor.mjs'], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toContain('workerd runs');
    expect(stdout).toContain('package-lock.json agrees with package.json');
  });

  it('refuses accounts for alerts that their channels cannot use, and repeats none of their secrets', () => {
    const told = (CHANNELS: string) =>
      spawnSync(process.execPath, ['doctor.mjs'], { encoding: 'utf8', env: { ...process.env, CHANNELS } });
    const { stdout, status } = told('{"mail":{"from":"a@northwind.example","serverTokn":"hush"}}');
    expect(stdout).toContain('MISSING  Accounts for alerts as their channels need them: CHANNELS lacks');
    expect(stdout).toContain('mail.serverToken');
    expect([status, stdout.includes('hush')]).toEqual([1, false]);
  });

  it('names the dependencies and what to do where nothing was installed', () => {
    for (const part of ['doctor.mjs', 'package.json', 'package-lock.json', 'edge-worker/connectors']) {
      cpSync(part, join(bare, part), { recursive: true });
    }
    const { stdout, status } = spawnSync(process.execPath, ['doctor.mjs'], { cwd: bare, encoding: 'utf8' });
    expect(stdout).toContain('MISSING  Dependencies\n         -> npm run setup');
    expect(status).toBe(1);
  });
});
