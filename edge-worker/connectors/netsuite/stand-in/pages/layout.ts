// The frame around every page: who is signed in, where things are, and the title.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../permissions.ts';
import type { Form } from '../suitescript/n/form.ts';
import { reachable } from '../suitescript/network.ts';
import type { User } from '../users.ts';
import type { Answer } from '../wire.ts';
import { type Html, html } from './html.ts';

export const clientPath = '/core/client.js';
export const stylePath = '/core/page.css';
export const homePath = '/app/center/card.nl';
export const rolesPath = '/app/login/secure/changerole.nl';

const fileHere = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
  [clientPath]: ['text/javascript', fileHere('client.js')],
  [stylePath]: ['text/css', fileHere('page.css')],
};

export interface Session {
  readonly user: User;
  readonly role: Role;
}

export interface Page {
  readonly title: string;
  /** Above the title: what kind of thing this is. */
  readonly kind?: string;
  readonly body: Html;
  /** For client scripts: the record that is shown, and how. */
  readonly record?: { readonly type: string; readonly id: string; readonly mode: string };
  readonly clientScript?: string | null;
  readonly status?: number;
}

const typed = (type: string) => ({ 'Content-Type': `${type}; charset=UTF-8` });

export function staticFile(path: string): Answer | null {
  const found = files[path];
  return found ? { status: 200, headers: typed(found[0]), body: found[1] } : null;
}

export function pageAnswer({ user, role }: Session, page: Page): Answer {
  const { type = '', id = '', mode = '' } = page.record ?? {};
  const script = page.clientScript ? html`<script src="${page.clientScript}" defer></script>` : null;
  const document = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title} - NetSuite (stand-in)</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="${stylePath}">
<script src="${clientPath}" defer></script>${script}</head>
<body data-record-type="${type}" data-record-id="${id}" data-mode="${mode}">
<header class="bar"><a class="company" href="${homePath}">Northwind Consulting</a><nav aria-label="Main">
<a href="${homePath}">Home</a></nav>
<span class="who">${user.name}, <a href="${rolesPath}">${role.name}</a></span></header>
<main><div id="messages" aria-live="polite"></div>
${page.kind === undefined ? null : html`<p class="type">${page.kind}</p>`}<h1>${page.title}</h1>
${page.body}</main></body></html>`;
  return { status: page.status ?? 200, headers: typed('text/html'), body: withoutCertificates(document.text) };
}

/** Nobody on this machine has a certificate: pages, too, reach it without one. */
function withoutCertificates(text: string): string {
  return text.replace(/https:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?\//g, (url) => reachable(url));
}

export const banner = (kind: string, title: string, text: string) =>
  html`<div class="banner ${kind}" role="alert"><strong>${title}</strong>${text}</div>`;

export const redirect = (to: string): Answer => ({ status: 302, headers: { Location: reachable(to) } });

/** Files of the File Cabinet that pages load. */
export const cabinetPath = '/core/media';
export const scriptOf = ({ clientScriptModulePath: path }: Form) => (path === null ? null : `${cabinetPath}${path}`);
