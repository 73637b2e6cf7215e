// Papers: every file and folder they name exists, every link leads somewhere, and each event of the log has its row.
import { dirname, posix } from 'node:path';
import { type Breach, type House, isTest } from './house.ts';
import { isNode, nameOf } from './source.ts';

export function papers(house: House): Breach[] {
  const folders = new Set([...house.files.keys()].flatMap(foldersOf));
  const isThere = (path: string) => house.files.has(path) || folders.has(path.replace(/\/$/, ''));
  return [...house.files].flatMap(([path, text]) => {
    if (!path.endsWith('.md')) return [];
    const lines = withoutBlocks(text);
    const titles = lines.flatMap((line, index) => (/^# /.test(line) ? [index + 1] : []));
    const many = titles.slice(1).map((line) => ({ path, line, problem: 'has a second title' }));
    const none = titles.length === 0 ? [{ path, line: 1, problem: 'has no title' }] : [];
    const lost = lines.flatMap((line, index) =>
      namedIn(path, line)
        .filter((named) => !isThere(named))
        .map((named) => ({ path, line: index + 1, problem: `names ${named}, which is not there` })),
    );
    return [...none, ...many, ...lost];
  });
}

/** Lines as they are, those of code blocks emptied. */
function withoutBlocks(text: string): string[] {
  let inside = false;
  return text.split('\n').map((line) => {
    const isFence = line.trimStart().startsWith('```');
    if (isFence) inside = !inside;
    return isFence || inside ? '' : line;
  });
}

/** Relative links, and paths of the house in backticks. Placeholders such as `<system>` name no one file. */
function namedIn(path: string, line: string): string[] {
  const links = [...line.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((found) => found[1] ?? '');
  const relative = links.filter((link) => !/^[a-z]+:/.test(link)).map((link) => posix.join(dirname(path), link));
  const ticked = [...line.matchAll(/`((?:shared|edge-worker|erp-suiteapp|crm-package|test|docs)\/[\w./-]*)`/g)];
  return [...relative, ...ticked.map((found) => found[1] ?? '')].filter((named) => !/node_modules/.test(named));
}

function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** The operator's page says of every event of the log what it means and what to do. */
export function alerts(house: House): Breach[] {
  const page = house.files.get('docs/operate.md') ?? '';
  return house.sources.flatMap((source) => {
    if (!source.path.startsWith('edge-worker/') || isTest(source.path)) return [];
    const found: Breach[] = [];
    source.visit((node) => {
      const callee = node.type === 'CallExpression' ? node['callee'] : null;
      const called = nameOf(callee) ?? (isNode(callee) ? nameOf(callee['property']) : null);
      const [event] = Array.isArray(node['arguments']) ? node['arguments'] : [];
      if (called !== 'log' || !isNode(event) || typeof event['value'] !== 'string') return;
      if (page.includes(`\`${event['value']}\``)) return;
      const problem = `logs ${event['value']}, of which docs/operate.md says nothing`;
      found.push({ path: source.path, line: source.lineAt(node.start), problem });
    });
    return found;
  });
}

const pictureBytesMax = 120_000;

/** Each picture is shown by a page, made by a test (`npm run pictures`), and small. */
export function pictures(house: House): Breach[] {
  const pages = [...house.files].filter(([path]) => /^docs\/.*\.md$/.test(path)).map(([, text]) => text);
  const tests = [...house.files].filter(([path]) => path.endsWith('.test.ts')).map(([, text]) => text);
  return [...house.files].flatMap(([path, bytes]) => {
    const name = /^docs\/pictures\/(.*)\.webp$/.exec(path)?.[1];
    if (name === undefined) return [];
    const problems = [
      ...(pages.some((text) => text.includes(`](pictures/${name}.webp)`)) ? [] : ['is shown by no page']),
      ...(tests.some((text) => text.includes(`.picture('${name}')`)) ? [] : ['is made by no test']),
      ...(Number(bytes) > pictureBytesMax ? [`has ${bytes} bytes, at most ${pictureBytesMax}`] : []),
    ];
    return problems.map((problem) => ({ path, line: 1, problem }));
  });
}
