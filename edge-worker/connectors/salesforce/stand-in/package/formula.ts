// Formulas of flows and rules, made into functions once. What this org does not know is an error, not a guess.
import type { Value, Values } from '../table.ts';
import { type Expression, readFormula } from './formula-text.ts';

/** What stands around one save while its flows and rules run. */
export interface Moment {
  readonly isNew: boolean;
  /** The record as it is being saved, or as it was when it is being deleted. */
  readonly values: Values;
  /** What the fields written by this save held before; null for a new record. */
  readonly prior: Values | null;
  readonly userId: string;
  /** Custom permissions of the user whose save it is. */
  readonly permissions: ReadonlySet<string>;
  readonly variables: Map<string, Value>;
}

export type Compiled = (moment: Moment) => Value;
export type Condition = (moment: Moment) => boolean;

/** What a formula may name; a name that leads nowhere throws. */
export interface Scope {
  /** The path of a reference, e.g. `$Record.Name` or `$Permission.Reviewer` -> what reads it. */
  read(path: string): Compiled;
  /** A field of the record that is saved -> where its value is kept. */
  keyOf(field: string): string;
}

export function compileFormula(text: string, scope: Scope): Compiled {
  return compile(readFormula(text), scope);
}

export function compileCondition(text: string, scope: Scope): Condition {
  return asCondition(compileFormula(text, scope));
}

export function hasChanged(key: string): Condition {
  return ({ prior, values }) => prior !== null && key in prior && (prior[key] ?? null) !== (values[key] ?? null);
}

function asCondition(compiled: Compiled): Condition {
  return (moment) => {
    const value = compiled(moment);
    if (typeof value !== 'boolean') throw new Error(`a condition is expected, not ${String(value)}`);
    return value;
  };
}

function compile(expression: Expression, scope: Scope): Compiled {
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      return () => value;
    }
    case 'reference':
      return scope.read(expression.path);
    case 'operation':
      return operation(expression.sign, compile(expression.left, scope), compile(expression.right, scope));
    case 'call':
      return call(expression.name, expression.args, scope);
  }
}

function operation(sign: string, left: Compiled, right: Compiled): Compiled {
  if (sign === '&') return (moment) => `${left(moment) ?? ''}${right(moment) ?? ''}`;
  return (moment) => (sign === '=') === (left(moment) === right(moment));
}

function call(name: string, args: readonly Expression[], scope: Scope): Compiled {
  if (name === 'ISNEW') return ({ isNew }) => isNew;
  if (name === 'ISCHANGED') return changed(args, scope);
  const given = args.map((one) => compile(one, scope));
  const [first, second, third] = given;
  if (!first) throw new Error(`${name} lacks its argument`);
  switch (name) {
    case 'AND': {
      const conditions = given.map(asCondition);
      return (moment) => conditions.every((one) => one(moment));
    }
    case 'OR': {
      const conditions = given.map(asCondition);
      return (moment) => conditions.some((one) => one(moment));
    }
    case 'NOT': {
      const condition = asCondition(first);
      return (moment) => !condition(moment);
    }
    case 'ISBLANK':
      return (moment) => [null, ''].some((empty) => empty === first(moment));
    case 'ISPICKVAL':
      if (!second) throw new Error('ISPICKVAL takes two arguments');
      return (moment) => first(moment) === second(moment);
    case 'IF': {
      if (!second || !third) throw new Error('IF takes three arguments');
      const condition = asCondition(first);
      return (moment) => (condition(moment) ? second(moment) : third(moment));
    }
  }
  throw new Error(`the function ${name} is not known`);
}

function changed([field]: readonly Expression[], scope: Scope): Compiled {
  const [, name] = /^\$Record\.(\w+)$/.exec(field?.kind === 'reference' ? field.path : '') ?? [];
  if (name === undefined) throw new Error('ISCHANGED is about a field');
  return hasChanged(scope.keyOf(name));
}
