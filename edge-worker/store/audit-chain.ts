// The whole chain of the audit, from its first row on: what D1 has of it and what was moved to the archive.
import type { Archive } from './archive.ts';
import { audit, auditHeads } from './record-schema.ts';
import { newestOf, type RowIn, rowsOf, type Stretch, stretchesOf } from './registers.ts';
import { type ScopedRecord, select, sql } from './scoped-record.ts';

/** Rows read at a time. */
const portion = 1_000;

/** Row by row in their order. Where one is missing in D1 and in the archive, the others are told all the same. */
export async function* chainUpTo(record: ScopedRecord, archive: Archive, seq: number): AsyncGenerator<RowIn<'audit'>> {
  let stretches: readonly Stretch[] = [];
  const around = (next: number) => stretches.filter(({ first, last }) => Number(first) <= next && next <= Number(last));
  for (let after = 0; after < seq; ) {
    // D1 first: what leaves it meanwhile is in the archive before.
    const here = await record.all(
      select(audit, sql`WHERE seq > ${after} AND seq <= ${seq} ORDER BY seq LIMIT ${portion}`),
    );
    let rows = here;
    if (here[0]?.seq !== after + 1) {
      if (around(after + 1).length === 0) stretches = await stretchesOf(archive, 'audit');
      const away = await rowsOf(archive, 'audit', around(after + 1));
      const known = newestOf('audit', [...away, ...here]).filter((row) => row.seq > after && row.seq <= seq);
      rows = known.sort((a, b) => a.seq - b.seq);
    }
    const gap = rows.findIndex((row, index) => row.seq !== after + 1 + index);
    const whole = gap < 0 ? rows : gap === 0 ? rows.slice(0, 1) : rows.slice(0, gap);
    yield* whole;
    const last = whole.at(-1);
    if (!last) return;
    after = last.seq;
  }
}

/** The heads that were signed of it, one a day. */
export async function headsUpTo(record: ScopedRecord, archive: Archive, seq: number): Promise<RowIn<'auditHeads'>[]> {
  const here = await record.all(select(auditHeads, sql`WHERE seq <= ${seq} ORDER BY day`));
  const away = await rowsOf(archive, 'auditHeads', await stretchesOf(archive, 'auditHeads'));
  const known = newestOf('auditHeads', [...here, ...away.filter((head) => head.seq <= seq)]);
  return known.sort((a, b) => (a.day < b.day ? -1 : 1));
}
