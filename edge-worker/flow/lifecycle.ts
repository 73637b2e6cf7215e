// The legal states of a command and the moves between them. A move outside the table is a bug of ours and stops the
// transaction.

export const commandMoves = {
  waiting: ['due', 'held', 'superseded', 'dropped'],
  // To uncertain where the lane was put back to an earlier time: what is still to be sent may have been sent since.
  due: ['in-flight', 'uncertain', 'held', 'superseded', 'dropped'],
  'in-flight': ['done', 'due', 'uncertain', 'held', 'dead'],
  uncertain: ['done', 'due', 'held'],
  // Back to uncertain when a person asks to look once more: what may have taken effect is never sent blindly.
  held: ['due', 'uncertain', 'dropped', 'superseded'],
  dead: ['due', 'dropped', 'superseded'],
  done: [],
  dropped: [],
  superseded: [],
} as const satisfies Record<string, readonly string[]>;

export type CommandState = keyof typeof commandMoves;

export class IllegalMove extends Error {
  override readonly name = 'IllegalMove';
}

/** The state a command enters; throws when the table does not allow it. */
export function move(from: CommandState, to: CommandState): CommandState {
  if (!(commandMoves[from] as readonly string[]).includes(to)) throw new IllegalMove(`${from} -> ${to}`);
  return to;
}

export function isTerminal(state: CommandState): boolean {
  return commandMoves[state].length === 0;
}
