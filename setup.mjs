// Installs what is missing before a command runs. Plain JavaScript, because it must start on whatever Node is there.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const stamp = 'node_modules/.tieout-lock';
const wanted = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.log('Installing dependencies from package-lock.json (about 1.1 GB, one to two minutes) …');
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

const canInstall = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

function install(name) {
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update', '-qq'], quiet);
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], quiet);
}

const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (process.argv.includes('--browser') && !existsSync(chromium)) {
  if (canInstall) {
    console.log('Installing Chromium for the browser tests (about 400 MB, under a minute) …');
    install('chromium');
  }
  if (!existsSync(chromium)) {
    console.log(`No Chromium at ${chromium}: the browser tests are skipped. Install it, or name yours in CHROMIUM.`);
  }
}

/** Code Analyzer lies beside the dependencies rather than among them, because only one check needs its 250 MB. */
function fetchAnalyzer() {
  const [wanted, folder] = ['crm-package/code-analyzer', '.state/code-analyzer'];
  const lock = readFileSync(`${wanted}/package-lock.json`, 'utf8');
  const fetched = `${folder}/node_modules/.fetched`;
  if (existsSync(fetched) && readFileSync(fetched, 'utf8') === lock) return true;
  console.log('Fetching Salesforce Code Analyzer (about 250 MB, under a minute) …');
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(`${wanted}/${name}`, `${folder}/${name}`);
  const call = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const { status } = spawnSync('npm', call, { cwd: folder, stdio: 'inherit', timeout: 240_000 });
  if (status === 0) writeFileSync(fetched, lock);
  return status === 0;
}

if (process.argv.includes('--analyzer')) {
  const hasJava = () => spawnSync('java', ['-version']).status === 0;
  if (!hasJava() && canInstall) {
    console.log('Installing Java for Salesforce Code Analyzer (about 190 MB, under a minute) …');
    install('default-jre-headless');
  }
  const skipped = 'the Salesforce package is not run through Code Analyzer';
  if (!hasJava()) console.log(`No Java: ${skipped}. Install Java 11 or later.`);
  else if (!fetchAnalyzer()) console.log(`Code Analyzer could not be fetched: ${skipped}. Check the network.`);
}
