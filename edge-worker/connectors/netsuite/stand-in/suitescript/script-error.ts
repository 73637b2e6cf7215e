// Errors with a name, as scripts tell them apart and as the doors of the platform show them.
import { Refusal } from '../refusal.ts';

export function scriptError(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** SuiteScript's names for what the books refuse. */
const names: Readonly<Record<string, string>> = {
  NONEXISTENT_ID: 'RCRD_DSNT_EXIST',
  NOT_FOUND: 'SSS_INVALID_RECORD_TYPE',
};

export function asScriptError(problem: unknown): unknown {
  if (!(problem instanceof Refusal)) return problem;
  return scriptError(names[problem.code] ?? problem.code, problem.message);
}

/** Runs work of the books for a script. */
export function inWordsOfScripts<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (problem) {
    throw asScriptError(problem);
  }
}
