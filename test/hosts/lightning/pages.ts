// Lightning-like pages over a Salesforce stand-in: record, list, home and tab pages that show the package's components.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  nodesOf,
  type PackageSource,
  packageSource,
  textsOf,
} from '../../../edge-worker/connectors/salesforce/stand-in/package/metadata.ts';
import { PackageNames } from '../../../edge-worker/connectors/salesforce/stand-in/package/names.ts';
import type { StandIn } from '../../../edge-worker/connectors/stand-in.ts';
import { pageScript } from './bundle.ts';

const house = join(import.meta.dirname, '../../..');
const ourPackage = join(house, 'crm-package/force-app/main/default');
const styles = join(house, 'node_modules/@salesforce-ux/design-system-2/dist/css/bundled/slds2.cosmos.css');

/** Who has the page open, and what of the package is placed where. */
interface Visitor {
  readonly userId: string;
  readonly name: string;
  readonly currency: string;
  readonly namespace: string;
  readonly permissions: readonly string[];
}

/** What an admin has placed on record pages in App Builder; no package can do that by itself. */
const placed: Readonly<Record<string, readonly string[]>> = {
  Opportunity: ['tieoutStatus'],
  Account: ['tieoutStatus'],
};

interface Tab {
  readonly name: string;
  readonly label: string;
  readonly href: string;
  readonly components: readonly string[];
}

/** The tabs of the package's app, with what each shows: a component, an app page, or the records of a type. */
function tabsOf(source: PackageSource, names: PackageNames): readonly Tab[] {
  const [app] = source.of('CustomApplication');
  const types = new Map(source.of('CustomObject').map(({ name, node }) => [name, String(node['pluralLabel'])]));
  return textsOf(app?.node['tabs']).map((name) => {
    const tab = source.of('CustomTab').find((one) => one.name === name)?.node;
    if (!tab) throw new Error(`the app shows a tab ${name}, which is not there`);
    const theirs = names.theirs(name);
    if (tab['customObject'] === 'true') {
      return { name: theirs, label: types.get(name) ?? name, href: `/lightning/o/${theirs}/list`, components: [] };
    }
    const components = [...textsOf(tab['lwcComponent']), ...componentsOf(source, textsOf(tab['flexiPage']))];
    return { name: theirs, label: String(tab['label']), href: `/lightning/n/${theirs}`, components };
  });
}

function componentsOf(source: PackageSource, pages: readonly string[]): readonly string[] {
  const regions = pages.flatMap((page) =>
    source.of('FlexiPage').flatMap(({ name, node }) => (name === page ? nodesOf(node['flexiPageRegions']) : [])),
  );
  return regions.flatMap((region) =>
    nodesOf(region['itemInstances']).flatMap((one) =>
      nodesOf(one['componentInstance']).map((instance) => String(instance['componentName'])),
    ),
  );
}

/** `Opportunity.Tieout_Sync_Now` and the like: actions in the header of a record's page. */
function actionsOf(
  source: PackageSource,
): readonly { readonly type: string; readonly label: string; readonly component: string }[] {
  return source.of('QuickAction').map(({ name, node }) => ({
    type: name.split('.')[0] ?? '',
    label: String(node['label']),
    component: String(node['lightningWebComponent']),
  }));
}

/** Pages may fetch from and frame what the platform serves, and the sites that the package declares for each. */
function policyOf(source: PackageSource): string {
  const sites = (of: string) =>
    source
      .of('CspTrustedSite')
      .flatMap(({ node }) => (node['isActive'] === 'true' && node[of] === 'true' ? [String(node['endpointUrl'])] : []));
  const connect = ["'self'", ...sites('isApplicableToConnectSrc')].join(' ');
  const frame = ["'self'", ...sites('isApplicableToFrameSrc')].join(' ');
  const styles = "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:";
  return `default-src 'self'; script-src 'self' 'unsafe-inline'; ${styles}; connect-src ${connect}; frame-src ${frame}`;
}

function pageHtml(visitor: Visitor, source: PackageSource): string {
  const names = new PackageNames(source, visitor.namespace);
  const org = { ...visitor, placed, tabs: tabsOf(source, names), actions: actionsOf(source) };
  const known = JSON.stringify(org).replace(/</g, '\\u003c');
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tieout | Salesforce</title>' +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    '<link rel="icon" href="data:,"><link rel="stylesheet" href="/lightning/assets/slds.css"></head>' +
    `<body class="slds-scope"><script>window.org = ${known};</script>` +
    '<script src="/lightning/assets/page.js"></script></body></html>'
  );
}

/** The address in the package is a placeholder until a build; here it is wherever the hub of this desk is. */
function atHub(script: string, standIn: StandIn): string {
  const hub = standIn.act('hub', {});
  return typeof hub === 'string' ? script.replaceAll('https://hub.tieout.example', hub) : script;
}

const answer = (body: string, type: string, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(body, { headers: { 'content-type': `${type}; charset=utf-8`, ...headers } });
const kept = { 'cache-control': 'max-age=600' };

/** Serves the pages; everything else is the stand-in's own affair. */
export function lightningPages(standIn: StandIn): (request: Request) => Promise<Response> {
  const source = packageSource(ourPackage);
  return async (request) => {
    const { pathname } = new URL(request.url);
    const isRecordId = /^\/[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?$/.test(pathname);
    if (request.method !== 'GET' || !(pathname === '/' || isRecordId || pathname.startsWith('/lightning/'))) {
      return standIn.fetch(request);
    }
    if (pathname === '/lightning/assets/slds.css') return answer(readFileSync(styles, 'utf8'), 'text/css', kept);
    const session = /(?:^|;\s*)sid=([^;]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? '';
    const known = standIn.act('visitor', { session }) as Visitor | null;
    if (!known) {
      // Whoever works at this desk is signed in: pages are looked at, not broken into.
      const sid = String(standIn.act('signIn', {}));
      const to = `/secur/frontdoor.jsp?sid=${encodeURIComponent(sid)}&retURL=${encodeURIComponent(pathname)}`;
      return new Response(null, { status: 302, headers: { location: to } });
    }
    if (pathname === '/lightning/assets/page.js') {
      return answer(atHub(await pageScript(source, known.namespace), standIn), 'text/javascript');
    }
    const policy = atHub(policyOf(source), standIn);
    return answer(pageHtml(known, source), 'text/html', { 'content-security-policy': policy });
  };
}
