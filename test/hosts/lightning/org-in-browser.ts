// A Salesforce org served over HTTP with its pages, and a browser before it: what tests see, click and check.
import { existsSync, readFileSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { salesforceOrg } from '../../../edge-worker/connectors/salesforce/stand-in.ts';
import { controlled, type StandIn } from '../../../edge-worker/connectors/stand-in.ts';
import { type Served, serve } from '../../support/serve.ts';
import { lightningPages } from './pages.ts';

const executable = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  .filter((path) => path !== undefined)
  .find(existsSync);
export const hasBrowser = executable !== undefined;
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const waitMs = 20_000;

export async function openBrowser(): Promise<Browser> {
  if (executable === undefined) throw new Error('Chromium is not installed');
  return await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
}

export interface ServedOrg extends Served {
  readonly org: StandIn;
}

/** An org of its own on a free port. Its clock is the machine's, because its pages show times relative to it. */
export async function serveOrg(): Promise<ServedOrg> {
  let answer: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
  const served = await serve((request) => answer(request));
  const org = salesforceOrg({ namespace: 'tieout__', environment: 'production' })({
    baseUrl: served.url,
    nowMs: Date.now,
    chance: Math.random,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
    send: async () => new Response(null, { status: 503 }),
  });
  answer = controlled(org, lightningPages(org));
  return { ...served, org };
}

export interface Visit {
  readonly widthPx?: number;
  /** What the hub's address answers to a frame. */
  readonly framed?: string;
}

/** One for all visitors of a browser, so that the script of the pages is fetched and compiled once. */
const contexts = new WeakMap<Browser, Promise<BrowserContext>>();

function contextOf(browser: Browser): Promise<BrowserContext> {
  const known = contexts.get(browser) ?? browser.newContext();
  contexts.set(browser, known);
  return known;
}

/** One person before one page. The cookie of whoever comes next takes the place of the last one's. */
export class Visitor {
  readonly page: Page;
  readonly problems: string[] = [];
  readonly #url: string;

  private constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
    page.setDefaultTimeout(waitMs);
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !text.startsWith('Failed to load resource')) this.problems.push(text);
    });
  }

  static async open(
    browser: Browser,
    { url, org }: Pick<ServedOrg, 'url' | 'org'>,
    user: string,
    visit: Visit = {},
  ): Promise<Visitor> {
    const context = await contextOf(browser);
    const page = await context.newPage();
    await page.setViewportSize({ width: visit.widthPx ?? 1280, height: 900 });
    await page.route('https://hub.tieout.example/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: visit.framed ?? '<!doctype html><title>Hub</title>' }),
    );
    await context.addCookies([{ name: 'sid', value: String(org.act('signIn', { user })), url }]);
    return new Visitor(page, url);
  }

  async goTo(path: string): Promise<void> {
    await this.page.goto(this.#url + path);
  }

  record(type: string, id: string): Promise<void> {
    return this.goTo(`/lightning/r/${type}/${id}/view`);
  }

  /** What a person sees, each run of blanks as one. */
  async text(): Promise<string> {
    return String(await this.page.evaluate('document.body.innerText')).replace(/\s+/g, ' ');
  }

  async hasText(words: string | RegExp): Promise<void> {
    await this.page.getByText(words).first().waitFor();
  }

  button(name: string): ReturnType<Page['getByRole']> {
    return this.page.getByRole('button', { name, exact: true });
  }

  async violations(): Promise<readonly string[]> {
    await this.page.evaluate(axe);
    const told = '(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html].join(" ")))';
    const found: unknown = await this.page.evaluate(`axe.run(document).then${told}`);
    return Array.isArray(found) ? found.map(String) : [];
  }

  async isTooWide(): Promise<boolean> {
    return (await this.page.evaluate('document.documentElement.scrollWidth > window.innerWidth')) === true;
  }

  /** Where `TIEOUT_SHOTS` names a folder, a picture for people to look at. */
  async shot(name: string): Promise<void> {
    const folder = process.env['TIEOUT_SHOTS'];
    if (folder) await this.page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}
