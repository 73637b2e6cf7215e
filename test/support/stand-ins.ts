// Every stand-in as the hub meets it in life: with our package installed where the vendor runs packages.
import type { StandInFactory } from '../../edge-worker/connectors/stand-in.ts';
import { withSuiteApp } from '../hosts/suiteapp.ts';
import { standIns as bare } from './_stand-ins.ts';

const packages: Readonly<Record<string, (factory: StandInFactory) => StandInFactory>> = { netsuite: withSuiteApp };

export const standIns: Readonly<Record<string, StandInFactory>> = Object.fromEntries(
  Object.entries(bare).map(([name, factory]) => [name, packages[name]?.(factory) ?? factory]),
);
