// N/query and N/search, as far as the package uses them: SuiteQL over the books, and deleted records.
import { SuiteQl } from '../../../edge-worker/connectors/netsuite/stand-in/suiteql.ts';
import type { Account } from '../account.ts';
import type { Module } from '../loader.ts';
import { costs } from '../meter.ts';
import { scriptError } from './error.ts';
import { asScriptError } from './record.ts';

interface Asked {
  readonly query: string;
  readonly params?: readonly unknown[];
}

type Row = Readonly<Record<string, string>>;
const rowsMax = 5000;
const pageMax = 1000;
const grouped = /^SELECT (\w+) AS (\w+), COUNT\(\*\) AS (\w+) FROM (\w+)( WHERE .+)? GROUP BY \1$/;

function select(account: Account, { query, params = [] }: Asked): Row[] {
  const ql = new SuiteQl(account.books, account.permissions(account.frame.role), 'http://account.test');
  ql.offsetMs = account.sqlOffsetMs;
  const rows: Row[] = [];
  for (let offset = 0; offset < rowsMax; offset += pageMax) {
    const page = new URLSearchParams({ limit: String(pageMax), offset: String(offset) });
    const body = JSON.stringify({ q: query, params });
    const answer = ql.run({ method: 'POST', path: '', query: page, headers: new Headers(), body });
    const { items, hasMore } = JSON.parse(answer.body ?? '{}') as { items: Row[]; hasMore: boolean };
    rows.push(...items);
    if (!hasMore) break;
  }
  return rows;
}

/** The one grouping the stand-in's SuiteQL does not read. */
function count(account: Account, asked: Asked, [, column, name, total, table, where]: RegExpExecArray): Row[] {
  const rows = select(account, { ...asked, query: `SELECT ${column} AS kept FROM ${table}${where ?? ''}` });
  const counts = new Map<string, number>();
  for (const { kept = '' } of rows) counts.set(kept, (counts.get(kept) ?? 0) + 1);
  return [...counts].map(([value, times]) => ({ [name ?? '']: value, [total ?? '']: String(times) }));
}

export function queryModule(account: Account): Module {
  return {
    runSuiteQL: (asked: Asked) => {
      account.frame.meter.spend(costs.query);
      try {
        const grouping = grouped.exec(asked.query);
        const rows = grouping ? count(account, asked, grouping) : select(account, asked);
        return { asMappedResults: () => rows.map(({ links, ...row }) => row) };
      } catch (problem) {
        throw asScriptError(problem);
      }
    },
  };
}

export function searchModule(account: Account): Module {
  return {
    create: ({ type, filters }: { type: string; filters: readonly (readonly string[])[] }) => {
      if (type !== 'deletedrecord') throw scriptError('SSS_INVALID_SRCH_TYPE', type);
      const sinceMs = Date.parse(String(filters[0]?.[2]));
      return {
        run: () => ({
          getRange: ({ start, end }: { start: number; end: number }) => {
            account.frame.meter.spend(costs.search);
            const all = [...account.books.store.deleted.values()].filter(({ atMs }) => atMs >= sinceMs);
            return all.slice(start, end).map((each) => ({
              id: each.id,
              getValue: ({ name }: { name: string }) => (name === 'recordtype' ? each.type : ''),
            }));
          },
        }),
      };
    },
  };
}
