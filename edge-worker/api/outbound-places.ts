// What every address asks for that the hub is to call for a customer: whether it may be called, and a key that signs.
import { type PlaceProblem, placeProblem } from '../platform/outbound.ts';
import { secretFor } from './once.ts';
import { ProblemError } from './problems.ts';
import type { Asked } from './route.ts';

type AskedHere = Pick<Asked<string, unknown, unknown, unknown>, 'ports' | 'env' | 'once'>;

/** As the Standard Webhooks scheme spells a key: plain base64, in full. */
export async function newSigningKey({ ports, env, once }: AskedHere): Promise<string> {
  const secret = await secretFor(ports, env.HUB_KEY, once);
  return `whsec_${secret.replaceAll('-', '+').replaceAll('_', '/')}${'='.repeat(-secret.length & 3)}`;
}

const problems: Readonly<Record<NonNullable<PlaceProblem>, string>> = {
  'not-a-url': 'is not an address',
  'not-https': 'must begin with https',
  'has-credentials': 'may hold no name or password: calls are proven by their signature',
  'port-not-allowed': 'must use port 443 or one above 1023',
  'private-address': 'leads to a private network',
  unresolved: 'has a name that could not be found',
};

export async function checkPlace({ env, ports }: AskedHere, url: string, field: string): Promise<void> {
  const { fetch, nowMs } = ports;
  const problem = await placeProblem({ fetch, nowMs, isDevelopment: env.DEVELOPMENT === 'yes' }, url);
  if (!problem) return;
  throw new ProblemError('invalid-fields', 'This address cannot be called.', {
    next: 'Name an https address of a server that the Internet can reach.',
    fields: [{ field, problem: problems[problem] }],
  });
}
