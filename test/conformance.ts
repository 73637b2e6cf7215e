// The suite that every connector passes against its stand-in. Adding a connector folder is enough to be held to it.
import { describe, expect, it } from 'vitest';
import type { Connector } from '../edge-worker/connectors/connector.ts';
import type { StandInFactory } from '../edge-worker/connectors/stand-in.ts';
import { adds } from './conformance/adds.ts';
import { answers } from './conformance/answers.ts';
import { survives } from './conformance/bad-days.ts';
import { carries } from './conformance/carries.ts';
import { type Notes, notesOf } from './conformance/notes.ts';
import { tells } from './conformance/tells.ts';
import { withdraws } from './conformance/withdraws.ts';

export function conforms(connector: Connector, factory: StandInFactory, notes: Notes = notesOf(connector)): void {
  const suite = { connector, factory, notes, names: new Set<string>() };
  describe(connector.title, () => {
    answers(suite);
    carries(suite);
    adds(suite);
    withdraws(suite);
    survives(suite);
    tells(suite);
    it('skips only promises that there are', () => {
      expect(Object.keys(notes.skips).filter((name) => !suite.names.has(name))).toEqual([]);
    });
  });
}
