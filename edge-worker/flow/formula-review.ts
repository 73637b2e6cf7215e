// What the library's own check lets through and a formula over money may not do: floats, loose types, mixed currencies.
import type { ASTNode, TypeDeclaration } from '@marcbachmann/cel-js';
import { type FormulaCode, FormulaError } from './formula-error.ts';
import { isRounding } from './formula-functions.ts';
import type { RecordType } from './formula-values.ts';

/** Everything a formula may call. Not `has`, which would hide a misspelt field, nor what leads to floats. */
export const functions: ReadonlySet<string> = new Set([
  ...['add', 'sub', 'mul', 'div', 'neg', 'round', 'sum', 'amount', 'currency', 'decimal', 'money', 'int', 'bool'],
  ...['text', 'string', 'upper', 'lower', 'trim', 'size', 'daysBetween', 'addDays', 'default', 'when'],
]);
/** What follows a point, and what it takes. Not `matches`, whose patterns can take for ever. */
export const methods: Readonly<
  Record<string, { readonly on: 'string' | 'list' | 'both'; readonly takes: readonly string[] }>
> = {
  contains: { on: 'string', takes: ['string'] },
  startsWith: { on: 'string', takes: ['string'] },
  endsWith: { on: 'string', takes: ['string'] },
  indexOf: { on: 'string', takes: ['string', 'int'] },
  lastIndexOf: { on: 'string', takes: ['string', 'int'] },
  substring: { on: 'string', takes: ['int', 'int'] },
  split: { on: 'string', takes: ['string', 'int'] },
  trim: { on: 'string', takes: [] },
  lowerAscii: { on: 'string', takes: [] },
  upperAscii: { on: 'string', takes: [] },
  join: { on: 'list', takes: ['string'] },
  size: { on: 'both', takes: [] },
};
export const loops: ReadonlySet<string> = new Set(['map', 'filter', 'all', 'exists', 'exists_one']);
/** A loop within a loop visits pairs of lines; a third level would visit triples. */
const loopDepthMax = 2;
const scalars: ReadonlySet<string> = new Set(['string', 'bool', 'int', 'null', 'Decimal', 'Money']);
/** Calls whose outcome is known as soon as their arguments are: worked out while the formula is checked. */
const settled: ReadonlySet<string> = new Set(['decimal', 'money', 'daysBetween', 'addDays', 'round', 'div', 'mul']);

/** Before the types are known: whether the formula uses nothing but the language. */
export function reviewWords(node: ASTNode, loopDepth = 0): void {
  if (node.op === 'value' && typeof node.args === 'number') refuseFloat(node);
  if (node.op === 'call' && !functions.has(node.args[0])) refuseCall(node, node.args[0]);
  if (node.op !== 'rcall') {
    for (const part of partsOf(node)) reviewWords(part, loopDepth);
    return;
  }
  const [name, receiver, args] = node.args;
  const isLoop = loops.has(name);
  if (!isLoop && !Object.hasOwn(methods, name)) refuseCall(node, name);
  const depth = isLoop ? loopDepth + 1 : loopDepth;
  if (depth > loopDepthMax) refuse(node, 'too-long', 'a loop within a loop within a loop would take too long');
  reviewWords(receiver, loopDepth);
  for (const arg of args) reviewWords(arg, depth);
}

/** Once the library has checked the types. */
export class TypeReview {
  readonly #records: ReadonlyMap<string, RecordType>;
  readonly #tryOut: (node: ASTNode) => void;

  /** `tryOut` works out a part of the formula that does not read the record, and throws what is wrong with it. */
  constructor(records: readonly RecordType[], tryOut: (node: ASTNode) => void) {
    this.#records = new Map(records.map((type) => [type.name, type]));
    this.#tryOut = tryOut;
  }

  /** Throws on the first thing found. */
  check(node: ASTNode): void {
    for (const part of partsOf(node)) this.check(part);
    const type = typeOf(node);
    if (type?.name === 'double') refuseFloat(node);
    if (type === null || !this.#isKnown(type)) refuse(node, 'not-allowed', 'a formula cannot work with this');
    if (node.op === 'call') this.#checkCall(node, node.args[0], node.args[1]);
    else if (node.op === 'rcall') checkMethod(node, node.args[0], node.args[1], node.args[2]);
    else if (node.op === '?:') sameType(node, node.args[1], node.args[2]);
    else if (node.op === 'in') this.#checkMembership(node, node.args[0], node.args[1]);
    else if (isComparison(node)) this.#checkComparison(node, node.args[0], node.args[1]);
    if (node.op === '?:') mustBe(node.args[0], 'bool');
    if (node.op === '&&' || node.op === '||') for (const part of node.args) mustBe(part, 'bool');
  }

  #isKnown(type: TypeDeclaration): boolean {
    if (type.kind === 'dyn') return type.valueType !== undefined && this.#isKnown(type.unwrappedType);
    // A literal list without elements: a list of anything.
    if (type.kind === 'param') return true;
    if (type.kind === 'list') return type.valueType !== undefined && this.#isKnown(type.valueType);
    return scalars.has(type.name) || this.#records.has(type.name);
  }

