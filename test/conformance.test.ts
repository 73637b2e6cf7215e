// Every connector that has a folder, held to its promises against the stand-in beside it, in each way it is reached.
import { expect, it } from 'vitest';
import { connectors } from '../edge-worker/connectors/_registry.ts';
import { type Connector, connectorUnder } from '../edge-worker/connectors/connector.ts';
import type { StandInFactory } from '../edge-worker/connectors/stand-in.ts';
import { notesOf, notesUnder, type Variant } from './conformance/notes.ts';
import { conforms } from './conformance.ts';
import { standIns as bare } from './support/_stand-ins.ts';
import { standIns } from './support/stand-ins.ts';

for (const connector of Object.values(connectors)) {
  const standIn = standIns[connector.name];
  const withoutPackage = bare[connector.name];
  if (standIn === undefined || withoutPackage === undefined) {
    it.fails(`${connector.name} has no stand-in beside it`, () => expect.fail());
    continue;
  }
  conforms(connector, standIn);
  for (const [title, variant] of Object.entries(notesOf(connector).variants)) {
    const factory = variant.isWithoutPackage ? withoutPackage : standIn;
    conforms(variantOf(connector, title, variant), settledAs(factory, variant), notesUnder(connector, variant));
  }
}

function variantOf(connector: Connector, title: string, { settings, isWithoutPackage }: Variant): Connector {
  const complete = { ...exampleSettings(connector), ...settings };
  const { receiver, ...rest } = connectorUnder(connector, complete);
  return { ...rest, title: `${connector.title}, ${title}`, ...(receiver && !isWithoutPackage && { receiver }) };
}

/** The stand-in's own, for a variation is known by whole settings only. */
function exampleSettings({ name }: Connector): Readonly<Record<string, unknown>> {
  const never = () => Promise.reject(new Error('nothing is sent'));
  const options = { baseUrl: 'http://127.0.0.1:9100', nowMs: () => 0, chance: () => 0, sleep: never, send: never };
  return bare[name]?.(options).connection.settings ?? {};
}

function settledAs(factory: StandInFactory, { settings }: Variant): StandInFactory {
  return (options) => {
    const made = factory(options);
    const { connection } = made;
    return Object.assign(Object.create(made) as typeof made, {
      connection: { ...connection, settings: { ...connection.settings, ...settings } },
    });
  };
}
