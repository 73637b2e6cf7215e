// Loads one built SuiteScript file outside NetSuite: AMD `define`, N/* handed in, nothing of Node within reach.
import { createContext, runInContext } from 'node:vm';
import { scriptError } from './n/error.ts';

export type Module = Readonly<Record<string, unknown>>;
export type EntryPoint = (context?: unknown) => unknown;

export interface LoadedScript {
  /** What the header says, e.g. `NScriptType`. */
  readonly header: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** `clock` stands behind `Date`, in scripts and in what the N modules hand them. */
export function loadScript(
  name: string,
  code: string,
  modules: Readonly<Record<string, Module>>,
  clock: DateConstructor,
): LoadedScript {
  const header = /^\/\*\*[\s\S]*?\*\//.exec(code)?.[0];
  if (header === undefined) throw new Error(`${name}: the header must be the first thing in the file`);
  let made: Readonly<Record<string, unknown>> | null = null;
  const define = (wanted: readonly string[], factory: (...args: unknown[]) => unknown) => {
    const scope = { isOpen: true };
    const exported: Record<string, unknown> = {};
    const given = wanted.map((module) => (module === 'exports' ? exported : guarded(name, module, modules, scope)));
    made = (factory(...given) as Record<string, unknown> | undefined) ?? exported;
    scope.isOpen = false;
  };
  runInContext(code, createContext({ define, Date: clock }), { filename: name });
  if (made === null) throw new Error(`${name} does not call define`);
  return {
    header: Object.fromEntries([...header.matchAll(/@(N\w+)\s+([\w.]+)/g)].map((m) => [m[1], m[2]])),
    exports: made,
  };
}

/** N/* may not be called while `define` runs; a module or member that is not known fails loudly. */
function guarded(
  name: string,
  module: string,
  modules: Readonly<Record<string, Module>>,
  scope: { isOpen: boolean },
): Module {
  const known = modules[module];
  if (!known) throw scriptError('MODULE_DOES_NOT_EXIST', `${name} asks for ${module}`);
  return new Proxy(known, {
    get: (target, member) => {
      if (typeof member === 'symbol') return undefined;
      if (!(member in target)) throw new Error(`${name}: ${module}.${member} is not known to this runtime`);
      const value = target[member];
      if (typeof value !== 'function') return value;
      const call = (...args: unknown[]) => {
        if (scope.isOpen) throw scriptError('SUITESCRIPT_API_UNAVAILABLE_IN_DEFINE', `${name}: ${module}.${member}`);
        return value.apply(target, args);
      };
      // Some functions carry another form of themselves, such as `post.promise`.
      return Object.assign(call, value);
    },
  });
}
