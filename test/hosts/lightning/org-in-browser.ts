// A Salesforce org served over HTTP with its pages, and people who are signed in there before a browser.
import type { Browser } from 'playwright-core';
import { salesforceOrg } from '../../../edge-worker/connectors/salesforce/stand-in.ts';
import { controlled, type StandIn } from '../../../edge-worker/connectors/stand-in.ts';
import { contextOf, openPage, type Visit, Visitor } from '../../support/browser.ts';
import { type Served, serve } from '../../support/serve.ts';
import { lightningPages } from './pages.ts';

export interface ServedOrg extends Served {
  readonly org: StandIn;
}

const packaged = { namespace: 'tieout__', environment: 'production' } as const;
const nobody = async () => new Response(null, { status: 503 });

/** An org of its own on a free port. Its clock is the machine's, because its pages show times relative to it. */
export async function serveOrg(
  variant: Parameters<typeof salesforceOrg>[0] = packaged,
  send: (request: Request) => Promise<Response> = nobody,
): Promise<ServedOrg> {
  let answer: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
  const served = await serve((request) => answer(request));
  const org = salesforceOrg(variant)({
    baseUrl: served.url,
    nowMs: Date.now,
    chance: Math.random,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
    send,
  });
  answer = controlled(org, lightningPages(org));
  return { ...served, org };
}

export class OrgVisitor extends Visitor {
  /** The cookie of whoever comes next takes the place of the last one's. */
  static async open(
    browser: Browser,
    { url, org }: Pick<ServedOrg, 'url' | 'org'>,
    user: string,
    visit: Visit = {},
  ): Promise<OrgVisitor> {
    const page = await openPage(browser, visit);
    const sid = String(org.act('signIn', { user }));
    await (await contextOf(browser)).addCookies([{ name: 'sid', value: sid, url }]);
    return new OrgVisitor(page, url);
  }

  record(type: string, id: string): Promise<void> {
    return this.goTo(`/lightning/r/${type}/${id}/view`);
  }
}
