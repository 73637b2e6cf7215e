// Pages of how an installation is born: what will happen, the key that is shown once, and why not.
import { html, raw } from 'hono/html';

export interface Birth {
  readonly title: string;
  readonly installation: string;
  readonly hookUrl: string | null;
  readonly hookKey: string | null;
}

interface Begin {
  readonly title: string;
  readonly account: string;
  readonly environment: string;
}

export function connectPage({ title, account, environment }: Begin): Promise<string> {
  return whole(
    `Connect ${title}`,
    html`<p>Tieout will ask for your consent in ${title}, account <strong>${account}</strong> (${environment}). That
proves the account. Tieout then keeps a certificate of its own there, which you can take back at any time.</p>
<form method="get"><input type="hidden" name="account" value="${account}">
<input type="hidden" name="environment" value="${environment}"><input type="hidden" name="go" value="1">
<label for="code">Code, if another system of your firm is connected already</label>
<input id="code" name="code" autocomplete="off" spellcheck="false" maxlength="20" aria-describedby="hint">
<p id="hint">An integration admin makes it in the Tieout settings of that system. Leave it empty to begin anew.</p>
<button>Go on to ${title}</button></form>`,
  );
}

export function bornPage({ title, installation, hookUrl, hookKey }: Birth): Promise<string> {
  const rows = [
    ['Installation', installation],
    ['Hook address', hookUrl],
    ['Key', hookKey],
  ] as const;
  const shown = rows.flatMap(([name, value]) => (value ? [html`<dt>${name}</dt><dd><code>${value}</code></dd>`] : []));
  return whole(
    `${title} is connected`,
    html`<p>Enter these on the Tieout settings page in ${title}. <strong>The key is shown here once</strong>; to see
it again, connect again.</p><dl>${shown}</dl>
<p>Then close this window. The settings page waits for the first signature of this key and opens Tieout by itself.</p>`,
  );
}

export function refusedPage(why: string): Promise<string> {
  return whole('Not connected', html`<p role="alert">${why}</p><p>Close this window and choose Connect again.</p>`);
}

async function whole(title: string, content: ReturnType<typeof html>): Promise<string> {
  return String(
    await html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title} · Tieout</title>
<meta name="viewport" content="width=device-width"><style>${raw(style)}</style></head>
<body><main><h1>${title}</h1>${content}</main></body></html>`,
  );
}

const style = `
:root { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; color: #1b1b1b; background: #fff; }
main { max-width: 36rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; } h1 { font-size: 1.35rem; }
label, dt { display: block; font-weight: 600; margin-top: 1rem; } dd { margin: 0; }
code { display: block; font: 14px/1.5 ui-monospace, monospace; background: #f3f3f3; border: 1px solid #c9c9c9;
  border-radius: .25rem; padding: .4rem .6rem; user-select: all; }
input:not([type=hidden]) { font: inherit; width: 100%; box-sizing: border-box; padding: .4rem .6rem;
  border: 1px solid #8a8a8a; border-radius: .25rem; } #hint { margin-top: .25rem; color: #555; }
button { font: inherit; font-weight: 600; color: #fff; background: #0b5394; border: 0; border-radius: .25rem;
  padding: .5rem 1.25rem; cursor: pointer; } :focus-visible { outline: 3px solid #7fb2e5; outline-offset: 2px; }
`;
