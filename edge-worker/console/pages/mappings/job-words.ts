// Jobs over existing records in words, and where they are asked for.
import { useAnswer } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import type { Tone } from '../../parts/states.tsx';

type Job = Shape<'Job'>;

export const watchEveryMs = 5_000;

export function useJobs(everyMs: number) {
  return useAnswer(
    ['jobs'],
    ({ api, installation }) => api.GET('/installations/{installation}/jobs', { params: { path: { installation } } }),
    { everyMs },
  );
}

/** Answers that are taken back are told where they were given. */
export const isAboutRecords = ({ kind, cause }: Job) =>
  kind === 'apply' || kind === 'replay' || (kind === 'undo' && cause === null);

const moments = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export function titleOf({ kind, since, connection, entity, mapping }: Job): string {
  const how = mapping === 'as-recorded' ? ', as recorded' : '';
  if (kind === 'replay' && entity !== null) return `One record replayed${how}`;
  const whose = connection === null ? '' : `, records of ${connection}`;
  if (kind === 'replay')
    return `Replay since ${since === null ? 'ever' : moments.format(Date.parse(since))}${whose}${how}`;
  return `${kind === 'undo' ? 'An application undone' : 'Mapping applied'}${whose}`;
}

export function standingOf({ state, phase, kind }: Job): { readonly title: string; readonly tone: Tone } {
  switch (state) {
    case 'running':
      if (phase === 'look') return { title: 'Looks', tone: 'notice' };
      return { title: kind === 'undo' ? 'Puts back' : 'Writes', tone: 'notice' };
    case 'ready':
      return { title: 'Waits for you', tone: 'warning' };
    case 'paused':
      return { title: 'Paused', tone: 'warning' };
    case 'failed':
      return { title: 'Stuck', tone: 'bad' };
    case 'done':
      return { title: 'Done', tone: 'good' };
    case 'cancelled':
      return { title: 'Cancelled', tone: 'neutral' };
  }
}
