// A firm that ran for years: everything its record ever told in order, remembered beside it, and read page by page.
import { expect } from 'vitest';
import { auditHead, keepSignedHead, tellAudit } from '../../edge-worker/flow/audit.ts';
import { closeHold, raiseHold } from '../../edge-worker/flow/holds.ts';
import { signHead } from '../../edge-worker/platform/audit-signature.ts';
import { doorOf, hubKey } from './door.ts';
import { LaneRig, RigSystem, rigStartMs } from './lane-rig.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const owners = ['finance', 'delivery', 'sales'] as const;
const people = ['Ada', 'Grace', 'Mara'];

export type Row = Readonly<Record<string, string | number | null>>;
export interface Page {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/** A firm that runs for years. Every row its record ever had is remembered beside it, as it was last. */
export class OldFirm {
  readonly rig: LaneRig;
  readonly #known = {
    audit: new Map<string, Row>(),
    exceptions: new Map<string, Row>(),
    dispatches: new Map<string, Row>(),
  };
  readonly #open: string[] = [];
  #many = 0;

  constructor() {
    const [crm, erp] = [new RigSystem(), new RigSystem()];
    this.rig = new LaneRig({ crm: { system: crm, roles: ['crm'] }, erp: { system: erp, roles: ['erp'] } });
  }

  /** Some days of work: people do things, something is held and something let go, two subscribers are told. */
  async work(days: number): Promise<void> {
    const { core } = this.rig.lane;
    for (let turn = 0; turn < 12; turn++) {
      this.rig.nowMs += (days * dayMs) / 12;
      const one = ++this.#many;
      core.store.transaction((tx) => {
        tellAudit(core, tx, people[one % 3] ?? '', one % 5 === 0 ? 'session-opened' : 'flow-set', `cus_${one % 7}`, {
          one: String(one),
        });
        const slot = (id: string) => ({ entity: id, connection: 'erp', recordType: 'account', part: '' });
        const id = `cus_${one}`;
        raiseHold(tx, core.ports.makeId, {
          ...{
            ...slot(id),
            kind: 'customer',
            control: one % 2 ? 'refused' : 'missing-terms',
            owner: owners[one % 3] ?? 'finance',
          },
          ...{ code: 'refused', params: { message: `no ${one % 4}` }, hash: `h${one}`, dueMinutes: 60 },
        });
        this.#open.push(id);
        // One in ten waits for a very long time.
        for (const due of this.#open.filter((_, index) => index % 10 !== 9).slice(0, one % 3))
          closeHold(tx, slot(this.#open.splice(this.#open.indexOf(due), 1)[0] ?? ''), people[one % 3] ?? '', 'so');
        for (const subscription of ['sub_a', 'sub_b'])
          tx.record('dispatches', {
            ...{ subscription, seq: one, event: `evt_${one}`, type: 'invoice.paid', subject: `inv_${one % 5}` },
            ...{ state: one % 4 ? 'delivered' : 'refused', attempts: 1, status: 200, problem: null, tookMs: 5 },
            ...{ madeMs: tx.atMs, atMs: tx.atMs },
          });
      });
    }
    const head = auditHead(core);
    keepSignedHead(core, head, await signHead(hubKey, head));
    await this.rig.pass(minuteMs);
    this.remember();
    await this.rig.pass(minuteMs);
  }

  remember(): void {
    for (const [table, known] of Object.entries(this.#known))
      for (const row of this.here(table)) {
        const key = `${row['subscription'] ?? ''} ${row['seq'] ?? row['id']}`;
        if (Number(known.get(key)?.['run'] ?? 0) < Number(row['run'])) known.set(key, row);
      }
  }

  here(table: string): Row[] {
    return this.rig.d1.sqlite.db.prepare(`SELECT * FROM ${table}`).all() as Row[];
  }

  ever(table: 'audit' | 'exceptions' | 'dispatches'): Row[] {
    return [...this.#known[table].values()];
  }

  get door() {
    return doorOf(this.rig.d1, undefined, this.rig.r2, () => this.rig.nowMs);
  }

  /** A list to its end, in pages of so many. */
  async list(path: string, limit: number): Promise<Row[]> {
    const { door } = this;
    const rows: Row[] = [];
    const join_ = path.includes('?') ? '&' : '?';
    for (let after: string | null = ''; after !== null; ) {
      const { status, body }: { status: number; body: Page } = await door.get<Page>(
        `${path}${join_}limit=${limit}${after && `&after=${after}`}`,
      );
      expect(status, JSON.stringify(body)).toBe(200);
      expect(body.rows.length).toBeLessThanOrEqual(limit);
      rows.push(...body.rows);
      after = body.next;
    }
    return rows;
  }

  texts(): string[] {
    return [...this.rig.r2.texts.keys()].filter((key) => key.startsWith('ins_1/registers/')).sort();
  }
}

export async function oldFirm(years: number): Promise<OldFirm> {
  const firm = new OldFirm();
  for (let turn = 0; turn < years * 8; turn++) await firm.work(46);
  return firm;
}

export const bySeq = (a: Row, b: Row) => Number(b['seq']) - Number(a['seq']);
const byMade = (a: Row, b: Row) =>
  Number(a['made_ms']) - Number(b['made_ms']) || (String(a['id']) < String(b['id']) ? -1 : 1);

/** Every list, as it must read, of all rows there ever were. */
export function listsOf(firm: OldFirm): (readonly [path: string, expected: unknown[], keyOf: (row: Row) => unknown])[] {
  const from = new Date(rigStartMs + 90 * dayMs).toISOString();
  const audit = (path: string, fits: (row: Row) => boolean) =>
    [
      `/audit${path}`,
      firm
        .ever('audit')
        .filter(fits)
        .sort(bySeq)
        .map(({ seq }) => seq),
      (row: Row) => row['seq'],
    ] as const;
  const closed = (path: string, fits: (row: Row) => boolean) =>
    [
      `/exceptions?state=closed&snoozed=with${path}`,
      firm
        .ever('exceptions')
        .filter((row) => row['state'] === 'closed' && fits(row))
        .sort(byMade)
        .map(({ id }) => id),
      (row: Row) => row['id'],
    ] as const;
  const told = (subscription: string, path: string, fits: (row: Row) => boolean) =>
    [
      `/subscriptions/${subscription}/deliveries${path}`,
      firm
        .ever('dispatches')
        .filter((row) => row['subscription'] === subscription && fits(row))
        .sort(bySeq)
        .map(({ seq }) => seq),
      (row: Row) => row['sequence'],
    ] as const;
  return [
    audit('', () => true),
    audit('?by=RA', ({ by }) => String(by).includes('ra')),
    audit('?action=session-opened', ({ action }) => action === 'session-opened'),
    audit(
      `?subject=cus_3&from=${from}`,
      (row) => row['subject'] === 'cus_3' && Number(row['at_ms']) >= Date.parse(from),
    ),
    audit(`?to=${from}`, (row) => Number(row['at_ms']) < Date.parse(from)),
    closed('', () => true),
    closed('&owner=sales', ({ owner }) => owner === 'sales'),
    closed('&control=refused&kind=customer&assignee=', ({ control }) => control === 'refused'),
    closed('&entity=cus_5', ({ entity }) => entity === 'cus_5'),
    told('sub_a', '', () => true),
    told('sub_b', '?state=refused', ({ state }) => state === 'refused'),
    told('sub_a', '?subject=inv_2', ({ subject }) => subject === 'inv_2'),
  ];
}
