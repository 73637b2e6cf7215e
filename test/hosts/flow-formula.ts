// Evaluates the formulas of our flows and validation rules. What it does not know is an error, not a guess.

export type FlowValue = string | number | boolean | null;

export interface FormulaScope {
  readonly isNew: boolean;
  /** `$Record.Name`, `$Permission.Role_Admin`, the name of a resource. */
  read(path: string): FlowValue;
  hasChanged(field: string): boolean;
}

type Expression =
  | { readonly kind: 'literal'; readonly value: FlowValue }
  | { readonly kind: 'reference'; readonly path: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'operation'; readonly sign: string; readonly left: Expression; readonly right: Expression };

const tokens = /\s*(?:"((?:[^"\\]|\\.)*)"|\{!([\w$.]+)\}|(\d+(?:\.\d+)?)|([A-Za-z_$][\w$.]*)|(&|=|<>|\(|\)|,))/y;

class Reader {
  readonly #text: string;
  #at = 0;
  #token: RegExpExecArray | null = null;

  constructor(text: string) {
    this.#text = text;
    this.#advance();
  }

  whole(): Expression {
    const expression = this.#comparison();
    if (this.#token) throw new Error(`unexpected ${this.#token[0].trim()} in ${this.#text}`);
    return expression;
  }

  #advance(): void {
    tokens.lastIndex = this.#at;
    const found = tokens.exec(this.#text);
    if (!found && this.#text.slice(this.#at).trim() !== '') {
      throw new Error(`the formula cannot be read from: ${this.#text.slice(this.#at)}`);
    }
    this.#at = tokens.lastIndex;
    this.#token = found;
  }

  #take(sign: string): boolean {
    if (this.#token?.[5] !== sign) return false;
    this.#advance();
    return true;
  }

  #comparison(): Expression {
    const left = this.#joining();
    const sign = ['=', '<>'].find((one) => this.#take(one));
    return sign === undefined ? left : { kind: 'operation', sign, left, right: this.#joining() };
  }

  #joining(): Expression {
    let left = this.#primary();
    while (this.#take('&')) left = { kind: 'operation', sign: '&', left, right: this.#primary() };
    return left;
  }

  #primary(): Expression {
    if (this.#take('(')) {
      const inner = this.#comparison();
      if (!this.#take(')')) throw new Error(`a bracket stays open in ${this.#text}`);
      return inner;
    }
    const [, text, merged, number, name] = this.#token ?? [];
    this.#advance();
    if (text !== undefined) return { kind: 'literal', value: text };
    if (merged !== undefined) return { kind: 'reference', path: merged };
    if (number !== undefined) return { kind: 'literal', value: Number(number) };
    if (name === undefined) throw new Error(`a value is missing in ${this.#text}`);
    return this.#named(name);
  }

  #named(name: string): Expression {
    if (!this.#take('(')) {
      if (/^(TRUE|FALSE)$/i.test(name)) return { kind: 'literal', value: name.toUpperCase() === 'TRUE' };
      // Validation rules name the fields of their record without saying whose.
      return { kind: 'reference', path: name.startsWith('$') ? name : `$Record.${name}` };
    }
    const args: Expression[] = [];
    if (this.#take(')')) return { kind: 'call', name, args };
    do args.push(this.#comparison());
    while (this.#take(','));
    if (!this.#take(')')) throw new Error(`a bracket stays open in ${this.#text}`);
    return { kind: 'call', name, args };
  }
}

export function evaluate(formula: string, scope: FormulaScope): FlowValue {
  return resultOf(new Reader(formula).whole(), scope);
}

export function holds(formula: string, scope: FormulaScope): boolean {
  const value = evaluate(formula, scope);
  if (typeof value !== 'boolean') throw new Error(`a condition is expected, not ${String(value)}: ${formula}`);
  return value;
}

function resultOf(expression: Expression, scope: FormulaScope): FlowValue {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'reference':
      return scope.read(expression.path);
    case 'operation':
      return operate(expression.sign, resultOf(expression.left, scope), resultOf(expression.right, scope));
    case 'call':
      return call(expression.name, expression.args, scope);
  }
}

function operate(sign: string, left: FlowValue, right: FlowValue): FlowValue {
  if (sign === '&') return `${left ?? ''}${right ?? ''}`;
  return (sign === '=') === (left === right);
}

function truth(expression: Expression, scope: FormulaScope): boolean {
  const value = resultOf(expression, scope);
  if (typeof value !== 'boolean') throw new Error(`a condition is expected, not ${String(value)}`);
  return value;
}

function call(name: string, args: readonly Expression[], scope: FormulaScope): FlowValue {
  const [first, second, third] = args;
  switch (name) {
    case 'AND':
      return args.every((one) => truth(one, scope));
    case 'OR':
      return args.some((one) => truth(one, scope));
    case 'ISNEW':
      return scope.isNew;
  }
  if (!first) throw new Error(`${name} lacks its argument`);
  switch (name) {
    case 'NOT':
      return !truth(first, scope);
    case 'ISBLANK':
      return [null, ''].some((empty) => empty === resultOf(first, scope));
    case 'ISCHANGED':
      if (first.kind !== 'reference' || !first.path.startsWith('$Record.'))
        throw new Error('ISCHANGED is about a field');
      return scope.hasChanged(first.path.slice('$Record.'.length));
    case 'ISPICKVAL':
      return resultOf(first, scope) === (second ? resultOf(second, scope) : null);
    case 'IF':
      if (!second || !third) throw new Error('IF takes three arguments');
      return resultOf(truth(first, scope) ? second : third, scope);
  }
  throw new Error(`the function ${name} is not known`);
}
