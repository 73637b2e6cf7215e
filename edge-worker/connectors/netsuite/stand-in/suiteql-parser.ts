// The SuiteQL that the stand-in reads: SELECT … FROM one table WHERE … GROUP BY … ORDER BY … FETCH FIRST n ROWS ONLY.
import { refusals } from './refusal.ts';

export type Operator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Expression =
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: string | number | null }
  | { readonly kind: 'star' }
  | { readonly kind: 'call'; readonly name: string; readonly inputs: readonly Expression[] };

export type Condition =
  | { readonly kind: 'compare'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'in'; readonly left: Expression; readonly list: readonly Expression[] }
  | { readonly kind: 'like'; readonly left: Expression; readonly pattern: Expression }
  | { readonly kind: 'null'; readonly left: Expression }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Condition[] };

export interface Query {
  readonly columns: readonly { readonly expression: Expression; readonly alias: string | null }[];
  readonly table: string;
  readonly where: Condition | null;
  readonly group: readonly Expression[];
  readonly order: readonly { readonly expression: Expression; readonly isDescending: boolean }[];
  readonly rowsMax: number | null;
}

const lexeme = /\s*(?:('(?:[^']|'')*')|(\d+(?:\.\d+)?)|([A-Za-z_][\w.]*)|(<>|!=|<=|>=|[=<>(),*?]))/y;

export function sqlError(message: string) {
  const preface = 'Invalid search query. Detailed unprocessed description follows. Search error occurred: ';
  return refusals.badParameter(`${preface}${message}`);
}

function lex(sql: string): string[] {
  const found: string[] = [];
  const text = sql.trimEnd();
  lexeme.lastIndex = 0;
  while (lexeme.lastIndex < text.length) {
    const at = lexeme.lastIndex;
    const match = lexeme.exec(text);
    if (!match) throw sqlError(`Invalid or unsupported search. Syntax error near '${text.slice(at, at + 20).trim()}'.`);
    found.push(match[0].trim());
  }
  return found;
}

class Parser {
  readonly #tokens: readonly string[];
  readonly #parameters: readonly unknown[];
  #at = 0;
  #parametersUsed = 0;

  constructor(sql: string, parameters: readonly unknown[]) {
    this.#tokens = lex(sql);
    this.#parameters = parameters;
  }

