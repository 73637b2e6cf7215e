// Formulas of mapping rows: CEL over one canonical record (`it`), checked against its schema when saved.
import type { ASTNode, Environment, ParseResult } from '@marcbachmann/cel-js';
import type { EntityName } from '../../shared/entities/_registry.ts';
import { FormulaError, failedBy, refusedBy, type Span } from './formula-error.ts';
import { makeLanguage } from './formula-functions.ts';
import { describeType, reviewWords, TypeReview } from './formula-review.ts';
import { plainOf, type RecordType, recordTypesOf } from './formula-values.ts';

export { FormulaError } from './formula-error.ts';

export type Formula = (record: Readonly<Record<string, unknown>>) => unknown;

export type FormulaCheck =
  | { readonly ok: true; readonly type: string }
  | { readonly ok: false; readonly code: string; readonly problem: string; readonly next: string; readonly at?: Span };

interface Language {
  readonly environment: Environment;
  readonly records: readonly RecordType[];
  readonly view: RecordType['view'];
}

const charactersMax = 2_000;
/** Far more than the mappings of one lane hold; what is thrown away is made anew when it is needed. */
const formulasMax = 5_000;

let base: Environment | null = null;
const languages = new Map<EntityName, Language>();
const formulas = new Map<string, Formula>();

/** The formula, ready to be worked out for any record of the kind. Throws `FormulaError` where it cannot be used. */
export function compileFormula(text: string, kind: EntityName): Formula {
  const key = `${kind} ${text}`;
  const known = formulas.get(key);
  if (known) return known;
  const { view: View } = languageOf(kind);
  const { run } = understand(text, kind);
  const formula: Formula = (record) => {
    try {
      return plainOf(run({ it: new View(record) }));
    } catch (error) {
      throw failedBy(error, text) ?? error;
    }
  };
  if (formulas.size >= formulasMax) formulas.clear();
  formulas.set(key, formula);
  return formula;
}

/** For a form that checks while somebody types: the formula's type (`?` = may be empty), or what is wrong and where. */
export function checkFormula(text: string, kind: EntityName): FormulaCheck {
  try {
    return { ok: true, type: understand(text, kind).type };
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    const { code, message: problem, next, at } = error;
    return { ok: false, code, problem, next, ...(at ? { at } : {}) };
  }
}

function understand(text: string, kind: EntityName): { readonly run: ParseResult; readonly type: string } {
  if (text.length > charactersMax) {
    throw new FormulaError('too-long', `a formula has at most ${charactersMax} characters, not ${text.length}`);
  }
  const { environment, records } = languageOf(kind);
  try {
    const run = environment.parse(text);
    reviewWords(run.ast);
    const checked = run.check();
    if (!checked.valid) throw checked.error;
    const tryOut = (node: ASTNode) => tryPart(environment, text, node.range);
    new TypeReview(records, tryOut).check(run.ast);
    return { run, type: describeType(run.ast) };
  } catch (error) {
    throw refusedBy(error, text);
  }
}

/** A wrong literal is wrong for every record, so it is told when the formula is saved. */
function tryPart(environment: Environment, text: string, { start, end }: Span): void {
  try {
    environment.evaluate(text.slice(start, end));
  } catch (error) {
    const { code, message, next } = failedBy(error, text) ?? refusedBy(error, text);
    throw new FormulaError(code, message, { next, at: { start, end }, cause: error });
  }
}

function languageOf(kind: EntityName): Language {
  const known = languages.get(kind);
  if (known) return known;
  base ??= makeLanguage();
  const environment = base.clone();
  const records = recordTypesOf(kind);
  for (const { name, view, fields } of records) {
    const types = Object.fromEntries([...fields].map(([field, { type }]) => [field, type]));
    environment.registerType(name, { ctor: view, fields: types });
  }
  environment.registerVariable('it', kind);
  const own = records.at(-1) as RecordType;
  const made = { environment, records, view: own.view };
  languages.set(kind, made);
  return made;
}
