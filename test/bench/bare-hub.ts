// The bare lane in a process of its own, run as the hub is: Miniflare, direct sockets, state on disk.
import { mkdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import type { BareEnv } from './bare-lane.ts';
import { answerCalls } from './child.ts';
import { runtimesOf, workedMs } from './processes.ts';

let running: Miniflare | null = null;

const verbs = {
  async start(port: number, state: string, bindings: Omit<BareEnv, 'LANE'>): Promise<string> {
    mkdirSync(state, { recursive: true });
    const contents = stripTypeScriptTypes(readFileSync(join(import.meta.dirname, 'bare-lane.ts'), 'utf8'));
    running = new Miniflare(
      convertV4MiniflareOptions({
        name: 'bare-lane',
        modules: [{ type: 'ESModule', path: 'bare-lane.js', contents }],
        compatibilityDate: '2026-11-01',
        bindings: { ...bindings },
        durableObjects: { LANE: { className: 'BareLane', useSQLite: true } },
        resourcePersistencePath: state,
        unsafeDirectSockets: [{ host: '127.0.0.1', port }],
        cf: false,
      }),
    );
    await running.ready;
    return `http://127.0.0.1:${port}`;
  },
  workedMs: () => workedMs(runtimesOf(process.pid)[0] ?? 0),
  async close(): Promise<void> {
    await running?.dispose();
    running = null;
  },
};
export type BareVerbs = typeof verbs;

if (process.send) answerCalls(verbs);
