// The Durable Object that takes an installation's deliveries when its lane cannot, and hands them over.
import { DurableObject } from 'cloudflare:workers';
import type { InboxEntry } from '../flow/intake.ts';
import type { Env } from './env.ts';
import { laneStub } from './lanes.ts';
import { log } from './log.ts';

/** The overflow tries again after this long: soon while the lane takes some, less often while it takes none. */
const takingPauseMs = 250;
const fullPauseMs = 2_000;

/**
 * Deliveries that the lane could not take, on disk until it does. Once the last is handed over nothing is left here,
 * not even whose they were: so nothing outlives an installation that has ended, whatever comes late.
 */
export class OverflowObject extends DurableObject<Env> {
  /** On disk before this answers. */
  async keep(entry: InboxEntry): Promise<void> {
    const { sql } = this.ctx.storage;
    sql.exec('CREATE TABLE IF NOT EXISTS entries (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL)');
    sql.exec(
      'CREATE TABLE IF NOT EXISTS place (installation TEXT PRIMARY KEY, jurisdiction TEXT NOT NULL) WITHOUT ROWID',
    );
    const installation = this.ctx.id.name?.slice('overflow:'.length);
    const jurisdiction = this.ctx.id.jurisdiction ?? '';
    if (installation) sql.exec('INSERT INTO place VALUES (?, ?) ON CONFLICT DO NOTHING', installation, jurisdiction);
    this.ctx.storage.sql.exec('INSERT INTO entries (entry) VALUES (?)', JSON.stringify(entry));
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + 1_000);
  }

  /** Entries are handed over at once instead of in their rhythm. Does not wait for it: that may take minutes. */
  async hurry(): Promise<void> {
    if (this.count() > 0) await this.ctx.storage.setAlarm(Date.now());
  }

  /** Whose overflow this is. Inside an alarm the platform need not say it, so it is kept with the first entry. */
  #place(): { readonly installation: string; readonly jurisdiction: string } | null {
    return (
      this.ctx.storage.sql.exec<{ installation: string; jurisdiction: string }>('SELECT * FROM place').toArray()[0] ??
      null
    );
  }

  get #isEmpty(): boolean {
    return this.ctx.storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'entries'").toArray().length === 0;
  }

  /**
   * Hands entries to the lane in order until it takes no more. Handing one over twice is harmless: the inbox knows
   * it.
   */
  async #drain(): Promise<void> {
    if (this.#isEmpty) return;
    const place = this.#place();
    // Deliveries never go to a lane that is only guessed.
    if (place === null) throw new Error('This overflow does not know whose it is');
    const lane = laneStub(this.env, place.installation, place.jurisdiction);
    let isTaking = false;
    for (;;) {
      const rows = this.ctx.storage.sql.exec('SELECT seq, entry FROM entries ORDER BY seq LIMIT 50').toArray() as {
        seq: number;
        entry: string;
      }[];
      // Nothing comes in between: what awaits the storage alone lets no other call in.
      if (rows.length === 0) return void (await this.erase());
      for (const row of rows) {
        if ((await lane.accept(JSON.parse(row.entry) as InboxEntry)) === 'full') {
          return this.#comeBack(isTaking ? takingPauseMs : fullPauseMs);
        }
        this.ctx.storage.sql.exec('DELETE FROM entries WHERE seq = ?', row.seq);
        isTaking = true;
      }
    }
  }

  async #comeBack(afterMs: number): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + afterMs);
  }

  override async alarm(): Promise<void> {
    try {
      await this.#drain();
    } catch (error) {
      log('overflow-drain-failed', { message: error instanceof Error ? error.message : 'unknown' });
      await this.#comeBack(fullPauseMs);
    }
  }

  /** Returns how many entries there were. */
  async erase(): Promise<number> {
    const entries = this.count();
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    return entries;
  }

  count(): number {
    if (this.#isEmpty) return 0;
    return Number(
      (this.ctx.storage.sql.exec('SELECT count(*) AS count FROM entries').one() as { count: number }).count,
    );
  }
}
