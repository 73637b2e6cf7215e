// One SuiteQL question, 10 units. Values travel as parameters, never inside the text.
import * as query from 'N/query';

export type Row = Readonly<Record<string, string>>;

/** UNVERIFIED: whether empty columns are left out or null; both read as ''. Keys are in lower case. */
export function select(text: string, params: readonly (string | number)[] = []): Row[] {
  const rows = query.runSuiteQL({ query: text, params: [...params] }).asMappedResults();
  return rows.map((row) => {
    const texts: Record<string, string> = {};
    for (const [key, value] of Object.entries(row)) {
      if (value !== null && value !== undefined) texts[key.toLowerCase()] = String(value);
    }
    return texts;
  });
}

/** `?, ?, ?` for a list of values. */
export function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
