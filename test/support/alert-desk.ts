// A firm whose alerts are told to destinations: time passes, pointers are followed, and a test says how each answers.
import { expect } from 'vitest';
import type { Outcome } from '../../edge-worker/flow/dispatch.ts';
import { change } from '../../edge-worker/flow/requests.ts';
import { settleNotes, takeNotes } from '../../edge-worker/flow/tell-alerts.ts';
import { LaneRig, RigSystem } from './lane-rig.ts';

export const second = 1_000;
export const by = 'ada';
export const at = (text: string) => Date.parse(text);

/** A firm whose duplicates and stopped connections raise alerts, and people who want to hear of them. */
export class Desk {
  readonly erp = new RigSystem();
  readonly rig = new LaneRig({
    crm: { system: new RigSystem(), roles: ['crm'] },
    erp: { system: this.erp, roles: ['erp'] },
  });
  /** [destination, kind, title] of every note that arrived. */
  readonly heard: string[] = [];
  answer: (destination: string) => number = () => 200;

  constructor(nowMs = at('2026-11-23T10:00:00Z')) {
    this.rig.nowMs = nowMs;
  }

  async ask(request: Parameters<typeof change>[1]): Promise<void> {
    expect(await change(this.rig.lane, request, async (plain) => plain)).toMatchObject({ ok: true });
    await this.rig.settle();
  }

  async add(id: string, more: { owners?: string[]; least?: 'warning' | 'critical' } = {}): Promise<void> {
    const destination = { id, name: id.slice(4), channel: 'mail', place: `${id}@firm.example`, owners: [], ...more };
    const secrets = { place: destination.place, key: '' };
    await this.ask({
      verb: 'alerts',
      change: { verb: 'make', destination: { least: 'warning', ...destination }, secrets },
      by,
    });
  }

  quiet(breaksThrough: 'critical' | null = 'critical'): Promise<void> {
    const quiet = { zone: 'Europe/Berlin', from: '20:00', to: '07:00', days: ['sat', 'sun'] as const, breaksThrough };
    return this.ask({ verb: 'alerts', change: { verb: 'quiet', quiet: { ...quiet, days: [...quiet.days] } }, by });
  }

  stop = () => this.ask({ verb: 'pause', connection: 'erp', reason: 'Closing the month', by });
  start = () => this.ask({ verb: 'resume', connection: 'erp', by });

  async pass(ms: number, stepMs = 30 * second): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      await this.rig.pass(Math.min(stepMs, left));
      await this.#deliver();
    }
  }

  async #deliver(): Promise<void> {
    const { core } = this.rig.lane;
    for (const id of this.rig.pointers.splice(0)) {
      for (let round = takeNotes(core, id); round; round = takeNotes(core, id)) {
        const outcomes = round.notes.map(({ seq, kind, alert }): Outcome => {
          const status = this.answer(id);
          this.heard.push(`${round?.destination.name}: ${kind} ${(JSON.parse(alert) as { title: string }).title}`);
          const problem = status < 300 ? null : 'refused';
          return { seq, status, problem, tookMs: 5, retryAfterMs: null, said: problem && 'no_service' };
        });
        if (!settleNotes(core, id, round.token, outcomes)) break;
      }
      this.rig.lane.wake();
      await this.rig.settle();
    }
  }
}
