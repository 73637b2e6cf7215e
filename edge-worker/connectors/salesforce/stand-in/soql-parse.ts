// SOQL words -> a query tree. Names are resolved later, against the schema.
import { malformed, momentOf, splitWords, unquote, type Word } from './soql-words.ts';

export interface Path {
  readonly names: readonly string[];
  readonly at: number;
}

export type Literal =
  | { readonly kind: 'string' | 'date'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'datetime'; readonly ms: number }
  | { readonly kind: 'days'; readonly first: number; readonly count: number }
  | { readonly kind: 'null' };

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'IN' | 'NOT IN';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Condition[] }
  | { readonly kind: 'not'; readonly term: Condition }
  | { readonly kind: 'compare'; readonly path: Path; readonly operator: Operator; readonly values: readonly Literal[] };

export type Selection =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'fields'; readonly group: string }
  | { readonly kind: 'sum'; readonly verb: string; readonly path: Path | null; readonly alias: string | null }
  | { readonly kind: 'children'; readonly query: Query };

export interface Ordering {
  readonly path: Path;
  readonly isDescending: boolean;
  readonly areNullsLast: boolean;
}

export interface Query {
  readonly soql: string;
  readonly selections: readonly Selection[];
  readonly from: Path;
  readonly where: Condition | null;
  readonly orderings: readonly Ordering[];
  readonly limit: number | null;
  readonly offset: number;
}

const sums = ['COUNT', 'COUNT_DISTINCT', 'SUM', 'MIN', 'MAX', 'AVG'];

/** One pass over the words; every method takes what it names or refuses the query at the word it met. */
class Parser {
  readonly #soql: string;
  readonly #words: readonly Word[];
  #at = 0;

  constructor(soql: string) {
    this.#soql = soql;
    this.#words = splitWords(soql);
  }

  whole(): Query {
    const query = this.#query(0);
    if (this.#word.kind !== 'end') this.#fail();
    return query;
  }

  get #word(): Word {
    return this.#words[this.#at]!;
  }

  #fail(): never {
    const { text, at, kind } = this.#word;
    throw malformed(this.#soql, at, kind === 'end' ? "unexpected token: '<EOF>'" : `unexpected token: '${text}'`);
  }

  #next(): Word {
    const word = this.#word;
    this.#at++;
    return word;
  }

  #is(text: string): boolean {
    const { kind } = this.#word;
    return (kind === 'name' || kind === 'symbol') && this.#word.text.toUpperCase() === text;
  }

  #takes(...texts: readonly string[]): boolean {
    const from = this.#at;
    for (const text of texts) {
      if (!this.#is(text)) {
        this.#at = from;
        return false;
      }
      this.#at++;
    }
    return true;
  }

  #expect(text: string): void {
    if (!this.#takes(text)) this.#fail();
  }

  #path(): Path {
    const word = this.#word;
    if (word.kind !== 'name' || word.text.includes(':')) this.#fail();
    this.#at++;
    return { names: word.text.split('.'), at: word.at };
  }

  #count(): number {
    const word = this.#word;
    if (word.kind !== 'number' || !/^\d+$/.test(word.text)) this.#fail();
    this.#at++;
    return Number(word.text);
  }

  #query(depth: number): Query {
    this.#expect('SELECT');
    const selections = this.#listOf(() => this.#selection(depth));
    this.#expect('FROM');
    const from = this.#path();
    const where = this.#takes('WHERE') ? this.#condition() : null;
    const orderings = this.#takes('ORDER', 'BY') ? this.#listOf(() => this.#ordering()) : [];
    const limit = this.#takes('LIMIT') ? this.#count() : null;
    const offset = this.#takes('OFFSET') ? this.#count() : 0;
    this.#takes('FOR', 'VIEW');
    return { soql: this.#soql, selections, from, where, orderings, limit, offset };
  }

  #listOf<Entry>(take: () => Entry): readonly Entry[] {
    const entries = [take()];
    while (this.#takes(',')) entries.push(take());
    return entries;
  }

  #selection(depth: number): Selection {
    if (this.#takes('(')) {
      if (depth > 0) this.#fail();
      const query = this.#query(depth + 1);
      this.#expect(')');
      return { kind: 'children', query };
    }
    const path = this.#path();
    const verb = path.names.join('.').toUpperCase();
    if (!this.#takes('(')) return { kind: 'path', path };
    if (verb === 'FIELDS') {
      const group = this.#path().names.join('.').toUpperCase();
      this.#expect(')');
      return { kind: 'fields', group };
    }
    if (!sums.includes(verb)) this.#fail();
    const counted = this.#is(')') ? null : this.#path();
    this.#expect(')');
    const alias = this.#word.kind === 'name' && !this.#is('FROM') ? this.#next().text : null;
    return { kind: 'sum', verb, path: counted, alias };
  }

  #ordering(): Ordering {
    const path = this.#path();
    const isDescending = !this.#takes('ASC') && this.#takes('DESC');
    const areNullsLast = !this.#takes('NULLS', 'FIRST') && this.#takes('NULLS', 'LAST');
    return { path, isDescending, areNullsLast };
  }

  /** AND and OR may not be mixed without parentheses. */
  #condition(): Condition {
    const terms = [this.#term()];
    const kind = this.#is('OR') ? 'or' : 'and';
    while (this.#takes(kind.toUpperCase())) terms.push(this.#term());
    if (this.#is('AND') || this.#is('OR')) this.#fail();
    return terms.length === 1 ? terms[0]! : { kind, terms };
  }

  #term(): Condition {
    if (this.#takes('NOT')) return { kind: 'not', term: this.#term() };
    if (!this.#takes('(')) return this.#comparison();
    const inner = this.#condition();
    this.#expect(')');
    return inner;
  }

  #comparison(): Condition {
    const path = this.#path();
    const operator = this.#operator();
    if (operator !== 'IN' && operator !== 'NOT IN') {
      return { kind: 'compare', path, operator, values: [this.#literal()] };
    }
    this.#expect('(');
    const values = this.#listOf(() => this.#literal());
    this.#expect(')');
    return { kind: 'compare', path, operator, values };
  }

  #operator(): Operator {
    for (const operator of ['<=', '>=', '!=', '=', '<', '>', 'LIKE', 'IN'] as const) {
      if (this.#takes(operator)) return operator;
    }
    if (this.#takes('<>')) return '!=';
    if (this.#takes('NOT', 'IN')) return 'NOT IN';
    return this.#fail();
  }

  #literal(): Literal {
    const word = this.#next();
    const text = word.text.toUpperCase();
    if (word.kind === 'string') return { kind: 'string', text: unquote(this.#soql, word) };
    if (word.kind === 'number') return { kind: 'number', value: Number(word.text) };
    if (word.kind === 'date') return { kind: 'date', text: word.text };
    if (word.kind === 'datetime') return { kind: 'datetime', ms: momentOf(this.#soql, word) };
    if (word.kind === 'name') {
      if (text === 'NULL') return { kind: 'null' };
      if (text === 'TRUE' || text === 'FALSE') return { kind: 'boolean', value: text === 'TRUE' };
      if (text === 'TODAY') return { kind: 'days', first: 0, count: 1 };
      if (text === 'YESTERDAY') return { kind: 'days', first: -1, count: 1 };
      const last = /^LAST_N_DAYS:(\d+)$/.exec(text)?.[1];
      if (last !== undefined) return { kind: 'days', first: -Number(last), count: Number(last) + 1 };
    }
    this.#at--;
    return this.#fail();
  }
}

export const parseSoql = (soql: string): Query => new Parser(soql).whole();
