// What the library's own type check lets through and a formula over money may not do: floats, loose types, mixed currencies, misspelt values, long loops.
import type { ASTNode, TypeDeclaration } from '@marcbachmann/cel-js';
import { FormulaError } from './formula-error.ts';
import { isRounding } from './formula-functions.ts';
import type { RecordType } from './formula-values.ts';

/** Everything a formula may call. `matches` is absent because a pattern can take for ever, `has` because it hides a misspelt field. */
const callable: ReadonlySet<string> = new Set([
  ...['add', 'sub', 'mul', 'div', 'neg', 'round', 'sum', 'amount', 'currency', 'decimal', 'money', 'int', 'bool'],
  ...['text', 'string', 'upper', 'lower', 'trim', 'size', 'daysBetween', 'addDays', 'default', 'when'],
]);
const methods: ReadonlySet<string> = new Set([
  ...['contains', 'startsWith', 'endsWith', 'indexOf', 'lastIndexOf', 'substring', 'trim', 'lowerAscii', 'upperAscii'],
  ...['size', 'split', 'join', 'map', 'filter', 'all', 'exists', 'exists_one'],
]);
const loops: ReadonlySet<string> = new Set(['map', 'filter', 'all', 'exists', 'exists_one']);
/** A loop within a loop visits pairs of lines; a third level would visit triples. */
const loopDepthMax = 2;
const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const scalars: ReadonlySet<string> = new Set(['string', 'bool', 'int', 'null', 'Decimal', 'Money']);
/** Calls whose outcome is known as soon as their arguments are: worked out while the formula is checked. */
const settled: ReadonlySet<string> = new Set(['decimal', 'money', 'daysBetween', 'addDays', 'round', 'div', 'mul']);

export class Review {
  readonly #records: ReadonlyMap<string, RecordType>;
  readonly #tryOut: (node: ASTNode) => void;

  /** `tryOut` works out a part of the formula that does not read the record, and throws what is wrong with it. */
  constructor(records: readonly RecordType[], tryOut: (node: ASTNode) => void) {
    this.#records = new Map(records.map((type) => [type.name, type]));
    this.#tryOut = tryOut;
  }

  /** Throws on the first thing found. The formula has passed the library's check, so that every node knows its type. */
  check(node: ASTNode, loopDepth = 0): void {
    const type = typeOf(node);
    const depth = node.op === 'rcall' && loops.has(node.args[0]) ? loopDepth + 1 : loopDepth;
    if (depth > loopDepthMax) refuse(node, 'too-long', `a list within a list within a list would take too long`);
    for (const part of partsOf(node)) this.check(part, depth);
    if (type === null || !this.#isKnown(type)) this.#refuseType(node, type);
    if (node.op === 'call') this.#checkCall(node, node.args[0], node.args[1]);
    else if (node.op === 'rcall' && !methods.has(node.args[0])) this.#refuseCall(node, node.args[0]);
    else if (node.op === '?:') sameType(node, node.args[1], node.args[2]);
    else if (node.op === 'in') this.#checkMembership(node, node.args[0], node.args[1]);
    else if (isComparison(node)) this.#checkComparison(node, node.args[0], node.args[1]);
  }

  #isKnown(type: TypeDeclaration): boolean {
    if (type.kind === 'dyn') return type.valueType !== undefined && this.#isKnown(type.unwrappedType);
    // A literal list without elements: a list of anything.
    if (type.kind === 'param') return true;
    if (type.kind === 'list') return type.valueType !== undefined && this.#isKnown(type.valueType);
    return scalars.has(type.name) || this.#records.has(type.name);
  }