  #checkCall(node: ASTNode, name: string, args: readonly ASTNode[]): void {
    const [first, second] = args;
    const last = args.at(-1);
    const isRounded = (args.length === 3 && (name === 'mul' || name === 'money')) || name === 'div' || name === 'round';
    const rounding = last && isRounded ? literalOf(last) : null;
    if (last && rounding !== null && !isRounding(rounding))
      refuse(last, 'unknown-name', `there is no rounding ${rounding}`);
    if (settled.has(name) && args.every((arg) => arg.op === 'value')) this.#tryOut(node);
    if (!first) return;
    if (name === 'when') mustBe(first, 'bool');
    if (name === 'sum' && typeOf(first)?.valueType?.kind === 'dyn') {
      const next = "Say what an empty value counts as, as in it.lines.map(line, default(line.rate, decimal('0'))).";
      refuse(node, 'empty-value', 'some values of the sum may be empty', next);
    }
    if (second && (name === 'add' || name === 'sub' || name === 'div')) sameCurrency(node, first, second);
  }

  #checkMembership(node: ASTNode, value: ASTNode, list: ASTNode): void {
    const element = typeOf(list)?.unwrappedType.valueType?.unwrappedType;
    if (typeOf(list)?.kind !== 'list' || !element) return refuse(list, 'wrong-type', 'only a list has elements');
    if (element.kind !== 'param' && element.name !== typeOf(value)?.unwrappedType.name) {
      refuse(node, 'wrong-type', 'the list holds values of another type');
    }
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
    const record = this.#records.get(typeOf(field.args[0])?.unwrappedType.name ?? '');
    const choices = record?.fields.get(field.args[1])?.choices;
    if (!choices || choices.includes(literal)) return;
    refuse(value, 'wrong-type', `${field.args[1]} is never that`, `It is one of ${choices.join(', ')}.`);
  }
}

/** The type of a checked formula in short: `?` = may be empty. */
export function describeType(node: ASTNode): string {
  const type = typeOf(node);
  return type === null ? '' : nameOf(type);
}

function nameOf(type: TypeDeclaration): string {
  if (type.kind === 'dyn') return `${nameOf(type.unwrappedType)}?`;
  if (type.kind === 'list' && type.valueType) return type.isEmpty() ? 'list' : `list<${nameOf(type.valueType)}>`;
  return type.name;
}

function refuse(node: ASTNode, code: FormulaCode, problem: string, next?: string): never {
  const { start, end } = node.range;
  const message = `"${node.input.slice(start, end).slice(0, 60)}": ${problem}`;
  throw new FormulaError(code, message, next === undefined ? { at: { start, end } } : { at: { start, end }, next });
}

function refuseCall(node: ASTNode, name: string): never {
  return refuse(node, 'unknown-name', `the formula language has no ${name}(…)`);
}

function refuseFloat(node: ASTNode): never {
  const next = "Write it as a decimal, as in decimal('1.5').";
  return refuse(node, 'wrong-type', 'a number with a point would be a float, which loses cents', next);
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
  return ['==', '!=', '<', '<=', '>', '>='].includes(node.op);
}

function literalOf(node: ASTNode): string | null {
  return node.op === 'value' && typeof node.args === 'string' ? node.args : null;
}

// What may be empty is loosely typed in the library, which would take it for anything. Hence the following.

function mustBe(node: ASTNode, name: string): void {
  const type = typeOf(node)?.unwrappedType;
  if (type && type.name !== name) refuse(node, 'wrong-type', `this is ${nameOf(type)}, where ${name} is needed`);
}

function checkMethod(node: ASTNode, name: string, receiver: ASTNode, args: readonly ASTNode[]): void {
  const type = typeOf(receiver);
  const method = methods[name];
  if (method === undefined || method.on === 'list') {
    if (type?.kind !== 'list') refuse(receiver, 'wrong-type', `${name}(…) needs a list`);
  } else if (method.on === 'string') mustBe(receiver, 'string');
  else if (type?.kind !== 'list') mustBe(receiver, 'string');
  const predicate = args[1];
  if (method === undefined && predicate && (name !== 'map' || args.length === 3)) mustBe(predicate, 'bool');
  method?.takes.forEach((taken, index) => {
    const arg = args[index];
    if (arg) mustBe(arg, taken);
  });
  if (method && args.length > method.takes.length) refuse(node, 'wrong-type', `${name}(…) takes fewer values`);
}

function isNumeric(type: TypeDeclaration): boolean {
  return type.name === 'Decimal' || type.name === 'int';
}

function sameType(node: ASTNode, first: ASTNode, second: ASTNode): void {
  const [left, right] = [typeOf(first)?.unwrappedType, typeOf(second)?.unwrappedType];
  if (!left || !right || left.name === right.name || left.name === 'null' || right.name === 'null') return;
  if (node.op !== '?:' && isNumeric(left) && isNumeric(right)) return;
  if (left.hasPlaceholderType || right.hasPlaceholderType) return;
  refuse(node, 'wrong-type', `${nameOf(left)} and ${nameOf(right)} are not the same type`);
}

function sameCurrency(node: ASTNode, first: ASTNode, second: ASTNode): void {
  const [left, right] = [currencyOf(first), currencyOf(second)];
  if (left === null || right === null || left === right) return;
  refuse(node, 'mixed-currencies', `${left} and ${right} do not mix`);
}

/** The currency of an amount, where the formula itself says it. */
function currencyOf(node: ASTNode): string | null {
  if (node.op === '?:') {
    const [left, right] = [currencyOf(node.args[1]), currencyOf(node.args[2])];
    return left === right ? left : null;
  }
  if (node.op !== 'call' || typeOf(node)?.unwrappedType.name !== 'Money') return null;
  const [name, [first, second]] = node.args;
  if (name === 'money' || name === 'sum') return second ? literalOf(second) : null;
  if (name === 'when' || name === 'default') return null;
  const known = first ? currencyOf(first) : null;
  return known ?? (second && (name === 'add' || name === 'sub') ? currencyOf(second) : null);
}
