// Deleted records as the vendor keeps them. UNVERIFIED, all in here: that a result's id is the id of the deleted
// record, how `recordtype` is spelt, and that a day is taken in the user's own form.
import * as format from 'N/format';
import * as search from 'N/search';
import { knownType } from './record-types.ts';

export interface Deletion {
  readonly type: string;
  readonly id: string;
}

const pageMax = 1000;

/** Deletions of captured types since the day of `since`. 10 units a thousand. */
export function deletionsSince(since: Date, pagesMax: number): Deletion[] {
  const day = format.format({ value: since, type: format.Type.DATE });
  const results = search
    .create({ type: 'deletedrecord', filters: [['deleteddate', 'onorafter', String(day)]], columns: ['recordtype'] })
    .run();
  const found: Deletion[] = [];
  for (let page = 0; page < pagesMax; page++) {
    const rows = results.getRange({ start: page * pageMax, end: (page + 1) * pageMax });
    for (const row of rows) {
      const type = String(row.getValue({ name: 'recordtype' }))
        .toLowerCase()
        .replace(/[\s_]/g, '');
      if (knownType(type)?.isCaptured === true) found.push({ type, id: String(row.id) });
    }
    if (rows.length < pageMax) break;
  }
  return found;
}