  query(): Query {
    this.#demand('SELECT');
    const columns = this.#list(() => this.#column());
    this.#demand('FROM');
    const table = this.#next().toLowerCase();
    this.#skipAlias(table);
    const where = this.#take('WHERE') ? this.#any() : null;
    const group = this.#take('GROUP') ? this.#group() : [];
    const order = this.#take('ORDER') ? this.#order() : [];
    const rowsMax = this.#take('FETCH') ? this.#fetch() : null;
    if (this.#peek() !== undefined) throw sqlError(`Invalid or unsupported search. Unexpected '${this.#peek()}'.`);
    if (this.#parametersUsed !== this.#parameters.length) throw sqlError('Invalid number of parameters.');
    return { columns, table, where, group, order, rowsMax };
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #next(): string {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw sqlError('Invalid or unsupported search. Unexpected end of query.');
    return token;
  }

  #take(word: string): boolean {
    if (this.#peek()?.toUpperCase() !== word) return false;
    this.#at++;
    return true;
  }

  #demand(word: string): void {
    if (!this.#take(word))
      throw sqlError(`Invalid or unsupported search. Expected '${word}' before '${this.#peek() ?? ''}'.`);
  }

  #list<Part>(part: () => Part): Part[] {
    const parts = [part()];
    while (this.#take(',')) parts.push(part());
    return parts;
  }

  #column() {
    const expression = this.#expression();
    const isNamed = this.#take('AS') || (/^[A-Za-z_]\w*$/.test(this.#peek() ?? '') && !this.#isKeyword());
    return { expression, alias: isNamed ? this.#next().toLowerCase() : null };
  }

  #isKeyword(): boolean {
    return ['FROM', 'WHERE', 'ORDER', 'FETCH', 'GROUP', 'JOIN', 'LIMIT'].includes(this.#peek()?.toUpperCase() ?? '');
  }

  /** `FROM job j` or `FROM job AS j`: one table needs no prefix, so the alias is only stepped over. */
  #skipAlias(table: string): void {
    this.#take('AS');
    const token = this.#peek();
    if (token !== undefined && /^[A-Za-z_]\w*$/.test(token) && !this.#isKeyword()) this.#at++;
    else if (token === ',')
      throw sqlError(`Invalid or unsupported search. Only one table can be read, after '${table}'.`);
  }

  #group(): Expression[] {
    this.#demand('BY');
    return this.#list(() => this.#expression());
  }

  #order() {
    this.#demand('BY');
    return this.#list(() => {
      const expression = this.#expression();
      const isDescending = this.#take('DESC');
      if (!isDescending) this.#take('ASC');
      return { expression, isDescending };
    });
  }

  #fetch(): number {
    if (!this.#take('FIRST')) this.#demand('NEXT');
    const count = Number(this.#next());
    if (!this.#take('ROWS')) this.#demand('ROW');
    this.#demand('ONLY');
    return count;
  }

  #any(): Condition {
    const parts = [this.#all()];
    while (this.#take('OR')) parts.push(this.#all());
    return parts.length === 1 ? parts[0]! : { kind: 'any', parts };
  }

  #all(): Condition {
    const parts = [this.#one()];
    while (this.#take('AND')) parts.push(this.#one());
    return parts.length === 1 ? parts[0]! : { kind: 'all', parts };
  }

  #one(): Condition {
    if (this.#take('NOT')) return { kind: 'not', part: this.#one() };
    if (this.#take('(')) {
      const inner = this.#any();
      this.#demand(')');
      return inner;
    }
    const left = this.#expression();
    if (this.#take('IS')) {
      const isNot = this.#take('NOT');
      this.#demand('NULL');
      return isNot ? { kind: 'not', part: { kind: 'null', left } } : { kind: 'null', left };
    }
    if (this.#take('NOT')) return { kind: 'not', part: this.#test(left) };
    return this.#test(left);
  }

  #test(left: Expression): Condition {
    if (this.#take('IN')) {
      this.#demand('(');
      const list = this.#list(() => this.#expression());
      this.#demand(')');
      return { kind: 'in', left, list };
    }
    if (this.#take('LIKE')) return { kind: 'like', left, pattern: this.#expression() };
    if (this.#take('BETWEEN')) {
      const low = this.#expression();
      this.#demand('AND');
      const high = this.#expression();
      const parts: Condition[] = [
        { kind: 'compare', operator: '>=', left, right: low },
        { kind: 'compare', operator: '<=', left, right: high },
      ];
      return { kind: 'all', parts };
    }
    const operator = this.#next();
    const known = operatorOf(operator);
    if (!known) throw sqlError(`Invalid or unsupported search. Unexpected '${operator}'.`);
    return { kind: 'compare', operator: known, left, right: this.#expression() };
  }

  #expression(): Expression {
    const token = this.#next();
    if (token === '*') return { kind: 'star' };
    if (token === '?') return { kind: 'literal', value: this.#parameter() };
    if (token.startsWith("'")) return { kind: 'literal', value: token.slice(1, -1).replaceAll("''", "'") };
    if (/^\d/.test(token)) return { kind: 'literal', value: Number(token) };
    if (!/^[A-Za-z_]/.test(token)) throw sqlError(`Invalid or unsupported search. Unexpected '${token}'.`);
    if (token.toUpperCase() === 'NULL') return { kind: 'literal', value: null };
    if (!this.#take('(')) return { kind: 'column', name: token.toLowerCase().split('.').pop() ?? '' };
    const inputs = this.#peek() === ')' ? [] : this.#list(() => this.#expression());
    this.#demand(')');
    return { kind: 'call', name: token.toUpperCase(), inputs };
  }

  #parameter(): string | number {
    const value = this.#parameters[this.#parametersUsed++];
    if (typeof value !== 'string' && typeof value !== 'number') throw sqlError('Invalid number of parameters.');
    return value;
  }
}

function operatorOf(token: string): Operator | null {
  switch (token) {
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return token;
    case '!=':
      return '<>';
    default:
      return null;
  }
}

export const parseSql = (sql: string, parameters: readonly unknown[]) => new Parser(sql, parameters).query();
