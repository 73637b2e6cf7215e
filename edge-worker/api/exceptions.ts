// Routes of what waits for a person: the list, in words, and the answers.
import { Hono } from 'hono';
import { z } from 'zod';
import { wordsFor } from '../../shared/words.ts';
import { connectors } from '../connectors/_registry.ts';
import { storeFor } from '../platform/record-database.ts';
import { type App, changed } from './lanes.ts';
import { ProblemError, readBody } from './problems.ts';

interface ExceptionRow {
  readonly code: string;
  readonly params: string;
  readonly system: string | null;
  readonly connection: string | null;
}

const list = `SELECT exceptions.*, system FROM exceptions
  LEFT JOIN connections
    ON connections.installation = exceptions.installation AND connections.id = exceptions.connection
  WHERE exceptions.installation = ? AND exceptions.state = ? ORDER BY made_ms, exceptions.id LIMIT 1000`;
const answers = z.enum(['approve', 'reject', 'retry']);
const answered = z.object({ reason: z.string().max(500).default(''), by: z.string().min(1).default('operator') });

export function exceptions(): Hono<App> {
  const app = new Hono<App>();

  app.get('/installations/:installation/exceptions', async (c) => {
    const installation = c.req.param('installation');
    const rows = await storeFor(c.env, installation)
      .prepare(list)
      .bind(installation, c.req.query('state') ?? 'open')
      .all<ExceptionRow>();
    return c.json(
      rows.results.map((row) => ({
        ...row,
        words: wordsFor(row.code, { system: titleOf(row), ...(JSON.parse(row.params) as Record<string, string>) }),
      })),
    );
  });

  app.post('/installations/:installation/exceptions/:id/:answer', async (c) => {
    const given = answers.safeParse(c.req.param('answer'));
    if (!given.success) {
      throw new ProblemError(404, 'unknown-action', 'There is no such action.', 'Use approve, reject or retry.');
    }
    const body = await readBody(c, answered);
    return changed(c, { verb: 'answer', hold: c.req.param('id'), answer: given.data, ...body });
  });
  return app;
}

/** What people call the system an exception is about. */
function titleOf({ system, connection }: ExceptionRow): string {
  return connectors[system ?? '']?.title ?? connection ?? '';
}
