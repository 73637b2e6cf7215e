// Every collection the stand-in serves, by its plural name.
import type { Shape } from './shape.ts';
import { billingShapes } from './shapes-billing.ts';
import { peopleShapes } from './shapes-people.ts';
import { projectShapes } from './shapes-projects.ts';
import { scheduleShapes } from './shapes-schedule.ts';
import { workShapes } from './shapes-work.ts';

export const shapes: ReadonlyMap<string, Shape> = new Map(
  [...projectShapes, ...peopleShapes, ...scheduleShapes, ...workShapes, ...billingShapes].map((shape) => [
    shape.key,
    shape,
  ]),
);

const bySubject = new Map(
  [...shapes.values()].filter((shape) => shape.subject !== undefined).map((shape) => [shape.subject, shape.key]),
);

/** The collections an external reference or custom field value of this subject type may hang on. */
export function collectionsOf(subject: string): readonly string[] {
  if (subject === 'Submission') return ['timesheet_submissions', 'expense_report_submissions'];
  const key = bySubject.get(subject);
  return key ? [key] : [];
}

/** The collection an event's subject type stands for. */
export function collectionOfEvent(subject: string): string | null {
  for (const shape of shapes.values()) if (shape.event?.subject === subject) return shape.key;
  return null;
}
