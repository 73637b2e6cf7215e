// Did the books come out as the script says? Computed from the systems' own records and the month's script only,
// never from the hub.
// `node test/demo/tally.ts --crm URL --psa URL --erp URL` tallies stand-ins that are still serving.
import { parseArgs } from 'node:util';
import { askOver, type Books, readBooks } from './books.ts';
import { type Month, makeMonth, type System } from './month.ts';
import { Sheet } from './sheet.ts';
import { MoneySheet } from './sheet-money.ts';

export interface Finding {
  readonly problem: 'lost' | 'duplicated' | 'leaked' | 'cents' | 'differs';
  readonly system: System;
  readonly what: string;
  /** Records, or minor units for `cents`. */
  readonly count: number;
}

export interface Tally {
  readonly ok: boolean;
  /** Records that are where the script says they must be. */
  readonly settled: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Records in a system that a control should have kept out, or that nobody sold. */
  readonly leaked: number;
  /** Sum of all differences between an amount and the script's, in minor units. */
  readonly cents_off: number;
  /** Fields that do not show what their owner says. */
  readonly differing: number;
  readonly findings: readonly Finding[];
}

export function tally(month: Month, books: Books): Tally {
  const sheet = new Sheet(month, books);
  sheet.customers();
  sheet.projects();
  sheet.contracts();
  sheet.time();
  sheet.expenses();
  sheet.milestones();
  for (const fact of month.facts) sheet.fact(fact);
  const money = new MoneySheet(month, books);
  money.invoices();
  money.payments();
  const findings = [...sheet.findings, ...money.findings];
  const sum = (problem: Finding['problem']) =>
    findings.reduce((total, one) => total + (one.problem === problem ? one.count : 0), 0);
  const figures = {
    settled: sheet.settled + money.settled,
    lost: sum('lost'),
    duplicated: sum('duplicated'),
    leaked: sum('leaked'),
    cents_off: sum('cents'),
    differing: sum('differs'),
  };
  return { ok: findings.length === 0, ...figures, findings };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { crm: { type: 'string' }, psa: { type: 'string' }, erp: { type: 'string' } },
  });
  const { crm, psa, erp } = values;
  if (!crm || !psa || !erp) throw new Error('Give the addresses of three stand-ins: --crm URL --psa URL --erp URL');
  const result = tally(makeMonth(), await readBooks(askOver({ crm, psa, erp })));
  for (const finding of result.findings)
    console.log(`${finding.problem} · ${finding.system} · ${finding.what} · ${finding.count}`);
  const { findings: _findings, ...figures } = result;
  console.log(JSON.stringify(figures));
  process.exitCode = result.ok ? 0 : 1;
}
