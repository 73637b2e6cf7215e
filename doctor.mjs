// `npm run doctor`: names what is missing and what to do. Plain JavaScript, because it must start on any Node.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';

const nodeWanted = [22, 18];
const freeBytesWanted = 2 * 1024 ** 3;
const ownNode = 'node_modules/.bin/node';
const node = existsSync(ownNode) ? ownNode : process.execPath;

/** What each check found: fine, worth knowing, or missing. Only what is missing makes the command fail. */
const findings = [];
const fine = (what) => findings.push({ mark: 'ok', what });
const note = (what, next) => findings.push({ mark: 'note', what, next });
const missing = (what, next) => findings.push({ mark: 'MISSING', what, next });

const run = (command, args) => spawnSync(command, args, { encoding: 'utf8' });

function checkNode() {
  const found = run(node, ['--version']);
  const version = (found.stdout ?? '').trim();
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  const isEnough = major > nodeWanted[0] || (major === nodeWanted[0] && minor >= nodeWanted[1]);
  if (isEnough) fine(`Node ${version}${node === ownNode ? ' (installed with the project)' : ''}`);
  else
    missing(
      `Node ${nodeWanted.join('.')} or later; there is ${version || 'none'}`,
      'npm run setup brings a Node of its own',
    );
}

function checkInstalled() {
  const stamp = 'node_modules/.tieout-lock';
  const wanted = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  if (!existsSync('node_modules')) return missing('Dependencies', 'npm run setup (about 1.1 GB)');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    return missing('Dependencies as package-lock.json names them; others are installed', 'npm run setup');
  }
  return fine('Dependencies as package-lock.json names them');
}

function checkLock() {
  const asked = JSON.parse(readFileSync('package.json', 'utf8'));
  const locked = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages[''];
  const names = (from) => JSON.stringify([from.dependencies ?? {}, from.devDependencies ?? {}]);
  if (names(asked) === names(locked)) fine('package-lock.json agrees with package.json');
  else missing('A package-lock.json that agrees with package.json', 'npm install, then commit package-lock.json');
}

function checkRegistries() {
  const found = run(node, ['gen.ts', '--check']);
  if (found.status === 0) fine('Registries agree with the folders');
  else missing(`Fresh registries. ${(found.stderr ?? '').trim().split('\n')[0]}`, 'npm run gen');
}

function checkWorkerd() {
  const found = run('node_modules/.bin/workerd', ['--version']);
  if (found.status === 0) return fine(`workerd runs (${found.stdout.trim()})`);
  const why = (found.stderr || found.error?.message || 'no reason given').trim().split('\n')[0];
  return missing(`A workerd that runs: ${why}`, 'npm run setup; on Linux workerd needs glibc 2.35 or later');
}

function checkDisk() {
  const { bavail, bsize } = statfsSync('.');
  const gib = ((bavail * bsize) / 1024 ** 3).toFixed(1);
  if (bavail * bsize >= freeBytesWanted) fine(`${gib} GiB of disk free`);
  else missing(`2 GiB of free disk; there are ${gib}`, "make room: dependencies and the demo's state need it");
}

/** Only where it is given here, to be tried before it is handed to wrangler. */
function checkChannels() {
  if (process.env.CHANNELS === undefined) return;
  const script = `import { problemsOf } from './edge-worker/platform/channel-accounts.ts';
    process.stdout.write(problemsOf(process.env.CHANNELS).join('; '));`;
  const found = run(node, ['--input-type=module', '--no-warnings', '--eval', script]);
  const problem = found.status === 0 ? found.stdout : `it could not be read. ${(found.stderr ?? '').split('\n')[0]}`;
  if (problem === '') fine('CHANNELS is as its channels need it');
  else
    missing(`Accounts for alerts as their channels need them: ${problem}`, 'mend CHANNELS as docs/operate.md shows it');
}

function isFree(port) {
  return new Promise((answer) => {
    const server = createServer();
    server.once('error', () => answer(false));
    server.listen(port, '127.0.0.1', () => server.close(() => answer(true)));
  });
}

async function checkPorts() {
  const folders = readdirSync('edge-worker/connectors', { withFileTypes: true });
  const standIns = folders.filter(({ name }) => existsSync(`edge-worker/connectors/${name}/stand-in.ts`)).length;
  const ports = [8787, ...Array.from({ length: standIns }, (_, index) => 9100 + index)];
  const taken = [];
  for (const port of ports) if (!(await isFree(port))) taken.push(port);
  if (taken.length === 0) fine(`Ports 8787 and 9100 to ${9099 + standIns} are free`);
  else note(`Taken: port ${taken.join(', ')}`, 'stop what uses it, or choose others with --port');
}

checkNode();
checkInstalled();
checkLock();
checkDisk();
if (existsSync('node_modules')) {
  checkRegistries();
  checkWorkerd();
  checkChannels();
}
await checkPorts();

for (const { mark, what, next } of findings)
  console.log(`${mark.padEnd(8)} ${what}${next ? `\n         -> ${next}` : ''}`);
const isMissing = findings.some(({ mark }) => mark === 'MISSING');
console.log(isMissing ? '\nSomething is missing; see above.' : '\nNothing is missing.');
process.exitCode = isMissing ? 1 : 0;
