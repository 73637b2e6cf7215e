// Reads the queries of our pages: the part of GraphQL they use, with variables filled in. All else fails loudly.

export type Argument = string | number | boolean | null | readonly Argument[] | { readonly [key: string]: Argument };

export interface Selection {
  readonly name: string;
  /** The key in the answer. */
  readonly key: string;
  readonly isAliased: boolean;
  readonly args: { readonly [name: string]: Argument };
  readonly inner: readonly Selection[];
}

const token = /\s*(?:("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?)|(\$?[A-Za-z_]\w*)|([{}()[\]:,!]))/y;

class QueryReader {
  readonly #tokens: readonly string[];
  readonly #variables: { readonly [name: string]: Argument };
  #at = 0;

  constructor(text: string, variables: { readonly [name: string]: Argument }) {
    const found: string[] = [];
    token.lastIndex = 0;
    for (let at = 0; text.slice(at).trim() !== ''; at = token.lastIndex) {
      const match = token.exec(text);
      if (!match) throw new Error(`the query cannot be read from: ${text.slice(at, at + 40)}`);
      found.push(match[0].trim());
    }
    this.#tokens = found;
    this.#variables = variables;
  }

  query(): readonly Selection[] {
    this.#expect('query');
    if (this.#peek() !== '{' && this.#peek() !== '(') this.#next();
    if (this.#take('(')) while (!this.#take(')')) this.#next();
    return this.#selections();
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? '';
  }

  #next(): string {
    const found = this.#tokens[this.#at];
    if (found === undefined) throw new Error('the query ends too early');
    this.#at += 1;
    return found;
  }

  #take(sign: string): boolean {
    if (this.#peek() !== sign) return false;
    this.#at += 1;
    return true;
  }

  #expect(sign: string): void {
    const found = this.#next();
    if (found !== sign) throw new Error(`${sign} is expected, not ${found}`);
  }

  #selections(): readonly Selection[] {
    const found: Selection[] = [];
    if (!this.#take('{')) return found;
    while (!this.#take('}')) {
      const key = this.#next();
      const isAliased = this.#take(':');
      const name = isAliased ? this.#next() : key;
      const args = this.#take('(') ? this.#members(')') : {};
      found.push({ name, key, isAliased, args, inner: this.#selections() });
    }
    return found;
  }

  #members(end: string): { readonly [name: string]: Argument } {
    const found: Record<string, Argument> = {};
    while (!this.#take(end)) {
      const name = this.#next();
      this.#expect(':');
      found[name] = this.#value();
      this.#take(',');
    }
    return found;
  }

  #value(): Argument {
    if (this.#take('{')) return this.#members('}');
    if (this.#take('[')) {
      const found: Argument[] = [];
      while (!this.#take(']')) {
        found.push(this.#value());
        this.#take(',');
      }
      return found;
    }
    const word = this.#next();
    if (word.startsWith('"')) return String(JSON.parse(word));
    if (/^-?\d/.test(word)) return Number(word);
    if (word.startsWith('$')) return this.#variables[word.slice(1)] ?? null;
    return word === 'true' || word === 'false' ? word === 'true' : word;
  }
}

export function readQuery(text: string, variables: { readonly [name: string]: Argument }): readonly Selection[] {
  return new QueryReader(text, variables).query();
}
