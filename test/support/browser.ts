// A browser, and one person before one page: what tests see, click and check.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Frame, type Page } from 'playwright-core';

const executable = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  .filter((path) => path !== undefined)
  .find(existsSync);
export const hasBrowser = executable !== undefined;
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const waitMs = 60_000;

export async function openBrowser(): Promise<Browser> {
  if (executable === undefined) throw new Error('Chromium is not installed');
  return await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] });
}

export interface Visit {
  readonly widthPx?: number;
  /** What the hub's address answers to a frame. */
  readonly framed?: string;
  /** What it answers to a page that asks how far the connecting is; without, it cannot be reached. */
  readonly howFar?: () => { readonly state: string; readonly missing: readonly string[] };
}

/** One for all visitors of a browser, so that the script of the pages is fetched and compiled once. */
const contexts = new WeakMap<Browser, Promise<BrowserContext>>();

export function contextOf(browser: Browser): Promise<BrowserContext> {
  const known = contexts.get(browser) ?? browser.newContext();
  contexts.set(browser, known);
  return known;
}

/** An empty page of the browser; what goes wrong in it is kept. */
export async function openPage(browser: Browser, visit: Visit): Promise<Page> {
  const page = await (await contextOf(browser)).newPage();
  await page.setViewportSize({ width: visit.widthPx ?? 1280, height: 900 });
  await page.route('https://hub.tieout.example/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: visit.framed ?? '<!doctype html><title>Hub</title>' }),
  );
  await page.route('https://hub.tieout.example/embed/*/connect', (route) => {
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'content-type' };
    return visit.howFar ? route.fulfill({ json: visit.howFar(), headers }) : route.abort();
  });
  return page;
}

/** Where a person looks: a page, or what a page of a host frames. */
export type Surface = Pick<Page, 'getByRole' | 'getByText' | 'getByLabel' | 'getByTitle' | 'locator'>;

export class Visitor {
  readonly page: Page;
  /** What is read and pressed. */
  readonly content: Surface;
  readonly problems: string[] = [];
  readonly #url: string;

  constructor(page: Page, url: string, content: Surface = page) {
    this.page = page;
    this.content = content;
    this.#url = url;
    page.setDefaultTimeout(waitMs);
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !text.startsWith('Failed to load resource')) this.problems.push(text);
    });
  }

  async goTo(path: string): Promise<void> {
    await this.page.goto(this.#url + path);
  }

  /** What a person sees, each run of blanks as one. */
  async text(): Promise<string> {
    return String(await this.page.evaluate('document.body.innerText')).replace(/\s+/g, ' ');
  }

  async hasText(words: string | RegExp): Promise<void> {
    await this.content.getByText(words).first().waitFor();
  }

  button(name: string): ReturnType<Page['getByRole']> {
    return this.content.getByRole('button', { name, exact: true });
  }

  /** The same person, who from now on works in what this page frames. */
  inFrame(): Visitor {
    return new Visitor(this.page, this.#url, this.page.frameLocator('iframe'));
  }

  /** The documents of this page that came from somewhere. */
  #documents(): readonly Frame[] {
    return this.page.frames().filter((frame) => /^https?:/.test(frame.url()));
  }

  /** What axe finds, here and in what is framed here. */
  async violations(): Promise<readonly string[]> {
    const told = '(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html].join(" ")))';
    const found: string[] = [];
    for (const frame of this.#documents()) {
      await frame.evaluate(axe);
      const here: unknown = await frame.evaluate(`axe.run(document, { iframes: false }).then${told}`);
      if (Array.isArray(here)) found.push(...here.map(String));
    }
    return found;
  }

  /**
   * Another width of the window, until every document has been drawn as wide as its host has room for it then: a framed
   * one hears of it later. One that is out of sight is not drawn, and not waited for long.
   */
  async widen(width: number): Promise<void> {
    await this.page.setViewportSize({ width, height: 900 });
    // In their order: a host has its room once it has been drawn itself.
    for (const frame of this.#documents()) {
      const place = frame.parentFrame() && (await frame.frameElement());
      const room = place ? await place.evaluate((element) => Number(Reflect.get(element, 'clientWidth'))) : width;
      const drawn = `new Promise((resolve) => {
        const look = () => requestAnimationFrame(innerWidth === ${room} ? resolve : look);
        requestAnimationFrame(look);
        setTimeout(resolve, 1000);
      })`;
      await frame.evaluate(drawn);
    }
  }

  /** Whether anything has to be scrolled sideways, here or in what is framed; tables too on a narrow page. */
  async isTooWide(): Promise<boolean> {
    const cards = "[...document.querySelectorAll('.grid, .stacked')]";
    const wideTable = `innerWidth <= 640 && ${cards}.some((one) => one.scrollWidth > one.clientWidth + 1)`;
    const wide = `document.documentElement.scrollWidth > window.innerWidth || (${wideTable})`;
    const all = await Promise.all(this.#documents().map((frame) => frame.evaluate(wide)));
    return all.includes(true);
  }

  /** Where `TIEOUT_SHOTS` names a folder, a picture for people to look at. */
  async shot(name: string): Promise<void> {
    const folder = process.env['TIEOUT_SHOTS'];
    if (folder) await this.page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  }

  /**
   * Where `TIEOUT_PICTURES` names a folder, what is in sight goes there as a picture for the guides: small, and without
   * what is empty below it.
   */
  async picture(name: string): Promise<void> {
    const folder = process.env['TIEOUT_PICTURES'];
    if (!folder) return;
    const session = await this.page.context().newCDPSession(this.page);
    const bottoms = '[...document.body.children].map((one) => one.getBoundingClientRect().bottom)';
    const bottom = Number(await this.page.evaluate(`Math.ceil(Math.max(...${bottoms})) + 24`));
    const { width, height } = this.page.viewportSize() ?? { width: 1280, height: 900 };
    const filled = bottom < height ? { clip: { x: 0, y: 0, width, height: bottom, scale: 1 } } : {};
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80, ...filled });
    writeFileSync(`${folder}/${name}.webp`, Buffer.from(data, 'base64'));
    await session.detach();
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}
