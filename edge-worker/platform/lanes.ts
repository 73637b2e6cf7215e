// From an installation to its two objects. The jurisdiction is decided at installation and part of the object's
// identity.
import type { Env } from './env.ts';

export function laneStub(env: Pick<Env, 'LANE'>, installation: string, jurisdiction: string) {
  const namespace = jurisdiction === 'eu' ? env.LANE.jurisdiction('eu') : env.LANE;
  return namespace.get(namespace.idFromName(installation));
}

export function overflowStub(env: Pick<Env, 'OVERFLOW'>, installation: string, jurisdiction: string) {
  const namespace = jurisdiction === 'eu' ? env.OVERFLOW.jurisdiction('eu') : env.OVERFLOW;
  return namespace.get(namespace.idFromName(`overflow:${installation}`));
}
