// The house as a set of files: on disk, or made up by a test. Every rule looks at it and names its breaches.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readSource, type Source } from './source.ts';

export interface Breach {
  readonly path: string;
  readonly line: number;
  readonly problem: string;
}

export type HouseRule = (house: House) => readonly Breach[];

const generated = /(^|\/)_[\w-]+\.ts$/;
const ours = ['shared', 'edge-worker', 'erp-suiteapp', 'crm-package', 'test', 'docs', '.github', '.ci'];
const never = new Set(['node_modules', '.state', '.wrangler', 'dist', 'build', 'coverage']);
const readable = /\.(ts|tsx|mjs|json|jsonc|sql|md|toml|yml|xml|html|css)$|\/\.ci\/run$|^\.ci\/run$/;

export class House {
  readonly files: ReadonlyMap<string, string>;
  readonly #sources = new Map<string, Source>();

  constructor(files: ReadonlyMap<string, string>) {
    this.files = files;
  }

  /** Code that people wrote. */
  get sources(): readonly Source[] {
    const paths = [...this.files.keys()].filter((path) => /\.(tsx?|mjs)$/.test(path) && !generated.test(path));
    return paths.map((path) => this.source(path));
  }

  /** Any TypeScript or JavaScript file, generated ones too. */
  source(path: string): Source {
    const known = this.#sources.get(path);
    if (known) return known;
    const made = readSource(path, this.files.get(path) ?? '');
    this.#sources.set(path, made);
    return made;
  }

  /** Code of any kind, generated or not. */
  get codePaths(): readonly string[] {
    return [...this.files.keys()].filter((path) => /\.(tsx?|mjs)$/.test(path));
  }

  /** Systems and channels: one folder each. The mould for new ones and protocols of nobody's are no vendors. */
  get vendors(): readonly string[] {
    const found = [...this.files.keys()].flatMap(
      (path) => /^edge-worker\/(?:connectors|channels)\/([a-z0-9-]+)\//.exec(path)?.[1] ?? [],
    );
    return [...new Set(found)].filter((name) => !['kits', 'example', 'canonical', 'webhook'].includes(name)).sort();
  }
}

export function isTest(path: string): boolean {
  return path.startsWith('test/') || path.endsWith('.test.ts');
}

/** Settings and scripts of the house itself, at its root or at that of a package. */
export function isScript(path: string): boolean {
  return /^((erp-suiteapp|crm-package)\/)?[^/]+$|^edge-worker\/console\/build\.ts$/.test(path);
}

const isPicture = (path: string) => path.endsWith('.webp');

/** Reads the working copy, without what tools leave behind. */
export function readHouse(root: string): House {
  const files = new Map<string, string>();
  const add = (path: string) => {
    if (readable.test(path) && path !== 'package-lock.json') files.set(path, readFileSync(join(root, path), 'utf8'));
    // Of a picture it is enough to know how many bytes it has.
    if (isPicture(path)) files.set(path, String(statSync(join(root, path)).size));
  };
  const enter = (folder: string) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory() && !never.has(entry.name)) enter(path);
      else if (entry.isFile()) add(path);
    }
  };
  for (const name of readdirSync(root)) {
    if (ours.includes(name)) enter(name);
    else if (statSync(join(root, name)).isFile()) add(name);
  }
  return new House(files);
}
