// Loads SuiteScript files: AMD `define`, the N modules handed in, nothing of Node within reach.
import { createContext, runInContext } from 'node:vm';
import { scriptError } from './script-error.ts';

export type Module = Readonly<Record<string, unknown>>;
export type Exports = Readonly<Record<string, unknown>>;
type Factory = (...modules: readonly unknown[]) => unknown;

/** A file that was read: what it asks for, and the factory that makes its exports. */
export interface LoadedFile {
  readonly type: string;
  readonly wanted: readonly string[];
  readonly factory: Factory;
}

/** The account whose script runs: what stands behind `Date` and behind the log that every script has at hand. */
export interface Running {
  readonly nowMs: () => number;
  readonly log: Module;
}

let running: Running | null = null;

export function turnTo(account: Running): void {
  running = account;
}

function current(): Running {
  if (running === null) throw new Error('no script is running');
  return running;
}

/** Handed to scripts by the N modules too, so that `instanceof Date` holds on both sides. */
export class ScriptDate extends Date {
  constructor(...given: readonly unknown[]) {
    super(...((given.length === 0 ? [current().nowMs()] : given) as [number]));
  }

  static override now(): number {
    return current().nowMs();
  }
}

/** `log` is there without being asked for. */
const globalLog = new Proxy({}, { get: (_, level) => current().log[String(level)] });

const files = new Map<string, LoadedFile>();

/** Each file is read once; its factory runs anew for every execution, as modules on the platform do. */
export function loadFile(name: string, code: string): LoadedFile {
  const known = files.get(code);
  if (known) return known;
  let made: Omit<LoadedFile, 'type'> | null = null;
  const define = (...given: readonly unknown[]) => {
    const factory = given.at(-1);
    const wanted = given.find((each) => Array.isArray(each)) ?? [];
    if (typeof factory === 'function') made = { wanted: wanted as string[], factory: factory as Factory };
    else made = { wanted: [], factory: () => factory };
  };
  runInContext(code, createContext({ define, Date: ScriptDate, log: globalLog }), { filename: name });
  if (made === null) throw scriptError('SSS_INVALID_MODULE_DEFINITION', `${name} does not call define`);
  const loaded: LoadedFile = { ...(made as Omit<LoadedFile, 'type'>), type: typeOf(code) };
  files.set(code, loaded);
  return loaded;
}

/** Of the comment that holds the platform's own tags; libraries have none. */
function typeOf(code: string): string {
  const comments = code.match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return comments.map((each) => /@NScriptType\s+(\w+)/.exec(each)?.[1]).find((each) => each !== undefined) ?? '';
}

/** Set while a factory runs: no N module may be called then. */
export interface DefineScope {
  file: string | null;
}

/** A module as scripts see it: whatever this platform does not know of it fails loudly. */
export function guarded(name: string, known: Module, scope: DefineScope): Module {
  const wrapped = new Map<string, unknown>();
  return new Proxy(known, {
    get: (target, member) => {
      if (typeof member === 'symbol') return undefined;
      if (wrapped.has(member)) return wrapped.get(member);
      if (!(member in target)) throw new Error(`${name}.${member} is not known to this platform`);
      const value = target[member];
      if (typeof value !== 'function') return value;
      const call = (...given: unknown[]) => {
        if (scope.file !== null) {
          throw scriptError('SUITESCRIPT_API_UNAVAILABLE_IN_DEFINE', `${scope.file} calls ${name}.${member}`);
        }
        return value.apply(target, given);
      };
      // Some functions carry another form of themselves, such as `post.promise`.
      const whole = Object.assign(call, value);
      wrapped.set(member, whole);
      return whole;
    },
  });
}
