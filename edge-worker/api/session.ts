// Sessions of people: a short text that the page keeps in memory, renewed while the proof behind it still counts.
import { z } from 'zod';
import type { Context as Ports } from '../context.ts';
import type { NewSession, SessionRow } from '../flow/people.ts';
import type { Env } from '../platform/env.ts';
import { writePass } from '../platform/passes.ts';
import { toBase64Url } from '../platform/vault.ts';
import { InstallationAt, placeOfInstallation } from './at.ts';
import { type Bindings, readFields } from './route.ts';
import { instant, instantOf } from './shapes.ts';

/** How long one text counts; a page that is open renews it before. */
const passMs = 15 * 60_000;

export const sessionShape = z
  .object({
    installation: z.string(),
    token: z.string().meta({ description: 'Keep it in memory: it is sent as a bearer token and never as a cookie.' }),
    expiresAt: instant,
  })
  .meta({ id: 'Session' });

const claim = z.object({ installation: z.string(), session: z.string(), nonce: z.string() });

/** What a host page says of the record that proves its user. */
export function recordClaim(given: unknown): z.infer<typeof claim> {
  return readFields(claim, given ?? {});
}

/** Never longer than the session itself. */
export async function sessionPass(
  env: Bindings,
  installation: string,
  { id, endsMs }: Pick<SessionRow, 'id' | 'endsMs'>,
  nowMs: number,
): Promise<z.input<typeof sessionShape>> {
  const untilMs = Math.min(nowMs + passMs, endsMs);
  const token = await writePass(env.HUB_KEY, { kind: 'session', installation, id, secret: '', untilMs });
  return { installation, token, expiresAt: instantOf(untilMs) };
}

type Person = Omit<NewSession, 'id'>;

/** Trades a proof, once, for a session. */
export async function openSession(env: Env, ports: Ports, installation: string, person: Person) {
  const place = await placeOfInstallation(env, installation, ports.nowMs());
  const at = new InstallationAt(env, installation, place, null);
  // Nobody can guess it, and the text that carries it is under our own MAC.
  const session = { ...person, id: `ses_${toBase64Url(ports.randomBytes(24))}` };
  const by = `${person.name} (${person.connection} ${person.user})`;
  const { value } = await at.send({ verb: 'open-session', session, by });
  return sessionPass(env, installation, { id: session.id, endsMs: Number(value['endsMs']) }, ports.nowMs());
}
