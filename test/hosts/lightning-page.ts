// A Lightning-like page in a real browser: our compiled components, the vendor's style sheet, and an org behind them.
import { existsSync, readFileSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { PackageSource } from './crm-package-source.ts';
import { FlowOrg } from './flow-org.ts';
import type { FlowRecord } from './flow-runner.ts';
import { OrgDesk } from './org-desk.ts';

const executable = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
export const hasBrowser = executable !== undefined;
const address = 'https://acme.lightning.force.example/';
const styles = readFileSync('node_modules/@salesforce-ux/design-system-2/dist/css/bundled/slds2.cosmos.css', 'utf8');
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

export const dealId = '0065g00000BBBBBAA4';
export const userId = '0055g00000SELLERAA';

export async function openBrowser(): Promise<Browser> {
  if (executable === undefined) throw new Error('Chromium is not installed');
  return await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
}

export interface PageOptions {
  readonly permissionSet: string | null;
  readonly widthPx?: number;
  readonly hasEvents?: boolean;
  /** What the hub's address answers to the frame. */
  readonly framed?: string;
}

export class LightningPage {
  readonly org: FlowOrg;
  readonly desk: OrgDesk;
  readonly page: Page;
  readonly problems: string[] = [];
  /** Set to let every query fail with these words. */
  outage: string | null = null;

  private constructor(page: Page, org: FlowOrg, desk: OrgDesk) {
    this.page = page;
    this.org = org;
    this.desk = desk;
  }

  static async open(
    browser: Browser,
    source: PackageSource,
    script: string,
    options: PageOptions,
  ): Promise<LightningPage> {
    const page = await browser.newPage({ viewport: { width: options.widthPx ?? 800, height: 900 } });
    const org = new FlowOrg(source);
    const opened = new LightningPage(page, org, new OrgDesk(source, org, userId, options.permissionSet));
    page.on('pageerror', (error) => opened.problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') opened.problems.push(message.text());
    });
    const { permissions } = opened.desk.user;
    const known = JSON.stringify({ permissions, userId, hasEvents: options.hasEvents ?? false });
    const html =
      '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Deal</title>' +
      '<link rel="stylesheet" href="/slds.css"></head><body class="slds-scope"><main><h1>Deal</h1>' +
      `<div id="page"></div></main><script>window.org = { ...${known}, listeners: new Set() };</script>` +
      '<script src="/app.js"></script></body></html>';
    const answers: Readonly<Record<string, readonly [type: string, body: string]>> = {
      '/': ['text/html', html],
      '/app.js': ['text/javascript', script],
      '/slds.css': ['text/css', styles],
    };
    await page.route('**/*', async (route) => {
      const url = new URL(route.request().url());
      if (url.host === 'hub.tieout.example' && options.framed) {
        await route.fulfill({ contentType: 'text/html', body: options.framed });
        return;
      }
      const [contentType, body] = (url.href.startsWith(address) && answers[url.pathname]) || ['text/plain', ''];
      await route.fulfill({ contentType: `${contentType}; charset=utf-8`, body });
    });
    await opened.#offer();
    await page.goto(address);
    return opened;
  }

  async #offer(): Promise<void> {
    await this.page.exposeFunction('orgQuery', (text: string, variables: Record<string, string>) =>
      this.outage === null ? this.desk.query(text, variables) : { errors: [{ message: this.outage }] },
    );
    await this.page.exposeFunction('orgCreate', (type: string, fields: FlowRecord) => {
      try {
        return { row: this.desk.create(type, fields) };
      } catch (fault) {
        return { message: fault instanceof Error ? fault.message : String(fault) };
      }
    });
  }

  async show(component: string, members: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.page.evaluate(`window.show(${JSON.stringify(component)}, ${JSON.stringify(members)})`);
  }

  /** What a person sees, each run of blanks as one. */
  async text(): Promise<string> {
    return String(await this.page.evaluate("document.getElementById('page').innerText")).replace(/\s+/g, ' ');
  }

  /** Delivers the events that flows have published, their fields named as in an org that has the package. */
  async tellEvents(): Promise<void> {
    for (const row of this.org.of('Sync_Status_Changed__e')) {
      const fields = Object.entries(row).map(([name, value]) => [
        name.endsWith('__c') ? `tieout__${name}` : name,
        value,
      ]);
      const event = JSON.stringify({ data: { payload: Object.fromEntries(fields) } });
      await this.page.evaluate(`window.org.listeners.forEach(({ tell }) => tell(${event}))`);
    }
  }

  async hasText(words: string): Promise<void> {
    await this.page.getByText(words).first().waitFor({ timeout: 8_000 });
  }

  async violations(): Promise<readonly string[]> {
    await this.page.evaluate(axe);
    const told = '(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html].join(" ")))';
    const found: unknown = await this.page.evaluate(`axe.run('#page').then${told}`);
    return Array.isArray(found) ? found.map(String) : [];
  }

  async isTooWide(): Promise<boolean> {
    return (await this.page.evaluate('document.documentElement.scrollWidth > window.innerWidth')) === true;
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}
