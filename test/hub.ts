// `npm run hub -- --port 8787 --state DIR`: the hub alone, until it is stopped.
import { parseArgs } from 'node:util';
import { startHub } from './support/hub.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8787' },
    state: { type: 'string', default: '.state/hub' },
    'clock-ahead-ms': { type: 'string', default: '0' },
    'inbox-max': { type: 'string' },
    'inspector-port': { type: 'string' },
    'job-stall-ms': { type: 'string' },
    'sweep-ms': { type: 'string', default: '60000' },
  },
});
const inboxMax = values['inbox-max'];
const inspectorPort = values['inspector-port'];
const jobStallMs = values['job-stall-ms'];
const hub = await startHub({
  port: Number(values.port),
  state: values.state,
  sweepEveryMs: Number(values['sweep-ms']),
  clockAheadMs: Number(values['clock-ahead-ms']),
  ...(inspectorPort !== undefined && { inspectorPort: Number(inspectorPort) }),
  vars: {
    ...(inboxMax !== undefined && { INBOX_MAX: inboxMax }),
    ...(jobStallMs !== undefined && { JOB_STALL_MS: jobStallMs }),
  },
});
console.log(`hub ready at ${hub.url} (state in ${values.state}; operator key: ${hub.operatorKey})`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void hub.close().then(() => process.exit(0)));
}
