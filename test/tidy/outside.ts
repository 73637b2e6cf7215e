// Only platform/ and context.ts touch the clock, chance, env and the network; all else is handed them, to be replayed.
import { type Breach, type House, isScript, isTest } from './house.ts';
import { isMember, isNode, type Node, nameOf, type Source } from './source.ts';

const mayTouch =
  /^edge-worker\/(platform\/|context\.ts$|console\/(session|clock)\.ts$)|^erp-suiteapp\/scripts\/clock\.ts$/;

const members: readonly (readonly [owner: string, property: string, what: string])[] = [
  ['Date', 'now', 'the clock'],
  ['performance', 'now', 'the clock'],
  ['Math', 'random', 'chance'],
  ['crypto', 'randomUUID', 'chance'],
  ['crypto', 'getRandomValues', 'chance'],
  ['process', 'env', 'env'],
  ['globalThis', 'fetch', 'the network'],
];
const calls: Readonly<Record<string, string>> = {
  setTimeout: 'the clock',
  setInterval: 'the clock',
  fetch: 'the network',
};
const modules = /^(node:)?(http|https|net|tls|dgram|dns|timers)(\/|$)/;

export function outsideWorld(house: House): Breach[] {
  return house.sources.flatMap((source) => {
    if (mayTouch.test(source.path) || isTest(source.path) || isScript(source.path)) return [];
    return breachesOf(source).map(({ line, what }) => ({
      path: source.path,
      line,
      problem: `touches ${what}: it is handed in by context.ts or platform/`,
    }));
  });
}

function breachesOf(source: Source): { line: number; what: string }[] {
  const found: { line: number; what: string }[] = [];
  const bound = bindingsOf(source);
  const add = (node: Node, what: string) => found.push({ line: source.lineAt(node.start), what });
  source.visit((node) => {
    for (const [owner, property, what] of members) if (isMember(node, owner, property)) add(node, what);
    if (isMember(node, 'import', 'env')) add(node, 'env');
    if (node.type === 'NewExpression' && nameOf(node['callee']) === 'Date' && isEmpty(node['arguments']))
      add(node, 'the clock');
    const callee = node.type === 'CallExpression' ? nameOf(node['callee']) : null;
    if (callee !== null && !bound.has(callee) && Object.hasOwn(calls, callee)) add(node, calls[callee] ?? '');
  });
  for (const { from, line } of source.imports) if (modules.test(from)) found.push({ line, what: 'the network' });
  return found;
}

/** Names that the file itself binds: a `fetch` that was handed in is not the global one. */
function bindingsOf(source: Source): ReadonlySet<string> {
  const names = new Set<string>();
  const bind = (pattern: unknown): void => {
    const name = nameOf(pattern);
    if (name !== null) names.add(name);
    if (!isNode(pattern)) return;
    if (pattern.type === 'ObjectPattern')
      for (const one of listOf(pattern['properties'])) bind(isNode(one) ? (one['value'] ?? one['argument']) : null);
    if (pattern.type === 'ArrayPattern') for (const one of listOf(pattern['elements'])) bind(one);
    if (pattern.type === 'AssignmentPattern') bind(pattern['left']);
    if (pattern.type === 'RestElement') bind(pattern['argument']);
  };
  source.visit((node) => {
    if (node.type === 'VariableDeclarator') bind(node['id']);
    if (/Function/.test(node.type)) for (const parameter of listOf(node['params'])) bind(parameter);
    if (node.type === 'FunctionDeclaration') bind(node['id']);
  });
  return names;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isEmpty(value: unknown): boolean {
  return listOf(value).length === 0;
}

/** Where statements for D1 are made; the platform hands them over. */
const mayAskD1 = /^edge-worker\/(store\/|platform\/record-database\.ts$)/;
const statements: ReadonlySet<string> = new Set(['batch', 'exec', 'prepare', 'read']);

/** Everybody else asks a record that is narrowed to one installation, and hands what is written to the lane. */
export function oneInstallation(house: House): Breach[] {
  return house.sources.flatMap((source) => {
    if (!source.path.startsWith('edge-worker/') || mayAskD1.test(source.path)) return [];
    if (isTest(source.path) || isScript(source.path) || /\/stand-in(\/|\.ts$)/.test(source.path)) return [];
    const found: Breach[] = [];
    source.visit((node) => {
      if (node.type !== 'MemberExpression') return;
      const property = nameOf(node['property']) ?? '';
      const asked = isNode(node['object']) ? node['object'] : null;
      const owner = nameOf(asked) ?? nameOf(asked?.['property']);
      if (property !== 'RECORD' && !(owner === 'database' && statements.has(property))) return;
      const problem = 'asks D1 itself: the record is narrowed to its installation in store/';
      found.push({ path: source.path, line: source.lineAt(node.start), problem });
    });
    return found;
  });
}
