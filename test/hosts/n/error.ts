// N/error: errors with a name that scripts tell apart.
import type { Module } from '../loader.ts';

export function scriptError(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

export const errorModule: Module = {
  create: ({ name, message }: { name: string; message: string }) => scriptError(name, message),
};
