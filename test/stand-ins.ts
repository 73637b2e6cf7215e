// `npm run stand-ins -- --port 9100`: every stand-in on a port of its own, its webhooks sent four times a second.
import { parseArgs } from 'node:util';
import { controlled, type StandIn } from '../edge-worker/connectors/stand-in.ts';
import { lightningPages } from './hosts/lightning/pages.ts';
import { type Served, serve } from './support/serve.ts';
import { standIns } from './support/stand-ins.ts';

const deliverEveryMs = 250;

/** Vendors in whose pages our packages show something: there the components run, over that vendor's own API. */
const pagesOf: Readonly<Record<string, (standIn: StandIn) => (request: Request) => Promise<Response>>> = {
  salesforce: lightningPages,
};

export interface Running {
  readonly name: string;
  readonly url: string;
  readonly standIn: StandIn;
}

/**
 * Serves them at this port and the ones after it, in the order of their names; port 0 takes any free ones. The clock
 * is the machine's, unless a story lets time pass.
 */
export async function startStandIns(
  port: number,
  nowMs: () => number = Date.now,
): Promise<{ readonly running: readonly Running[]; close(): Promise<void> }> {
  const running: Running[] = [];
  const served: Served[] = [];
  for (const [index, [name, factory]] of Object.entries(standIns).entries()) {
    // The stand-in must know its own address, which port 0 only tells once it is served.
    let answer: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
    const at = await serve((request) => answer(request), port === 0 ? 0 : port + index);
    const standIn = factory({
      baseUrl: at.url,
      nowMs,
      chance: Math.random,
      // A page that waits for news must not keep a process alive that is done.
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
      send: (request) => fetch(request),
    });
    answer = controlled(standIn, pagesOf[name]?.(standIn));
    served.push(at);
    running.push({ name, url: at.url, standIn });
  }
  const busy = new Set<StandIn>();
  const timer = setInterval(() => {
    for (const { name, standIn } of running) {
      if (busy.has(standIn)) continue;
      busy.add(standIn);
      standIn
        .deliver()
        .catch((error: unknown) => console.error(`${name} could not deliver:`, error))
        .finally(() => busy.delete(standIn));
    }
  }, deliverEveryMs);
  return {
    running,
    async close() {
      clearInterval(timer);
      await Promise.all(served.map((one) => one.close()));
    },
  };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '9100' } } });
  const { running } = await startStandIns(Number(values.port));
  console.table(running.map(({ name, url, standIn }) => ({ name, url, account: standIn.connection.account })));
  const crm = running.find(({ name }) => name in pagesOf);
  console.log(`In a browser: ${crm?.url}/lightning/page/home, as people there see it, with the package's components`);
  console.log(
    'By hand: GET /__stand-in/types, POST /__stand-in/rows/<type>, POST /__stand-in/faults {"how":"throttle"}',
  );
}
