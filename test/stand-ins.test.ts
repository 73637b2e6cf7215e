// All stand-ins can be served side by side and driven over HTTP, as the demo and tests in other languages do.
import { expect, it } from 'vitest';
import { startStandIns } from './stand-ins.ts';
import { standIns } from './support/stand-ins.ts';

it('serves every stand-in on a port of its own, with its control routes', async () => {
  const { running, close } = await startStandIns(0);
  try {
    expect(running.map(({ name }) => name)).toEqual(Object.keys(standIns));
    for (const { url, standIn } of running) {
      expect(await (await fetch(`${url}/__stand-in/connection`)).json()).toEqual(standIn.connection);
      expect(await (await fetch(`${url}/__stand-in/types`)).json()).toEqual(standIn.types());
    }
  } finally {
    await close();
  }
});
