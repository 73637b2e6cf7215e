// The console's page as a host frames it: the built page, what it has to know of its host, and a policy for it alone.
import type { Words } from '../../shared/words.ts';
import type { Look } from '../connectors/embed.ts';
import type { Env } from '../platform/env.ts';

export interface Given {
  /** token: proved already · record: the host page is asked for a proof · refused: nobody was proven. */
  readonly mode: 'token' | 'record' | 'refused';
  readonly system: string;
  readonly session: { readonly installation: string; readonly token: string; readonly expiresAt: string } | null;
  readonly installation: string | null;
  /** Why nobody was proven. */
  readonly words: Words | null;
  /** The page it begins with; the first where nothing is asked for. */
  readonly open: string | null;
  /** Host pages that may frame it and be spoken to. */
  readonly origins: readonly string[];
}

interface Framing {
  readonly look: Look;
  /** Names what of the page's own styles may count. */
  readonly nonce: string;
  readonly status: 200 | 403;
}

export async function consolePage(env: Env, known: Given, { look, nonce, status }: Framing): Promise<Response> {
  const built = await env.ASSETS.fetch(new Request(new URL('/console/index.html', env.PUBLIC_URL)));
  if (!built.ok) throw new Error(`the console is not among the assets: ${built.status}`);
  // A closing tag inside a text would end the script.
  const state = JSON.stringify(known).replaceAll('<', '\\u003c');
  const given = `<script type="application/json" id="given">${state}</script>`;
  // The libraries that draw controls put a style or two into the page, under this name.
  const styles = `<meta property="csp-nonce" nonce="${nonce}">`;
  const tokens = Object.entries(look).map(([name, value]) => `--${name}: ${value};`);
  const own = `<style nonce="${nonce}">:root { ${tokens.join(' ')} }</style>`;
  const { origins } = known;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${origins.length > 0 ? origins.join(' ') : "'none'"}`,
  ];
  return new Response(
    (await built.text()).replace('</head>', () => `${given}${styles}${own}</head>`),
    {
      status,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy.join('; '),
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      },
    },
  );
}
