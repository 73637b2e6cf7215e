// The page in a host's frame until there is a console: who you are, how each connection is, what is missing.
import { html, raw } from 'hono/html';
import { setupWords } from '../../shared/setup-words.ts';
import { type Words, wordsFor } from '../../shared/words.ts';
import type { ConnectionHealth, Health, Missing } from '../flow/health.ts';
import type { Caller } from './caller.ts';
import { pageScript } from './embed-script.ts';
import { titleOf } from './shapes.ts';

type Markup = ReturnType<typeof html>;

export interface PageState {
  readonly system: string;
  /** Known already where a token proved the user; else the script asks the host page for a proof. */
  readonly session: { readonly installation: string; readonly token: string; readonly expiresAt: string } | null;
  readonly installation?: string;
  /** What can be shown at once; null while the user is being proven. */
  readonly content: string | null;
  readonly origins: readonly string[];
  readonly nonce: string;
}

export async function shellPage({
  system,
  session,
  installation,
  content,
  origins,
  nonce,
}: PageState): Promise<string> {
  const mode = session ? 'token' : installation === undefined ? 'refused' : 'record';
  const given = { mode, system, session, installation: installation ?? null, origins };
  // A closing tag inside a text would end the script.
  const state = JSON.stringify(given).replaceAll('<', '\\u003c');
  const waiting = html`<p role="status">Proving who you are…</p>`;
  return String(
    await html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tieout</title>
<meta name="viewport" content="width=device-width"><style nonce="${nonce}">${raw(style)}</style></head>
<body><main id="content">${content === null ? waiting : raw(content)}</main>
<p id="notice" role="alert" hidden></p><noscript><p>This page needs scripts to stay signed in.</p></noscript>
<script nonce="${nonce}" type="application/json" id="given">${raw(state)}</script>
<script nonce="${nonce}">${raw(pageScript)}</script></body></html>`,
  );
}

const roleTitles: Readonly<Record<string, string>> = {
  viewer: 'Viewer',
  sales: 'Sales',
  finance: 'Finance',
  delivery: 'Delivery',
  admin: 'Integration admin',
  approver: 'Approver',
};
const seatTitles: Readonly<Record<string, string>> = { crm: 'CRM', psa: 'PSA', erp: 'ERP', billing: 'Billing' };
const ownerTitles: Readonly<Record<string, string>> = {
  ...roleTitles,
  integration: 'Integration admin',
  operator: 'Tieout support',
};
const states = {
  active: { title: 'Working', tone: 'good' },
  resting: { title: 'Trying again', tone: 'wait' },
  paused: { title: 'Stopped', tone: 'bad' },
} as const;

interface Welcome {
  readonly caller: Caller;
  readonly health: Health;
  readonly name: string;
}

export async function welcomeMarkup({ caller, health, name }: Welcome): Promise<string> {
  const person = caller.by.replace(/ \([^()]*\)$/, '');
  const roles = caller.roles.map((role) => html`<li>${roleTitles[role]}</li>`);
  const { connections, holds, missing } = health;
  const cards = connections.map((one) => connectionMarkup(one, caller.roles.includes('admin')));
  const open = missing.map((one) => missingMarkup(one, ''));
  return String(
    await html`<header><h1>Tieout <span>${name}</span></h1>
<p>You are <strong>${person}</strong>.</p><ul class="roles" aria-label="Your roles">${roles}</ul>
<button type="button" id="refresh">Refresh</button></header>
${open.length > 0 ? html`<section aria-label="Still missing"><h2>Still missing</h2><ul>${open}</ul></section>` : ''}
<section><h2>Connections</h2>${cards.length > 0 ? cards : html`<p>Nothing is connected yet.</p>`}</section>
<section><h2>Waiting for people</h2>${holdsMarkup(holds)}</section>`,
  );
}

function connectionMarkup(one: ConnectionHealth, canCheck: boolean): Markup {
  const { title, tone } = states[one.state];
  const seats = one.roles.map((role) => seatTitles[role] ?? role).join(', ');
  const until = one.restsUntilMs === null ? '' : html`<p>It did not answer; Tieout asks it again by itself.</p>`;
  const steps = one.missing.map((step) => missingMarkup(step, one.system));
  const reading = html`<p role="status">A first load is reading ${one.loading} record types.</p>`;
  const open = one.kinds.filter(({ state }) => state === 'open').map(({ kind }) => kind);
  const check = html`<button type="button" data-check="${one.connection}">Check now</button>
<span role="status"></span>`;
  return html`<article><h3>${titleOf(one.system)} <small>${seats}</small>
<span class="state ${tone}">${title}</span></h3>
<p>${one.account}, ${one.environment}</p>${until}${one.loading > 0 ? reading : ''}
${open.length > 0 ? html`<p>Flowing: ${open.join(', ')}.</p>` : ''}
${steps.length > 0 ? html`<ul>${steps}</ul>` : ''}${canCheck ? html`<p>${check}</p>` : ''}</article>`;
}

function missingMarkup({ code, params }: Missing, system: string): Markup {
  const role = params['role'] === undefined ? {} : { role: seatTitles[params['role']] ?? params['role'] };
  const words = wordsFor(code, { ...params, ...role, system: titleOf(system) }, setupWords);
  return html`<li><strong>${words.title}.</strong> ${words.text} ${words.next}</li>`;
}

function holdsMarkup(holds: Health['holds']): Markup {
  if (holds.length === 0) return html`<p>Nothing waits for anybody.</p>`;
  const rows = holds.map(
    ({ owner, n, overdue }) =>
      html`<tr><th scope="row">${ownerTitles[owner] ?? owner}</th><td>${n}</td><td>${overdue}</td></tr>`,
  );
  return html`<table><thead><tr><th scope="col">Whose turn</th><th scope="col">Open</th>
<th scope="col">Overdue</th></tr></thead><tbody>${rows}</tbody></table>`;
}

export async function refusalMarkup({ title, text, next }: Words): Promise<string> {
  return String(await html`<h1>Tieout</h1><p role="alert"><strong>${title}.</strong> ${text}</p><p>${next}</p>`);
}

const style = `
:root { font: 14px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; color: #1b1b1b; background: #fff; }
body { margin: 0; padding: 1rem; overflow-wrap: anywhere; } main { max-width: 64rem; margin: 0 auto; }
h1 { font-size: 1.25rem; margin: 0; } h1 span { font-weight: 400; color: #555; margin-inline-start: .5rem; }
h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; } h3 { font-size: 1rem; margin: 0; }
small { color: #555; font-weight: 400; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.25rem; border-bottom: 1px solid #d5d5d5;
  padding-bottom: .75rem; } header p { margin: 0; } header button { margin-inline-start: auto; }
ul.roles { display: flex; flex-wrap: wrap; gap: .4rem; list-style: none; margin: 0; padding: 0; }
ul.roles li, .state { border: 1px solid #b5b5b5; border-radius: 1rem; padding: 0 .6rem; font-size: .85rem; }
article { border: 1px solid #d5d5d5; border-radius: .35rem; padding: .75rem 1rem; margin: .5rem 0; }
article p { margin: .25rem 0; } article ul { margin: .25rem 0; padding-inline-start: 1.25rem; }
.state { float: inline-end; font-weight: 600; } .good { color: #14602c; border-color: #14602c; }
.wait { color: #7a4a00; border-color: #7a4a00; } .bad { color: #a3000c; border-color: #a3000c; }
table { border-collapse: collapse; } th, td { text-align: start; padding: .3rem 1.5rem .3rem 0; }
td { font-variant-numeric: tabular-nums; } tbody tr { border-top: 1px solid #e5e5e5; }
button { font: inherit; color: #0b5394; background: #fff; border: 1px solid #8a8a8a; border-radius: .25rem;
  padding: .25rem .9rem; cursor: pointer; } button:hover { border-color: #0b5394; }
:focus-visible { outline: 2px solid #0b5394; outline-offset: 2px; }
#notice { border-inline-start: 4px solid #a3000c; padding: .5rem 1rem; }
`;
