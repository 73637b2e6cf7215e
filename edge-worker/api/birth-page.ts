// Pages of how an installation is born: what will happen, the key that is shown once, and why not.
import { html, raw } from 'hono/html';
import { setupWords } from '../../shared/setup-words.ts';
import { wordsFor } from '../../shared/words.ts';
import type { SetupStep } from '../connectors/consent.ts';

type Markup = ReturnType<typeof html>;

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

export function bornPage(
  { title, installation, hookUrl, hookKey }: Birth,
  steps: readonly SetupStep[],
): Promise<string> {
  const rows = [
    ['Installation', installation],
    ['Hook address', hookUrl],
    ['Key', hookKey],
  ] as const;
  const shown = rows.flatMap(([name, value]) => (value ? [html`<dt>${name}</dt><dd><code>${value}</code></dd>`] : []));
  return whole(
    `${title} is connected`,
    html`${checklist(steps, title)}<p>Enter these on the Tieout settings page in ${title}.
<strong>The key is shown here once</strong>; to see it again, connect again.</p><dl>${shown}</dl>
<p>Then close this window. The settings page waits for the first signature of this key and opens Tieout by itself.</p>`,
  );
}

/** A certificate to be stored by hand, and where its id goes. */
interface ByHandForm {
  readonly action: string;
  /** Empty once it was shown. */
  readonly certificate: string;
  readonly sealed: string;
}

export function unfinishedPage(title: string, steps: readonly SetupStep[], form: ByHandForm | null): Promise<string> {
  const again = html`<p>Then close this window and choose Connect again. What worked before goes on working.</p>`;
  return whole(`${title}: not yet`, html`${checklist(steps, title)}${form ? byHand(form, title) : again}`);
}

function checklist(steps: readonly SetupStep[], system: string): Markup {
  const lines = steps.map(({ code, isDone, params }) => {
    const { title, text, next } = wordsFor(code, { ...params, system }, setupWords);
    const mark = html`<span class="${isDone ? 'done' : 'open'}">${isDone ? 'Done' : 'To do'}</span>`;
    return html`<li>${mark} <strong>${title}.</strong> ${text} ${isDone ? '' : next}</li>`;
  });
  return html`<ol class="steps" aria-label="Checklist">${lines}</ol>`;
}

function byHand({ action, certificate, sealed }: ByHandForm, title: string): Markup {
  const shown = html`<label for="certificate">Certificate, to be stored there</label>
<textarea id="certificate" rows="12" readonly>${certificate}</textarea>`;
  return html`<form method="post" action="${action}">${certificate === '' ? '' : shown}
<input type="hidden" name="sealed" value="${sealed}"><label for="id">Certificate id that ${title} shows</label>
<input id="id" name="id" required autocomplete="off"><button>Check it</button></form>`;
}

export function refusedPage(why: string): Promise<string> {
  return whole('Not connected', html`<p role="alert">${why}</p><p>Close this window and choose Connect again.</p>`);
}

async function whole(title: string, content: Markup): Promise<string> {
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
textarea { font: 13px/1.4 ui-monospace, monospace; width: 100%; box-sizing: border-box; padding: .4rem .6rem; }
.steps { padding-inline-start: 1.5rem; } .steps li { margin: .4rem 0; } form button { margin-top: 1rem; }
.done, .open { font-size: .85rem; font-weight: 600; border: 1px solid; border-radius: 1rem; padding: 0 .6rem; }
.done { color: #14602c; } .open { color: #7a4a00; }
button { font: inherit; font-weight: 600; color: #fff; background: #0b5394; border: 0; border-radius: .25rem;
  padding: .5rem 1.25rem; cursor: pointer; } :focus-visible { outline: 3px solid #7fb2e5; outline-offset: 2px; }
`;
