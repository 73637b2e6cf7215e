// Who may import whom: imports point down, and every file is reached from a door of the house.
import { dirname, posix } from 'node:path';
import { type Breach, type House, isScript, isTest } from './house.ts';

interface Layer {
  readonly of: RegExp;
  /** Our own files it may import. `$1` stands for what the first group of `of` found. */
  readonly ours: readonly string[];
  /** Packages it may import; a name that ends in `:` or `/` stands for all that begin so. */
  readonly packages: readonly string[];
}

const contract = ['connector', 'session', 'receiver', 'mailbox', 'embed', 'consent', 'pairing', 'codecs'].map(
  (name) => `edge-worker/connectors/${name}.ts`,
);
const ground = ['shared/', 'edge-worker/faults.ts'];
const below = [...ground, ...contract];
const vocabulary = ['edge-worker/flow/nouns.ts', 'edge-worker/flow/lifecycle.ts'];

/** The first row that fits decides. ARCHITECTURE.md shows the same table to people. */
const layers: readonly Layer[] = [
  { of: /^shared\/wire\//, ours: [], packages: [] },
  // Hashes are wanted inside a lane transaction, where nothing may be awaited: hence not WebCrypto.
  { of: /^shared\//, ours: ['shared/'], packages: ['zod', 'node:crypto'] },
  { of: /^edge-worker\/faults\.ts$/, ours: ['shared/'], packages: [] },
  { of: /^edge-worker\/flow\/(nouns|lifecycle)\.ts$/, ours: [...below, ...vocabulary], packages: [] },
  { of: /^edge-worker\/connectors\/stand-in\.ts$/, ours: [], packages: ['hono'] },
  { of: /^edge-worker\/connectors\/_registry\.ts$/, ours: [...contract, 'edge-worker/connectors/'], packages: [] },
  { of: /^edge-worker\/connectors\/[a-z-]+\.ts$/, ours: below, packages: ['zod'] },
  {
    of: /^edge-worker\/connectors\/kits\//,
    ours: [...below, 'edge-worker/connectors/kits/'],
    packages: ['zod', 'jose', 'fast-xml-parser'],
  },
  {
    of: /^edge-worker\/connectors\/([a-z0-9-]+)\/stand-in(?:\.ts|\/)/,
    ours: ['edge-worker/connectors/stand-in.ts', 'edge-worker/connectors/$1/stand-in'],
    packages: ['hono', 'zod', 'jose', 'fast-xml-parser', 'node:'],
  },
  {
    of: /^edge-worker\/connectors\/([a-z0-9-]+)\//,
    ours: [...below, 'edge-worker/connectors/kits/', 'edge-worker/connectors/$1/'],
    packages: ['zod', 'jose', 'fast-xml-parser'],
  },
  { of: /^edge-worker\/channels\/_registry\.ts$/, ours: ['edge-worker/channels/'], packages: [] },
  {
    of: /^edge-worker\/channels\/(?:([a-z0-9-]+)\/)?/,
    ours: ['shared/', 'edge-worker/channels/channel.ts', 'edge-worker/channels/$1/'],
    packages: ['zod', 'standardwebhooks'],
  },
  { of: /^edge-worker\/rules\//, ours: [...ground, 'edge-worker/rules/'], packages: ['zod'] },
  { of: /^edge-worker\/store\//, ours: [...ground, 'edge-worker/store/'], packages: ['drizzle-orm', 'node:buffer'] },
  {
    of: /^edge-worker\/flow\//,
    ours: [
      ...below,
      'edge-worker/connectors/_registry.ts',
      'edge-worker/rules/',
      'edge-worker/store/',
      'edge-worker/flow/',
    ],
    packages: ['zod', '@marcbachmann/cel-js', 'standardwebhooks'],
  },
  {
    of: /^edge-worker\/console\/build\.ts$/,
    ours: [],
    packages: ['vite', 'node:'],
  },
  {
    of: /^edge-worker\/console\//,
    ours: ['shared/', 'edge-worker/console/'],
    packages: [
      ...['react', 'react-dom', 'react-router', 'react-aria-components', '@tanstack/react-query', 'openapi-fetch'],
      'papaparse',
    ],
  },
  {
    of: /^edge-worker\/api\//,
    ours: [
      ...below,
      'edge-worker/connectors/_registry.ts',
      'edge-worker/channels/channel.ts',
      'edge-worker/channels/_registry.ts',
      'edge-worker/rules/',
      'edge-worker/store/',
      'edge-worker/flow/',
      'edge-worker/api/',
      'edge-worker/platform/',
      'edge-worker/context.ts',
    ],
    packages: ['zod', 'hono', '@hono/zod-openapi', 'node:crypto'],
  },
  {
    of: /^edge-worker\/(platform\/|context\.ts$|index\.ts$)/,
    ours: ['shared/', 'edge-worker/'],
    packages: ['zod', 'hono', 'ulid', 'drizzle-orm', 'cloudflare:', 'node:crypto'],
  },
  { of: /^erp-suiteapp\//, ours: ['shared/wire/', 'shared/words.ts', 'erp-suiteapp/'], packages: ['N/', 'node:'] },
  // What we hand to others runs by itself.
  { of: /^docs\//, ours: [], packages: ['node:'] },
  { of: /^crm-package\//, ours: ['crm-package/'], packages: ['lwc', '@salesforce/'] },
];

/** Imports that do not point down. */
export function layering(house: House): Breach[] {
  return house.codePaths.flatMap((path) => {
    if (isTest(path) || isScript(path)) return [];
    const layer = layers.find(({ of }) => of.test(path));
    if (!layer)
      return [{ path, line: 1, problem: 'lies in no folder of the house: add its row to the table of layers' }];
    const own = layer.of.exec(path)?.[1] ?? '';
    return house.source(path).imports.flatMap(({ from, line }) => {
      const target = targetOf(path, from);
      const allowed =
        target === null ? layer.packages.some((name) => isPackage(from, name)) : isOurs(target, layer, own);
      const standIn = target !== null && !isStandIn(path) && !path.endsWith('_registry.ts') && isStandIn(target);
      if (allowed && !standIn) return [];
      return [{ path, line, problem: `may not import ${target ?? from}` }];
    });
  });
}

/** Relative imports that name no file, and packages that package.json does not name. */
export function unresolved(house: House): Breach[] {
  const { dependencies = {}, devDependencies = {} } = JSON.parse(house.files.get('package.json') ?? '{}') as Record<
    string,
    Record<string, string>
  >;
  return house.codePaths.flatMap((path) => {
    const usable = { ...dependencies, ...(isTest(path) || isScript(path) ? devDependencies : {}) };
    return house.source(path).imports.flatMap(({ from, line }) => {
      const target = targetOf(path, from);
      if (target !== null)
        return house.files.has(target) ? [] : [{ path, line, problem: `imports ${target}, which is not there` }];
      if (/^(node|cloudflare):|^(N|@salesforce)\/|^lwc$/.test(from) || packageOf(from) in usable) return [];
      return [{ path, line, problem: `imports ${packageOf(from)}, which package.json does not offer it` }];
    });
  });
}

/** Files that no door leads to. What only tests use does not belong beside what runs. */
export function unreached(house: House): Breach[] {
  const doors = doorsOf(house);
  const running = reach(
    house,
    doors.filter((path) => !path.endsWith('.test.ts')),
  );
  const tested = reach(house, [...doors, ...house.codePaths.filter((path) => path.endsWith('.test.ts'))]);
  return house.codePaths.flatMap((path) => {
    if (path.endsWith('.test.ts') || isScript(path) || running.has(path)) return [];
    if (!tested.has(path)) return [{ path, line: 1, problem: 'nothing imports it: remove it' }];
    const mayBeForTests = isTest(path) || isStandIn(path);
    return mayBeForTests ? [] : [{ path, line: 1, problem: 'only tests import it: move it to test/ or remove it' }];
  });
}

/** Files named by a command, a setting or the Worker's configuration. */
function doorsOf(house: House): string[] {
  const namers = [...house.files.keys()].filter((path) => isScript(path) && /\.(json|jsonc|toml|ts|mjs)$/.test(path));
  const named = namers.flatMap((path) => {
    const text = house.files.get(path) ?? '';
    return [...text.matchAll(/(?:\.\/)?((?:[\w.-]+\/)*[\w.-]+\.(?:ts|mjs))\b/g)].map((found) => found[1] ?? '');
  });
  // The browser loads the console's door, NetSuite calls each entry script by itself.
  const called = house.codePaths.filter(
    (path) => path.startsWith('erp-suiteapp/scripts/entries/') || path === 'edge-worker/console/main.tsx',
  );
  return [...new Set([...named, ...namers, ...called])].filter(
    (path) => /\.(tsx?|mjs)$/.test(path) && house.files.has(path),
  );
}

function reach(house: House, doors: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [...doors];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const { from } of house.source(path).imports) {
      const target = targetOf(path, from);
      if (target !== null && /\.(tsx?|mjs)$/.test(target) && house.files.has(target)) open.push(target);
    }
  }
  return seen;
}

function targetOf(path: string, from: string): string | null {
  return from.startsWith('.') ? posix.join(dirname(path), from) : null;
}

function isStandIn(path: string): boolean {
  return /^edge-worker\/connectors\/[a-z0-9-]+\/stand-in(\.ts$|\/)/.test(path);
}

function isOurs(target: string, layer: Layer, own: string): boolean {
  return layer.ours.some((allowed) => target.startsWith(allowed.replace('$1', own)));
}

function packageOf(from: string): string {
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}

function isPackage(from: string, allowed: string): boolean {
  return /[:/]$/.test(allowed) ? from.startsWith(allowed) : packageOf(from) === allowed || from === allowed;
}
