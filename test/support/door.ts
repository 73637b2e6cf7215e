// The door of the API before a lane that runs in this process: what a request is answered, without a Worker runtime.
import { failed } from '../../edge-worker/api/failed.ts';
import { api } from '../../edge-worker/api/serve.ts';
import { liveContext } from '../../edge-worker/context.ts';
import type { Lane } from '../../edge-worker/flow/lane.ts';
import { ask } from '../../edge-worker/flow/questions.ts';
import type { D1OnNode } from './d1-on-node.ts';
import { migratedDirectory } from './migrated.ts';
import { R2OnNode } from './r2-on-node.ts';

/** Signs the passes that the door takes. */
export const hubKey = Buffer.from('the key of a hub behind one door').toString('base64');

export interface Door {
  /** The operator asks, unless a pass says who does. */
  get<Answer>(path: string, pass?: string): Promise<{ readonly status: number; readonly body: Answer }>;
}

/**
 * `record` is the D1 of the lane; its installation is `ins_1`. Without its lane only the record is asked. The door has
 * the clock of today unless it is given another.
 */
export function doorOf(record: D1OnNode, lane?: Lane, archive = new R2OnNode(), nowMs?: () => number): Door {
  const directory = migratedDirectory();
  directory.sqlite.db.exec("INSERT INTO lanes VALUES ('ins_1', 'main', '', 0)");
  const context = { ...liveContext(), ...(nowMs && { nowMs }) };
  const app = api(context);
  app.onError((error, c) => failed(error, context, c.req.path));
  const env = {
    ...{
      DIRECTORY: directory,
      RECORD: record,
      ARCHIVE: archive.bucket,
      OPERATOR_KEY: 'operator',
      HUB_KEY: hubKey,
      PUBLIC_URL: 'https://hub.test',
    },
    LANE: {
      idFromName: (name: string) => name,
      get: () => ({ ask: (question: Parameters<typeof ask>[1]) => lane && ask(lane, question, {}) }),
    },
  };
  return {
    get: async (path, pass = 'operator') => {
      const headers = { authorization: `Bearer ${pass}` };
      const response = await app.request(`/v1/installations/ins_1${path}`, { headers }, env);
      return { status: response.status, body: await response.json() };
    },
  };
}
