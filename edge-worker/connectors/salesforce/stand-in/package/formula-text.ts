// Formula text -> expressions: the grammar that flows and validation rules share. What cannot be read is an error.
import type { Value } from '../table.ts';

export type Expression =
  | { readonly kind: 'literal'; readonly value: Value }
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

export function readFormula(text: string): Expression {
  return new Reader(text).whole();
}
