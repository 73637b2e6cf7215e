// A command only ever moves along the table, whatever is asked of it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CommandState, commandMoves, IllegalMove, isTerminal, move } from '../../edge-worker/flow/lifecycle.ts';

const states = Object.keys(commandMoves) as CommandState[];

describe('A command', () => {
  it('never leaves the table of legal moves', () => {
    fc.assert(
      fc.property(fc.constantFrom(...states), fc.array(fc.constantFrom(...states)), (start, asked) => {
        let state = start;
        for (const to of asked) {
          const isLegal = (commandMoves[state] as readonly string[]).includes(to);
          if (isLegal) state = move(state, to);
          else expect(() => move(state, to)).toThrow(IllegalMove);
        }
        expect(states).toContain(state);
      }),
    );
  });

  it('can always still reach an end', () => {
    const ends = (state: CommandState, seen: ReadonlySet<CommandState>): boolean =>
      isTerminal(state) || commandMoves[state].some((next) => !seen.has(next) && ends(next, new Set([...seen, next])));
    for (const state of states) expect(ends(state, new Set([state]))).toBe(true);
  });

  it('stays where it ended', () => {
    for (const state of states.filter(isTerminal)) {
      for (const to of states) expect(() => move(state, to)).toThrow(IllegalMove);
    }
  });

  it('is never sent again from an unknown outcome without having looked', () => {
    expect(commandMoves.uncertain).not.toContain('in-flight');
    expect(commandMoves['in-flight']).toContain('uncertain');
  });
});
