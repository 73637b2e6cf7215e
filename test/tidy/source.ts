// One source file as the house rules see it: syntax tree, lines, comments, imports and the names it declares.
import { parseAst } from 'vitest/node';

/** A node of the syntax tree (ESTree with TypeScript). Read loosely, because the rules look at a few kinds only. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface Comment {
  readonly line: number;
  readonly text: string;
}

export interface Import {
  readonly line: number;
  readonly from: string;
}

export interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
  readonly lineAt: (offset: number) => number;
  /** Every node with its parents, nearest last. */
  readonly visit: (look: (node: Node, parents: readonly Node[]) => void) => void;
}

export function readSource(path: string, text: string): Source {
  const program = parseAst(text, { lang: path.endsWith('.tsx') ? 'tsx' : 'ts' }) as unknown as Node;
  const lineAt = lineFinder(text);
  const visit: Source['visit'] = (look) => walk(program, [], look);
  const imports: Import[] = [];
  const literals: Node[] = [];
  visit((node) => {
    if (node.type === 'Literal' || node.type === 'TemplateElement') literals.push(node);
    const from = importedFrom(node);
    if (from !== null) imports.push({ line: lineAt(node.start), from });
  });
  const comments = commentsOf(masked(text, literals), text, lineAt);
  return { path, text, lines: text.split('\n'), comments, imports, lineAt, visit };
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** The name of an identifier, private or not; null for anything else. */
export function nameOf(node: unknown): string | null {
  if (!isNode(node) || !['Identifier', 'PrivateIdentifier'].includes(node.type)) return null;
  return typeof node['name'] === 'string' ? node['name'] : null;
}

/** Whether a node reads `<owner>.<property>`. */
export function isMember(node: unknown, owner: string, property: string): boolean {
  return (
    isNode(node) &&
    node.type === 'MemberExpression' &&
    nameOf(node['object']) === owner &&
    nameOf(node['property']) === property
  );
}

/** Whether a comment's text would run: somebody put code aside in it. */
export function isCode(text: string): boolean {
  if (!/[;{}=()]\s*$/.test(text.trim()) || !/[=({]/.test(text)) return false;
  try {
    return parseAst(text, { lang: 'ts' }).body.length > 0;
  } catch {
    return false;
  }
}

function walk(node: Node, parents: readonly Node[], look: (node: Node, parents: readonly Node[]) => void): void {
  look(node, parents);
  const inside = [...parents, node];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, inside, look);
  }
}

function importedFrom(node: Node): string | null {
  const kinds = [
    'ImportDeclaration',
    'ExportNamedDeclaration',
    'ExportAllDeclaration',
    'ImportExpression',
    'TSImportType',
  ];
  if (!kinds.includes(node.type)) return null;
  const from = node['source'] ?? node['argument'];
  return isNode(from) && typeof from['value'] === 'string' ? from['value'] : null;
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}

/** The text with strings, templates and regular expressions blanked, so that slashes in them are no comments. */
function masked(text: string, literals: readonly Node[]): string {
  const characters = [...text.split('')];
  for (const { start, end } of literals) {
    for (let at = start; at < end; at++) if (characters[at] !== '\n') characters[at] = ' ';
  }
  return characters.join('');
}

function commentsOf(code: string, text: string, lineAt: (offset: number) => number): Comment[] {
  return [...code.matchAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g)].flatMap(({ index, 0: found }) => {
    const first = lineAt(index);
    const lines = text.slice(index, index + found.length).split('\n');
    return lines.map((line, down) => ({
      line: first + down,
      text: line.replace(/^\s*(\/\/|\/\*\*?|\*\/?)\s?|\s*\*\/\s*$/g, ''),
    }));
  });
}
