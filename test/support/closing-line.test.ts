// The last line of `npm test`, held against a run of its own that passes, fails and cannot be loaded.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

// Below the repository, so that the run finds vitest.
mkdirSync('.state', { recursive: true });
const folder = mkdtempSync(join('.state', 'closing-line-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('ends the run with what passed only when told twice, and a line that counts a file that cannot be loaded', () => {
  const start = "import { expect, it } from 'vitest';\n";
  writeFileSync(
    join(folder, 'good.test.ts'),
    `${start}it('a', () => expect(1).toBe(1));\nit('b', () => expect(2).toBe(2));\n`,
  );
  writeFileSync(
    join(folder, 'bad.test.ts'),
    `${start}it('c', () => expect(1).toBe(2));\nit.skip('d', () => expect(1).toBe(2));\n`,
  );
  writeFileSync(
    join(folder, 'slow.test.ts'),
    `${start}let told = 0;\nit('e', { retry: 1 }, () => expect(told++).toBe(1));\n`,
  );
  writeFileSync(join(folder, 'broken.test.ts'), "import './not-there.ts';\n");
  writeFileSync(join(folder, 'vitest.config.ts'), 'export default {};\n');
  const reporter = join(process.cwd(), 'test/support/closing-line.ts');
  const options = ['node_modules/vitest/vitest.mjs', 'run', '--root', folder, '--reporter', reporter];
  const run = spawnSync(process.execPath, options, { encoding: 'utf8', env: { ...process.env, CI: '1' } });
  expect(run.stdout.trimEnd().split('\n').at(-1)).toBe('3 passed, 2 failed');
  expect(run.stdout).toContain('Passed only when told twice: slow.test.ts: e\n');
  expect(run.status).toBe(1);
}, 30_000);
