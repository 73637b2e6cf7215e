// N/query: SuiteQL over the books, as far as the stand-in's own SuiteQL reads it.
import type { Role } from '../../permissions.ts';
import { SuiteQl } from '../../suiteql.ts';
import type { Module } from '../loader.ts';
import { costs } from '../meter.ts';
import type { Platform } from '../platform.ts';
import { inWordsOfScripts } from '../script-error.ts';
import { withPromises } from './promises.ts';

export interface Asked {
  readonly query: string;
  readonly params?: readonly unknown[];
}

type Row = Readonly<Record<string, string>>;
const rowsMax = 5000;

export function rowsOf(platform: Platform, asked: Asked): readonly Row[] {
  const { frame, role } = platform;
  frame.meter.spend(costs.query);
  return frame.step('query', () => selectRows(platform, role, asked));
}

export function selectRows(platform: Platform, role: Role, { query, params = [] }: Asked): readonly Row[] {
  return inWordsOfScripts(() => {
    const ql = new SuiteQl(platform.books, role, '');
    ql.offsetMs = platform.sqlOffsetMs;
    return ql.select(query, params, { limit: rowsMax, offset: 0 }).rows;
  });
}

/** What `runSuiteQL` gives: rows as they are named, or as plain lists. */
function resultsOf(rows: readonly Row[]) {
  const results = rows.map((row) => ({ values: Object.values(row), asMap: () => ({ ...row }) }));
  return { results, asMappedResults: () => rows.map((row) => ({ ...row })) };
}

export function queryModule(platform: Platform): Module {
  return withPromises({ runSuiteQL: (asked: Asked) => resultsOf(rowsOf(platform, asked)) });
}
