// Routes of callers: who is asking, and what they may do.
import { z } from 'zod';
import { access, hostRoles, type Operation } from '../access.ts';
import { mayCall } from '../caller.ts';
import { ok, type Route, route } from '../route.ts';

const readMe = route({
  operation: 'readMe',
  method: 'get',
  path: '/me',
  tag: 'Callers',
  summary: 'Read who you are and what you may do',
  shape: z.object({
    kind: z.enum(['operator']),
    by: z.string().meta({ description: 'How you are called in the audit.' }),
    installation: z.string().nullable().meta({ description: 'The one you belong to; null for the operator.' }),
    roles: z.array(z.enum(hostRoles)),
    operations: z.array(z.string()).meta({ description: 'Every operation of the document that you may call.' }),
  }),
  handle: async ({ caller }) => {
    const { kind, by, installation, roles } = caller;
    const operations = (Object.keys(access) as Operation[]).filter((operation) => mayCall(caller, operation));
    return ok({ kind, by, installation, roles: [...roles], operations });
  },
});

export const callers: readonly Route[] = [readMe];
