// Bugs that are planted on purpose, to see whether the oracle catches them. They are seams of the simulation only; no product code knows of them.
import type { Connector, Session } from '../../edge-worker/connectors/connector.ts';
import type { D1OnNode } from '../support/d1-on-node.ts';
import type { Seat } from './systems.ts';

export interface Plant {
  /** Alarms and sweeps never come. */
  readonly dropsAlarms?: boolean;
  readonly connector?: (connector: Connector) => Connector;
  readonly session?: (session: Session, seat: Seat) => Session;
  readonly beforeExec?: (query: string, bindings: readonly unknown[], d1: D1OnNode) => void;
}

export const healthy: Plant = {};
