// Story: an outsider follows test/README.md with bash and curl, and every line of it does what it says.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startStandIns } from '../stand-ins.ts';
import { type Hub, startHub } from '../support/hub.ts';
import { freePort } from '../support/serve.ts';

const state = mkdtempSync(join(tmpdir(), 'tieout-readme-'));
let hub: Hub;
let standIns: Awaited<ReturnType<typeof startStandIns>>;

beforeAll(async () => {
  standIns = await startStandIns(0);
  hub = await startHub({ port: await freePort(), state });
});

afterAll(async () => {
  await hub?.close();
  await standIns?.close();
  rmSync(state, { recursive: true, force: true });
});

/** The page's own words, only the ports changed, so that it can run beside a hub that somebody is using. */
function scriptOf(page: string): string {
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((found) => found[1]);
  const ported = standIns.running.reduce(
    (text, { url }, index) => text.replaceAll(`http://127.0.0.1:${9100 + index}`, url),
    blocks.join('\n'),
  );
  return ported.replaceAll('http://127.0.0.1:8787', hub.url);
}

function bash(script: string): Promise<{ status: number | null; said: string }> {
  const traced = `set -Eeuo pipefail\ntrap 'echo "failed: $BASH_COMMAND" >&2' ERR\n${script}`;
  const shell = spawn('bash', ['-c', traced]);
  let said = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  return new Promise((resolve) => shell.on('close', (status) => resolve({ status, said: said.slice(-2_000) })));
}

it('test/README.md runs from top to bottom', async () => {
  const ran = await bash(scriptOf(readFileSync('test/README.md', 'utf8')));
  expect(ran.status, ran.said).toBe(0);
});
