// `npm run demo`: a firm's month on the real hub and three stand-ins, live. `-- --once --json` plays it, prints one
// JSON as the last line and exits.
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Outcome, playMonth, whereToLook } from './demo/show.ts';
import { freePort } from './support/serve.ts';

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    port: { type: 'string' },
    state: { type: 'string', default: '.state/demo' },
  },
});
const print = (line: string) => console.log(line);
rmSync(values.state, { recursive: true, force: true });
const port = values.port === undefined ? await freePort() : Number(values.port);
const { outcome, firm } = await playMonth({
  port,
  state: values.state,
  print,
  isTerminal: process.stdout.isTTY === true,
});
if (values.once) {
  await firm.close();
  if (values.json) print(JSON.stringify(outcome satisfies Outcome));
  process.exit(outcome.ok ? 0 : 1);
}
if (values.json) print(JSON.stringify(outcome));
print('');
for (const line of whereToLook(firm)) print(line);
