// The Worker's static assets for the local hub, by the platform's rules: the file at the address, else 404. Not
// Miniflare's own, which puts a router before the Worker and so costs every webhook a hop.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { Response } from 'miniflare';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

export function assetsIn(folder: string): (request: { readonly url: string }) => Promise<Response> {
  return async ({ url }) => {
    const path = normalize(decodeURIComponent(new URL(url).pathname));
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    if (!existsSync(file) || !statSync(file).isFile()) return new Response(null, { status: 404 });
    const type = types[extname(file)] ?? 'application/octet-stream';
    return new Response(readFileSync(file), { headers: { 'content-type': type } });
  };
}
