// Papers: every file and folder they name exists, every link leads somewhere, one title each.
import { dirname, posix } from 'node:path';
import type { Breach, House } from './house.ts';

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
