// Every connector that has a folder, held to its promises against the stand-in beside it.
import { expect, it } from 'vitest';
import { connectors } from '../edge-worker/connectors/_registry.ts';
import { conforms } from './conformance.ts';
import { standIns } from './support/stand-ins.ts';

for (const connector of Object.values(connectors)) {
  const standIn = standIns[connector.name];
  if (standIn === undefined) it.fails(`${connector.name} has no stand-in beside it`, () => expect.fail());
  else conforms(connector, standIn);
}
