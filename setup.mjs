// Installs what is missing before a command runs. Plain JavaScript, because it must start on whatever Node is there.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const stamp = 'node_modules/.tieout-lock';
const wanted = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.log('Installing dependencies from package-lock.json (about 700 MB, one to two minutes) …');
  // Not `npm ci`: it refuses a lockfile made where a registry offers binaries for fewer platforms than this one.
  const installed = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: 'inherit',
  });
  if (installed.status !== 0) {
    console.error('The installation failed. Check the network and the free disk space, then run the command again.');
    process.exit(installed.status ?? 1);
  }
  mkdirSync('node_modules', { recursive: true });
  writeFileSync(stamp, wanted);
}