  #refuseType(node: ASTNode, type: TypeDeclaration | null): never {
    if (type?.name !== 'double') return refuse(node, 'not-allowed', 'a formula cannot work with this');
    return refuse(
      node,
      'wrong-type',
      'a number with a point would be a float, which loses cents',
      "Write it as a decimal, as in decimal('1.5').",
    );
  }

  #refuseCall(node: ASTNode, name: string): never {
    return refuse(node, 'not-allowed', `${name}(…) is not part of the formula language`);
  }

  #checkCall(node: ASTNode, name: string, args: readonly ASTNode[]): void {
    if (!callable.has(name)) this.#refuseCall(node, name);
    const last = args.at(-1);
    const isRounded = (args.length === 3 && (name === 'mul' || name === 'money')) || name === 'div' || name === 'round';
    const rounding = last && isRounded ? literalOf(last) : null;
    if (last && rounding !== null && !isRounding(rounding))
      refuse(last, 'unknown-name', `there is no rounding ${rounding}`);
    if (settled.has(name) && args.every((arg) => arg.op === 'value')) this.#tryOut(node);
    const [first, second] = args;
    if (!first) return;
    if (name === 'sum' && typeOf(first)?.valueType?.kind === 'dyn') {
      const next = "Say what an empty value counts as, as in it.lines.map(line, default(line.rate, decimal('0'))).";
      refuse(node, 'empty-value', 'some values of the sum may be empty', next);
    }
    if (second && (name === 'add' || name === 'sub' || name === 'div')) sameCurrency(node, first, second);
  }

  #checkMembership(node: ASTNode, value: ASTNode, list: ASTNode): void {
    const [left, right] = [typeOf(value)?.unwrappedType, typeOf(list)?.unwrappedType];
    const element = right?.valueType?.unwrappedType;
    if (right?.kind !== 'list' || !element) refuse(node, 'wrong-type', 'only a list has elements');
    if (element.kind !== 'param' && element.name !== left?.name)
      refuse(node, 'wrong-type', 'the list holds values of another type');
    if (list.op === 'list') for (const choice of list.args) this.#checkChoice(value, choice);
  }

  #checkComparison(node: ASTNode, left: ASTNode, right: ASTNode): void {
    sameCurrency(node, left, right);
    if (node.op !== '==' && node.op !== '!=') return;
    sameType(node, left, right);
    this.#checkChoice(left, right);
    this.#checkChoice(right, left);
  }

  /** A misspelt choice is never equal to anything, and nobody would notice. */
  #checkChoice(field: ASTNode, value: ASTNode): void {
    const literal = literalOf(value);
    if (field.op !== '.' || literal === null) return;
    const choices = this.#records
      .get(typeOf(field.args[0])?.unwrappedType.name ?? '')
      ?.fields.get(field.args[1])?.choices;
    if (!choices || choices.includes(literal)) return;
    refuse(value, 'wrong-type', `${field.args[1]} is never "${literal}"`, `It is one of ${choices.join(', ')}.`);
  }
}

function refuse(
  node: ASTNode,
  code: ConstructorParameters<typeof FormulaError>[0],
  problem: string,
  next?: string,
): never {
  const { start, end } = node.range;
  const message = `"${node.input.slice(start, end).slice(0, 60)}": ${problem}`;
  throw new FormulaError(code, message, next === undefined ? { at: { start, end } } : { at: { start, end }, next });
}

/** The library keeps the type it found with each node, but does not say so in its declarations. */
function typeOf(node: ASTNode & { readonly checkedType?: TypeDeclaration }): TypeDeclaration | null {
  return node.checkedType ?? null;
}

/** The parts that have a value of their own; the name that a loop gives to its element has none. */
function partsOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
      return [node.args[0]];
    case '!_':
    case '-_':
      return [node.args];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2].slice(loops.has(node.args[0]) ? 1 : 0)];
    case '.?':
    case '[?]':
    case 'map':
      return refuse(node, 'not-allowed', 'a formula cannot work with this');
    default:
      return node.args;
  }
}

type Comparison = Extract<ASTNode, { readonly op: '==' | '!=' | '<' | '<=' | '>' | '>=' }>;

function isComparison(node: ASTNode): node is Comparison {
  return comparisons.has(node.op);
}

function literalOf(node: ASTNode): string | null {
  return node.op === 'value' && typeof node.args === 'string' ? node.args : null;
}

function isNumeric(name: string): boolean {
  return name === 'Decimal' || name === 'int';
}

/** What may be empty is loosely typed in the library, which would compare it with anything. */
function sameType(node: ASTNode, first: ASTNode, second: ASTNode): void {
  const [left, right] = [typeOf(first)?.unwrappedType, typeOf(second)?.unwrappedType];
  if (!left || !right || left.name === right.name || left.name === 'null' || right.name === 'null') return;
  if (node.op !== '?:' && isNumeric(left.name) && isNumeric(right.name)) return;
  if (left.hasPlaceholderType || right.hasPlaceholderType) return;
  refuse(node, 'wrong-type', `${left.name} and ${right.name} are not the same type`);
}

function sameCurrency(node: ASTNode, first: ASTNode, second: ASTNode): void {
  const [left, right] = [currencyOf(first), currencyOf(second)];
  if (left !== null && right !== null && left !== right)
    refuse(node, 'mixed-currencies', `${left} and ${right} do not mix`);
}

/** The currency of an amount, where the formula itself says it. */
function currencyOf(node: ASTNode): string | null {
  if (node.op === '?:') {
    const [left, right] = [currencyOf(node.args[1]), currencyOf(node.args[2])];
    return left === right ? left : null;
  }
  if (node.op !== 'call') return null;
  const [name, [first, second]] = node.args;
  if ((name === 'money' || name === 'sum') && second) return literalOf(second);
  if (!first || typeOf(node)?.unwrappedType.name !== 'Money') return null;
  const known = currencyOf(first);
  return known ?? (second && (name === 'add' || name === 'sub' || name === 'default') ? currencyOf(second) : null);
}
