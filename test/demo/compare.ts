// Holds what the script says against what is in a system's books, and counts what is lost, doubled, leaked or off.
import type { Row } from '../../edge-worker/connectors/stand-in.ts';
import type { Books } from './books.ts';
import { currencyOf, exponentOf, type Month, type System } from './month.ts';
import type { Finding } from './tally.ts';

/** A record that must be there, or was found: by what it is known, and what it amounts to. */
export interface Known {
  readonly key: string;
  readonly minor: number;
}

export class Comparison {
  protected readonly month: Month;
  protected readonly books: Books;
  readonly findings: Finding[] = [];
  settled = 0;

  constructor(month: Month, books: Books) {
    this.month = month;
    this.books = books;
  }

  /** Counts what is missing, what is there too often, and how far the amounts of the rest are off. */
  protected compare(
    system: System,
    kind: string,
    expected: readonly Known[],
    found: readonly Known[],
    known: ReadonlySet<string> = new Set(),
  ): void {
    const [wanted, there] = [grouped(expected), grouped(found)];
    for (const key of new Set([...wanted.keys(), ...there.keys()])) {
      const [right, seen] = [wanted.get(key) ?? [], there.get(key) ?? []];
      const both = Math.min(right.length, seen.length);
      this.settled += both;
      if (right.length > seen.length) this.find('lost', system, `${kind} ${key}`, right.length - seen.length);
      if (seen.length > right.length) {
        const isHeldBack = right.length === 0 && known.has(key);
        this.find(isHeldBack ? 'leaked' : 'duplicated', system, `${kind} ${key}`, seen.length - right.length);
      }
      for (let index = 0; index < both; index++)
        this.cents(system, `${kind} ${key}`, right[index] as number, seen[index] as number);
    }
  }

  protected cents(system: System, what: string, wanted: number, found: number): void {
    if (wanted === found) return;
    // What is no amount at all is as wrong as the whole amount.
    const off = Number.isNaN(found) ? Math.max(1, Math.abs(wanted)) : Math.abs(wanted - found);
    this.find('cents', system, `${what}: ${found} instead of ${wanted}`, off);
  }

  protected same(system: System, what: string, wanted: string | number | boolean, found: unknown): void {
    if (String(found) !== String(wanted))
      this.find('differs', system, `${what}: ${String(found)} instead of ${wanted}`, 1);
  }

  protected find(problem: Finding['problem'], system: System, what: string, count: number): void {
    this.findings.push({ problem, system, what, count });
  }

  protected rows(system: System, type: string): readonly Row[] {
    return this.books[system][type] ?? [];
  }

  protected customer(key: string) {
    return this.month.customers.find((one) => one.key === key) as Month['customers'][number];
  }

  protected exponent(deal: string): number {
    const found = this.month.deals.find((one) => one.key === deal);
    return found ? exponentOf(currencyOf(this.customer(found.customer))) : 2;
  }
}

function grouped(list: readonly Known[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const one of list)
    groups.set(
      one.key,
      [...(groups.get(one.key) ?? []), one.minor].sort((a, b) => a - b),
    );
  return groups;
}
