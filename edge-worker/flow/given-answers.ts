// What people have said of the content of some records, and what an answer changes of it: fields that go out with
// another value, or stay as the target holds them because exactly that change of them was rejected.
import { hashOf } from '../../shared/canonical-json.ts';
import { approvals } from '../store/lane-schema.ts';
import { deleteRows, type LaneSql, readRows, type StoredRow, writeRows } from '../store/rows.ts';
import type { Answers } from './govern.ts';
import type { LinkRow } from './links.ts';
import type { CanonicalRecord, Hold, Holding } from './nouns.ts';
import { isSame } from './translate.ts';

type Answer = StoredRow<typeof approvals>;
/** One of the answers of an entity towards a connection. */
export type AnswerRef = Pick<Answer, 'control' | 'hash'>;

/** A field whose change was rejected: while ours is the value of then, the target is to hold what it held. */
interface Kept {
  readonly rejected: string;
  readonly held: unknown;
}

/** What each answer changes of the content, as the hold keeps it. */
export function amendsIn(record: CanonicalRecord, { amends, keeps }: Holding): Hold['amends'] {
  if (!keeps) return amends ?? null;
  const moved = Object.entries(keeps).filter(([field, held]) => !isSame(held, record[field]));
  const kept = moved.map(([field, held]): [string, Kept] => {
    return [field, { rejected: hashOf(record[field] ?? null), held }];
  });
  return { ...amends, reject: Object.fromEntries(kept) };
}

export class GivenAnswers {
  readonly #sql: LaneSql;
  readonly #answers = new Map<string, Map<string, string>>();
  readonly #amends = new Map<string, CanonicalRecord>();
  readonly #rejections = new Map<string, readonly Answer[]>();

  constructor(sql: LaneSql, entities: string) {
    this.#sql = sql;
    for (const row of readRows(sql, approvals, 'WHERE entity IN (SELECT value FROM json_each(?))', entities)) {
      const key = `${row.entity}|${row.connection}|${row.hash}`;
      if (row.outcome === 'rejected' && row.amends) {
        const place = `${row.entity}|${row.connection}`;
        this.#rejections.set(place, [...(this.#rejections.get(place) ?? []), row]);
        continue;
      }
      const answers = this.#answers.get(key) ?? new Map();
      this.#answers.set(key, answers.set(row.control, row.outcome));
      if (row.amends) this.#amends.set(key, { ...this.#amends.get(key), ...(JSON.parse(row.amends) as object) });
    }
  }

  of(entity: string, connection: string, hash: string): Answers {
    const always = this.#answers.get(`${entity}|${connection}|`);
    const own = this.#answers.get(`${entity}|${connection}|${hash}`) ?? new Map<string, string>();
    return always ? new Map([...always, ...own]) : own;
  }

  /** Fields of exactly this content that people have let out with another value; null where there are none. */
  amendsOf(entity: string, connection: string, hash: string): CanonicalRecord | null {
    return this.#amends.get(`${entity}|${connection}|${hash}`) ?? null;
  }

  /** Nothing was said of this any more. */
  forget(entity: string, connection: string, hash: string): void {
    if (!this.#answers.delete(`${entity}|${connection}|${hash}`)) return;
    const over = 'DELETE FROM approvals WHERE entity = ? AND connection = ? AND hash = ?';
    this.#sql.exec(over, entity, connection, hash);
  }

  /**
   * The record as its target is to have it. A rejection ends with the value that was rejected, even if it returns.
   * `undone` is an answer that is being taken back: it keeps nothing any more.
   */
  asKept(record: CanonicalRecord, link: LinkRow | null, undone: AnswerRef | null = null): CanonicalRecord {
    if (link?.recordId == null) return record;
    const place = `${link.entity}|${link.connection}`;
    const rows = this.#rejections.get(place);
    if (!rows) return record;
    const kept: Record<string, unknown> = {};
    const left = rows.flatMap((row): readonly Answer[] => {
      if (row.control === undone?.control && row.hash === undone.hash) return [row];
      const all = Object.entries(JSON.parse(row.amends ?? '{}') as Readonly<Record<string, Kept>>);
      const still = all.filter(([field, { rejected }]) => rejected === hashOf(record[field] ?? null));
      for (const [field, { held }] of still) kept[field] = held;
      if (still.length === all.length) return [row];
      if (still.length > 0) {
        const fewer = { ...row, amends: JSON.stringify(Object.fromEntries(still)) };
        writeRows(this.#sql, approvals, [fewer], 'replace');
        return [fewer];
      }
      deleteRows(this.#sql, approvals, [[row.entity, row.connection, row.control, row.hash]]);
      return [];
    });
    this.#rejections.set(place, left);
    return { ...record, ...kept };
  }
}
