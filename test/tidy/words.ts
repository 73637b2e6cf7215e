// Words: no vendor's name outside its folder, no name that says nothing, nothing that hides a problem.
import { type Breach, type House, isScript, isTest } from './house.ts';
import { isNode, type Node, nameOf, type Source } from './source.ts';

/** What to write instead. */
const empty: Readonly<Record<string, string>> = {
  data: 'say which: record, values, rows, body',
  info: 'say what it tells',
  item: 'say which: line, row, entry',
  object: 'say which: record, entity, row',
  manager: 'name the verb',
  helper: 'name the verb',
  util: 'name the verb',
  service: 'name the verb or the system',
  handler: 'name the verb',
  processor: 'name the verb',
};

/** The platform's own word for what a lane is; the class names are bound in wrangler.toml and never change. */
const durable = /^edge-worker\/platform\/(objects|overflow)\.ts$/;
/** Vendors keep objects and items and sell services: in their folders and packages these are the terms of the trade. */
const trade = new Set(['item', 'object', 'service']);

const banned: readonly { readonly pattern: RegExp; readonly problem: string }[] = [
  { pattern: /\b(TODO|FIXME|XXX|HACK)\b/, problem: 'unfinished: finish it, or open an issue' },
  { pattern: /@ts-(ignore|expect-error|nocheck)|biome-ignore-all/, problem: 'silences a check: mend the cause' },
];
const bannedCalls: readonly { readonly pattern: RegExp; readonly problem: string }[] = [
  { pattern: /^(it|test|describe|suite)\.only$/, problem: 'leaves all other tests out' },
  { pattern: /^vi\.mock$/, problem: 'mocks our own code: hand the part in instead' },
  { pattern: /\.toMatch(Inline|File)?Snapshot$/, problem: 'a snapshot says nothing about what was meant' },
];

/** Papers, what is generated, kits of a protocol family, and tests, which tell stories between systems. */
const mayName = /\.md$|(^|\/)_[\w-]+\.ts$|\.test\.ts$|^edge-worker\/connectors\/kits\//;

/** Names that a host calls our code by. */
const calledByHosts = new Set(['getInputData']);

export function vendorNames(house: House): Breach[] {
  const { vendors } = house;
  return [...house.files].flatMap(([path, text]) => {
    if (!/^(edge-worker|shared)\//.test(path) || mayName.test(path)) return [];
    const own = /^edge-worker\/(?:connectors|channels)\/([a-z0-9-]+)\//.exec(path)?.[1];
    const foreign = vendors.filter((vendor) => vendor !== own);
    const inPath = foreign
      .filter((vendor) => path.toLowerCase().includes(vendor))
      .map((vendor) => ({ vendor, line: 1 }));
    const inText = text.split('\n').flatMap((line, index) => {
      const lower = line.toLowerCase();
      return foreign.filter((vendor) => lower.includes(vendor)).map((vendor) => ({ vendor, line: index + 1 }));
    });
    return [...inPath, ...inText].map(({ vendor, line }) => ({
      path,
      line,
      problem: `names ${vendor}: ask what the system declares, not which it is`,
    }));
  });
}

export function emptyNames(house: House): Breach[] {
  return house.sources.flatMap((source) => [...fileNames(source), ...declaredNames(source)]);
}

function fileNames({ path }: Source): Breach[] {
  const name = path.split('/').at(-1) ?? '';
  const problems: string[] = [];
  if (!/^[a-z0-9]+([-.][a-z0-9]+)*\.(tsx?|mjs)$/.test(name)) problems.push('files are called in kebab-case');
  const said = emptyWordIn(name.replace(/\.(tsx?|mjs)$/, ''), path);
  if (said) problems.push(`is called "${said}": ${empty[said]}`);
  return problems.map((problem) => ({ path, line: 1, problem }));
}

function declaredNames(source: Source): Breach[] {
  const found: Breach[] = [];
  source.visit((node, parents) => {
    const name = declared(node, parents.at(-1));
    const said = name === null || calledByHosts.has(name) ? null : emptyWordIn(name, source.path);
    if (said)
      found.push({
        path: source.path,
        line: source.lineAt(node.start),
        problem: `"${name}" says nothing: ${empty[said]}`,
      });
  });
  return found;
}

/** The name a node declares; keys of records are left out, because vendors choose those of theirs. */
function declared(node: Node, parent: Node | undefined): string | null {
  const isBinding =
    /^(VariableDeclarator|FunctionDeclaration|ClassDeclaration|TSInterfaceDeclaration|TSTypeAliasDeclaration)$/;
  if (isBinding.test(node.type)) return nameOf(node['id']);
  if (node.type === 'MethodDefinition' || node.type === 'PropertyDefinition') return nameOf(node['key']);
  const parameters = parent && /Function/.test(parent.type) ? parent['params'] : null;
  if (Array.isArray(parameters) && parameters.includes(node)) return nameOf(isNode(node['left']) ? node['left'] : node);
  return null;
}

function emptyWordIn(name: string, path: string): string | null {
  const words = name.split(/[-._]|(?<=[a-z0-9])(?=[A-Z])/).map((word) => word.toLowerCase().replace(/s$/, ''));
  const isTrade = (word: string) =>
    trade.has(word) && /^(edge-worker\/connectors|erp-suiteapp|crm-package|test\/hosts)\/./.test(path);
  const isDurable = (word: string) => word === 'object' && durable.test(path);
  return words.find((word) => Object.hasOwn(empty, word) && !isTrade(word) && !isDurable(word)) ?? null;
}

export function bannedPatterns(house: House): Breach[] {
  const inComments = house.sources.flatMap(({ path, comments }) =>
    comments.flatMap(({ text, line }) =>
      banned.filter(({ pattern }) => pattern.test(text)).map(({ problem }) => ({ path, line, problem })),
    ),
  );
  const inCode = house.sources.flatMap((source) => {
    const found: Breach[] = [];
    source.visit((node) => {
      if (node.type !== 'MemberExpression') return;
      const text = source.text.slice(node.start, node.end);
      const line = source.lineAt(node.end);
      for (const { pattern, problem } of bannedCalls)
        if (pattern.test(text)) found.push({ path: source.path, line, problem });
      if (/^console\.\w+$/.test(text) && !mayPrint(source.path))
        found.push({ path: source.path, line, problem: 'prints: use platform/log.ts' });
    });
    return found;
  });
  return [...inComments, ...inCode, ...machinePaths(house)];
}

function mayPrint(path: string): boolean {
  return isTest(path) || isScript(path) || path.startsWith('docs/') || path === 'edge-worker/platform/log.ts';
}

/** A path of somebody's machine means nothing on another. */
function machinePaths(house: House): Breach[] {
  const pattern = /(?<![\w.:/~}])\/(home|root|work|Users)\/\w/;
  return [...house.files].flatMap(([path, text]) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [{ path, line: index + 1, problem: 'names a path of one machine' }] : [],
      ),
  );
}
