// When people can work: the working weeks of each user and the account's default ones, as one list without overlaps.
import { addDays } from '../../../shared/dates.ts';
import { Fault } from '../../faults.ts';
import type { Snapshot, WireRecord } from '../connector.ts';
import { type Client, unlessForbidden } from './client.ts';
import { chunksOf } from './reads.ts';

/** As many users may be named in a question. */
export const usersPerCallMax = 200;
const minutesAt = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map(
  (weekday) => `${weekday}_minutes`,
);

/** Minutes from Monday to Sunday; both days are included, null is without end. */
interface Week {
  readonly from: string | null;
  readonly until: string | null;
  readonly minutes: readonly unknown[];
}

/** Users with the weeks that hold for them; null where the token's user may not see them. */
export async function withWorkingWeeks(client: Client, snapshots: readonly Snapshot[]): Promise<readonly Snapshot[]> {
  if (snapshots.length === 0) return snapshots;
  const weeks = await weeksByUser(
    client,
    snapshots.map(({ recordId }) => recordId),
  );
  return snapshots.map((snapshot) => ({
    ...snapshot,
    wire: { ...snapshot.wire, working_weeks: weeks?.get(snapshot.recordId) ?? null },
  }));
}

function weeksByUser(client: Client, users: readonly string[]): Promise<Map<string, readonly Week[]> | null> {
  return unlessForbidden(async () => {
    const own = new Map<string, Week[]>();
    // UNVERIFIED: whether other weeks than default ones can be listed here; those of people are told by `default`.
    const general = (await client.all('workweeks', {})).flatMap(({ row }) =>
      row['default'] === false ? [] : [weekOf(row, row)],
    );
    for (const chunk of chunksOf(users, usersPerCallMax)) {
      const query = { user_ids: chunk.join(','), include: 'workweek' };
      for (const { row, listing } of await client.all('workweek_memberships', query)) {
        const week = listing.side('workweeks', row['workweek_id']);
        if (week === null) throw new Fault('schema-changed', 'Kantata sent a workweek membership without its workweek');
        const user = String(row['user_id']);
        own.set(user, [...(own.get(user) ?? []), weekOf(row, week)]);
      }
    }
    return new Map(users.map((user) => [user, inTurn(own.get(user) ?? [], general)]));
  });
}

/** An empty date of theirs may be an empty text. */
function weekOf(dates: WireRecord, week: WireRecord): Week {
  const dayOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
  return {
    from: dayOf(dates['start_date']),
    until: dayOf(dates['end_date']),
    minutes: minutesAt.map((path) => week[path]),
  };
}

/** What holds one after the other: a week of one's own before a general one, of two the one that began later. */
export function inTurn(own: readonly Week[], general: readonly Week[]): readonly Week[] {
  const edges = [...own, ...general].flatMap(({ from, until }) => [
    ...(from === null ? [] : [from]),
    ...(until === null ? [] : [addDays(until, 1)]),
  ]);
  const starts = [null, ...[...new Set(edges)].sort()];
  const weeks: Week[] = [];
  for (const [index, from] of starts.entries()) {
    const next = starts[index + 1] ?? null;
    const until = next === null ? null : addDays(next, -1);
    const holds = holderOf(own, from) ?? holderOf(general, from);
    const before = weeks.at(-1);
    if (holds === null) continue;
    const isSame = before?.until != null && addDays(before.until, 1) === from && isAlike(before, holds);
    if (isSame) weeks.pop();
    weeks.push({ from: isSame && before ? before.from : from, until, minutes: holds.minutes });
  }
  return weeks;
}

function holderOf(weeks: readonly Week[], day: string | null): Week | null {
  const holding = weeks.filter(
    ({ from, until }) =>
      (from === null || (day !== null && from <= day)) && (until === null || day === null || until >= day),
  );
  return holding.sort((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1)).at(-1) ?? null;
}

function isAlike(a: Week, b: Week): boolean {
  return a.minutes.every((minutes, weekday) => minutes === b.minutes[weekday]);
}
