// A switch on the way from the hub to its record: D1 as it is on a bad day. It stands in the rig, around the built
// Worker; the Worker knows nothing of it.
import { Response as Answer, type V4WorkerOptions } from 'miniflare';

/** `away`: all is refused. `slow`: every answer takes `delayMs`. `lost`: done, but the answer never comes. */
export type RecordDay = 'well' | 'away' | 'slow' | 'lost';

/** Entry of the Worker when the switch is there: the same doors, each given a record that asks the switch first. */
const entry = `
import worker, { LaneObject as Lane, LongJob, OverflowObject } from './index.js';
export { LongJob, OverflowObject };

const switched = (env) => {
  const weather = async () => (await env.RECORD_SWITCH.fetch('http://switch/')).json();
  const through = async (work) => {
    const { day, delayMs } = await weather();
    if (day === 'away') throw new Error('D1_ERROR: Network connection lost.');
    if (day === 'slow') await new Promise((resolve) => setTimeout(resolve, delayMs));
    const done = await work();
    if (day === 'lost') throw new Error('D1_ERROR: Network connection lost.');
    return done;
  };
  const asking = (statement) => {
    const wrapped = { plain: statement, bind: (...values) => asking(statement.bind(...values)) };
    for (const verb of ['all', 'first', 'run', 'raw'])
      wrapped[verb] = (...given) => through(() => statement[verb](...given));
    return wrapped;
  };
  const RECORD = {
    prepare: (query) => asking(env.RECORD.prepare(query)),
    batch: (statements) => through(() => env.RECORD.batch(statements.map(({ plain }) => plain))),
  };
  return new Proxy(env, { get: (all, name) => (name === 'RECORD' ? RECORD : all[name]) });
};

export class LaneObject extends Lane {
  constructor(state, env) {
    super(state, switched(env));
  }
}
export default {
  fetch: (request, env, context) => worker.fetch(request, switched(env), context),
  queue: (batch, env, context) => worker.queue(batch, switched(env), context),
  scheduled: (event, env, context) => worker.scheduled(event, switched(env), context),
};
`;

export class RecordSwitch {
  day: RecordDay = 'well';
  delayMs = 0;
  /** Statements or batches that met a bad day. */
  met = 0;

  /** What the rig adds to the Worker. */
  get modules(): readonly { readonly type: 'ESModule'; readonly path: string; readonly contents: string }[] {
    return [{ type: 'ESModule', path: 'switched.js', contents: entry }];
  }

  get bindings(): NonNullable<V4WorkerOptions['serviceBindings']> {
    return {
      RECORD_SWITCH: async () => {
        if (this.day !== 'well') this.met++;
        return Answer.json({ day: this.day, delayMs: this.delayMs });
      },
    };
  }
}
