// The development sign-in: a session for whoever asks, in whatever roles. There only where the Worker says that it is a
// development one; anywhere else the address is as unknown as any other.
import { z } from 'zod';
import { hostRoles } from '../../shared/host-roles.ts';
import type { Context as Ports } from '../context.ts';
import type { Env } from '../platform/env.ts';
import { readBody } from './body.ts';
import { ProblemError } from './problems.ts';
import { readFields } from './route.ts';
import { openSession } from './session.ts';

const asked = z.object({
  installation: z.string(),
  user: z.string().default('developer'),
  name: z.string().default('Developer'),
  roles: z.array(z.enum(hostRoles)).default([...hostRoles]),
});

export async function signInForDevelopment(env: Env, ports: Ports, request: Request) {
  if (env.DEVELOPMENT !== 'yes') throw new ProblemError('not-found', 'There is nothing at this address.');
  const { installation, ...person } = readFields(asked, (await readBody(request)).json ?? {});
  const proof = ports.makeId('development');
  return openSession(env, ports, installation, { ...person, proof, connection: 'development' });
}
