// Shape: a purpose first, and a limit on everything: files, functions, lines. No code put aside in comments.
import type { Breach, House } from './house.ts';
import { isCode, isNode, type Node, nameOf, type Source } from './source.ts';

const fileLinesMax = 300;
const functionLinesMax = 70;
const lineLengthMax = 120;
const purposeLengthMin = 25;

export function purposes(house: House): Breach[] {
  return [...house.files].flatMap(([path, text]) => {
    const opens = openingOf(path);
    if (!opens) return [];
    const line = text.startsWith('#!') ? 2 : 1;
    const found = opens.exec(text.split('\n')[line - 1] ?? '')?.[1] ?? '';
    return found.length >= purposeLengthMin
      ? []
      : [{ path, line, problem: 'does not open with a line that says what it is for' }];
  });
}

function openingOf(path: string): RegExp | null {
  if (/(^|\/)_[\w-]+\.ts$/.test(path)) return null;
  if (/\.(tsx?|mjs|jsonc)$/.test(path)) return /^\/\/ (.*)/;
  if (/\.(toml|yml)$|(^|\/)\.ci\/run$/.test(path)) return /^# (.*)/;
  return null;
}

export function sizes(house: House): Breach[] {
  return house.sources.flatMap((source) => [...longFile(source), ...longLines(source), ...longFunctions(source)]);
}

function longFile({ path, lines }: Source): Breach[] {
  const count = lines.length - (lines.at(-1) === '' ? 1 : 0);
  if (count <= fileLinesMax) return [];
  return [{ path, line: fileLinesMax + 1, problem: `has ${count} lines, at most ${fileLinesMax}: two jobs are mixed` }];
}

function longLines({ path, lines }: Source): Breach[] {
  return lines.flatMap((line, index) =>
    line.length > lineLengthMax
      ? [{ path, line: index + 1, problem: `a line of ${line.length} characters, at most ${lineLengthMax}` }]
      : [],
  );
}

function longFunctions(source: Source): Breach[] {
  const found: Breach[] = [];
  source.visit((node, parents) => {
    if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) return;
    const parent = parents.at(-1);
    if (parent && isStory(parent)) return;
    const line = source.lineAt(node.start);
    const count = source.lineAt(node.end) - line + 1;
    const name = nameOf(node['id']) ?? nameOf(parent?.['id']) ?? nameOf(parent?.['key']) ?? 'a function';
    if (count > functionLinesMax) {
      found.push({ path: source.path, line, problem: `${name} has ${count} lines, at most ${functionLinesMax}` });
    }
  });
  return found;
}

/** `describe` groups tests; its function is a chapter, not a piece of work. */
function isStory(call: Node): boolean {
  let callee: unknown = call.type === 'CallExpression' ? call['callee'] : null;
  while (isNode(callee) && nameOf(callee) === null) callee = callee['callee'] ?? callee['object'];
  return nameOf(callee) === 'describe';
}

export function codePutAside(house: House): Breach[] {
  return house.sources.flatMap(({ path, comments }) =>
    comments.flatMap(({ text, line }) =>
      isCode(text) ? [{ path, line, problem: 'code put aside in a comment: remove it, git remembers' }] : [],
    ),
  );
}
