// What people should hear of at once: a cause for which records wait, and a target that is missed. Looked at with every
// wake-up, so that one lost in a crash is told after it; told once, and once more when it is over.
import { type Severity, severityOf } from '../../shared/alert.ts';
import { passageWords } from '../../shared/passage-words.ts';
import { wordsFor } from '../../shared/words.ts';
import { settingsOf } from './alert-settings.ts';
import { causeColumn } from './cause-job.ts';
import type { LaneCore } from './core.ts';
import { passageNames } from './passages.ts';
import { openPassages } from './stocks.ts';
import { targetOf } from './targets.ts';
import { noteAlerts } from './tell-alerts.ts';

interface Alert {
  readonly cause: string;
  readonly about: 'exceptions' | 'target';
  readonly owner: string;
  readonly severity: Severity;
  readonly title: string;
  readonly text: string;
  readonly next: string;
  /** How many records when it was raised. */
  readonly n: string;
  readonly since: string;
  /** The same cause may come again. */
  readonly raisedAt: string;
}

const openName = 'alerts open';
const subjectOf = (cause: string) => `alert ${cause}`;

/** Costs nothing until there is a destination, or a subscription that names one of the two events. */
export function watchAlerts(core: LaneCore): void {
  const isHeard = core.audience.has('alert.raised') || core.audience.has('alert.recovered');
  const known = core.store.value(openName) ?? '{}';
  if (!isHeard && !hasDestinations(core)) {
    // Whoever wants to hear again one day is told of what is so then.
    if (known !== '{}') core.store.setValue(openName, '{}');
    return;
  }
  const open = JSON.parse(known) as Record<string, Alert>;
  const now = new Map([...waitingCauses(core), ...missedTargets(core)].map((alert) => [alert.cause, alert]));
  const raised = [...now.values()].filter(({ cause }) => !(cause in open));
  const over = Object.values(open).filter(({ cause }) => !now.has(cause));
  if (raised.length + over.length === 0) return;
  core.store.transaction((tx) => {
    for (const alert of raised) tx.tell(subjectOf(alert.cause), 'alert-raised', { ...alert });
    for (const alert of over) tx.tell(subjectOf(alert.cause), 'alert-recovered', { ...alert });
    noteAlerts(core, tx, raised, over);
    const kept = Object.values(open).filter(({ cause }) => now.has(cause));
    const left = Object.fromEntries([...kept, ...raised].map((alert) => [alert.cause, alert]));
    core.store.setValue(openName, JSON.stringify(left));
  });
}

function hasDestinations({ store }: LaneCore): boolean {
  return store.storage.remembered('alert destinations', () => settingsOf(store.sql).destinations.length > 0);
}

interface WaitingCause {
  readonly cause: string;
  readonly owner: string;
  readonly code: string;
  readonly connection: string;
  readonly params: string;
  readonly n: number;
  readonly sinceMs: number;
}

/** The words are those of one of the records that wait. */
function waitingCauses(core: LaneCore): Alert[] {
  const rows = core.store.sql
    .exec(
      `SELECT ${causeColumn} AS cause, owner, code, connection, params, count(*) AS n, min(made_ms) AS sinceMs
       FROM holds GROUP BY 1`,
    )
    .toArray() as unknown as WaitingCause[];
  const raisedAt = instantOf(core.ports.nowMs());
  return rows.map(({ cause, owner, code, connection, params, n, sinceMs }) => {
    const system = core.wiring.connections.get(connection)?.connector.title;
    const named = { ...(system && { system }), ...(JSON.parse(params) as Record<string, string>) };
    const { title, text, next } = wordsFor(code, named);
    const severity = severityOf(code);
    const told = { cause, about: 'exceptions', owner, severity, title, text, next } as const;
    return { ...told, n: String(n), since: instantOf(sinceMs), raisedAt };
  });
}

function missedTargets(core: LaneCore): Alert[] {
  const raisedAt = instantOf(core.ports.nowMs());
  const late = openPassages(core, passageNames).filter(({ isLate }) => isLate);
  return passageNames.flatMap((passage): Alert[] => {
    const own = late.filter((row) => row.passage === passage);
    const [oldest] = own;
    if (!oldest) return [];
    const { minutes, calendar, owner } = targetOf(core.wiring.content, passage);
    const { title, from, to } = passageWords[passage];
    const within = `${minutes} minutes${calendar === null ? '' : ` of ${calendar}`}`;
    return [
      {
        ...{
          cause: `target.${passage}`,
          about: 'target',
          owner,
          severity: 'warning',
          title: `Target missed: ${title.toLowerCase()}`,
        },
        text: `Once ${from}, ${to} within ${within}. That is not so for ${own.length}.`,
        next: 'Open the indicator on the overview: it lists what is late, the oldest first.',
        ...{ n: String(own.length), since: instantOf(oldest.sinceMs), raisedAt },
      },
    ];
  });
}

const instantOf = (ms: number) => new Date(ms).toISOString();
