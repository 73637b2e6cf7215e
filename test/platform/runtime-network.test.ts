// What the runtime itself does about a name that leads inside at the moment of the call, whatever was checked before.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { until } from '../support/people.ts';
import { freePort, type Served, serve } from '../support/serve.ts';

/** Calls what it is told to, and says what came of it. */
const script = `export default { async fetch(request) {
  const to = new URL(request.url).searchParams.get('to');
  try { return new Response(String((await fetch(to)).status)); } catch { return new Response('refused'); }
} };`;

let folder: string;
let runtime: ChildProcess;
let inside: Served;
let asked = 0;
const ports = { asDeployed: 0, opened: 0 };

beforeAll(async () => {
  inside = await serve(async () => {
    asked++;
    return new Response(null, { status: 204 });
  });
  ports.asDeployed = await freePort();
  ports.opened = await freePort();
  folder = await mkdtemp(join(tmpdir(), 'tieout-runtime-'));
  const worker = `modules = [(name = "main.js", esModule = embed "main.js")], compatibilityDate = "2026-06-01",
    compatibilityFlags = ["global_fetch_strictly_public"]`;
  const socket = (worker: string, port: number) =>
    `(name = "${worker}", address = "127.0.0.1:${port}", http = (), service = "${worker}")`;
  await writeFile(join(folder, 'main.js'), script);
  await writeFile(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "asDeployed", worker = (${worker})),
    (name = "opened", worker = (${worker}, globalOutbound = "inside")),
    (name = "inside", network = (allow = ["public", "private"])),
  ],
  sockets = [${socket('asDeployed', ports.asDeployed)}, ${socket('opened', ports.opened)}],
);`,
  );
  runtime = spawn(join('node_modules', '.bin', 'workerd'), ['serve', join(folder, 'config.capnp')], {
    stdio: 'ignore',
  });
});
afterAll(async () => {
  runtime.kill();
  await inside.close();
  await rm(folder, { recursive: true, force: true });
});

const call = (port: number, host: string) =>
  fetch(`http://127.0.0.1:${port}/?to=${encodeURIComponent(`http://${host}:${inside.port}/`)}`).then((one) =>
    one.text(),
  );

it('a name that leads inside is not called by the runtime with the network it has by default', async () => {
  const answers = (port: number) => call(port, 'localhost').catch(() => null);
  await until('both workers to answer', async () => (await answers(ports.opened)) && answers(ports.asDeployed));
  expect(await call(ports.opened, 'localhost')).toBe('204');
  const reached = asked;
  for (const host of ['localhost', '127.0.0.1', '[::1]', '2130706433']) {
    expect(await call(ports.asDeployed, host), host).toMatch(/^(refused|5\d\d)$/);
  }
  expect(asked).toBe(reached);
});
