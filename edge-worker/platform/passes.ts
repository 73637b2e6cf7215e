// Passes: what callers carry. Whose they are stands in them under our own MAC, so that a forged one touches nothing;
// whether they still hold, the lane of their installation says.
import { z } from 'zod';
import { fromBase64, isMacOf, macOf, toBase64Url } from './vault.ts';

export type PassKind = 'key' | 'session';

export interface Pass {
  readonly kind: PassKind;
  readonly installation: string;
  /** Of the key or the session. */
  readonly id: string;
  /** Known to the bearer alone; the lane keeps a hash. */
  readonly secret: string;
  /** When this text ends, whatever the lane says; null = never. */
  readonly untilMs: number | null;
}

const fields = z.tuple([z.string(), z.string(), z.string(), z.number().nullable()]);
const form = /^tieout_(key|session)_([\w-]{20,600})\.([\w-]{43})$/;

export async function writePass(hubKey: string, { kind, installation, id, secret, untilMs }: Pass): Promise<string> {
  const plain = toBase64Url(new TextEncoder().encode(JSON.stringify([installation, id, secret, untilMs])));
  return `tieout_${kind}_${plain}.${toBase64Url(await macOf(hubKey, `pass ${kind}.${plain}`))}`;
}

/** Null when it is not one of ours. */
export async function readPass(hubKey: string, text: string): Promise<Pass | null> {
  const found = form.exec(text);
  if (!found) return null;
  const [, kind = '', plain = '', mac = ''] = found;
  if (!(await isMacOf(hubKey, `pass ${kind}.${plain}`, mac))) return null;
  const parsed = fields.safeParse(JSON.parse(new TextDecoder().decode(fromBase64(plain))));
  if (!parsed.success) return null;
  const [installation, id, secret, untilMs] = parsed.data;
  return { kind: kind as PassKind, installation, id, secret, untilMs };
}

const stateFields = z.tuple([z.string(), z.string(), z.string(), z.string(), z.string().nullable(), z.number()]);
export type State = z.infer<typeof stateFields>;

/** What travels through a host's page and back: system, account, environment, nonce, join code, end. */
export async function writeState(hubKey: string, state: State): Promise<string> {
  const plain = toBase64Url(new TextEncoder().encode(JSON.stringify(state)));
  return `${plain}.${toBase64Url(await macOf(hubKey, `state ${plain}`))}`;
}

export async function readState(hubKey: string, text: string): Promise<State | null> {
  const [, plain = '', mac = ''] = /^([\w-]{20,1000})\.([\w-]{43})$/.exec(text) ?? [];
  if (!(await isMacOf(hubKey, `state ${plain}`, mac))) return null;
  return stateFields.safeParse(JSON.parse(new TextDecoder().decode(fromBase64(plain)))).data ?? null;
}
