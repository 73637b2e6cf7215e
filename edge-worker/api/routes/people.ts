// The route of people: who has opened Tieout here, so that work can be given to somebody by name.
import { z } from 'zod';
import { hostRoles } from '../../../shared/host-roles.ts';
import { audit as auditRows } from '../../store/record-schema.ts';
import { sql } from '../../store/scoped-record.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf } from '../shapes.ts';

const peopleMax = 500;

interface Seen {
  readonly by: string;
  readonly roles: string | null;
  readonly seenMs: number;
}

const listPeople = route({
  operation: 'listPeople',
  method: 'get',
  path: '/installations/{installation}/people',
  tag: 'Exceptions',
  summary: 'List who has opened Tieout here, those seen last first',
  description: 'Each was proved by a host system; the roles are those of the last time.',
  shape: z.object({
    rows: z.array(
      z
        .object({
          name: z.string().meta({ description: 'As an exception names who looks after it.' }),
          roles: z.array(z.enum(hostRoles)),
          seenAt: instant,
        })
        .meta({ id: 'Person' }),
    ),
  }),
  handle: async ({ at }) => {
    // A bare column beside max() is that of the row with the highest value.
    const rows = await at.record.all(sql<Seen>`
      SELECT by, detail ->> 'roles' AS roles, max(at_ms) AS seenMs FROM ${auditRows}
      WHERE action = 'session-opened' GROUP BY by ORDER BY seenMs DESC LIMIT ${peopleMax}`);
    return ok({
      rows: rows.map(({ by, roles, seenMs }) => ({
        name: by,
        roles: hostRoles.filter((role) => (roles ?? '').split(' ').includes(role)),
        seenAt: instantOf(seenMs),
      })),
    });
  },
});

export const people: readonly Route[] = [listPeople];
