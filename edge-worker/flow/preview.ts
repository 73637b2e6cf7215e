// One real record under a draft: what its system says, what we make of it, and what every other system would be given,
// beside what the version in force would. Only reads.

import type { LaneCore } from './core.ts';
import { mappingContent } from './mapping.ts';
import { openDraft } from './proposals.ts';
import { readAll } from './rehearse.ts';
import { type ShadowField, shadowOf } from './shadow.ts';
import { StewardError } from './steward.ts';

export interface PreviewAsked {
  readonly draft: string;
  readonly connection: string;
  readonly recordType: string;
  readonly recordId: string;
}

export interface PreviewedTarget {
  readonly entity: string;
  readonly kind: string;
  readonly connection: string;
  readonly recordId: string | null;
  readonly fields: readonly (ShadowField & { readonly before: unknown })[];
  readonly problems: readonly { readonly field: string; readonly code: string }[];
}

export interface Preview {
  readonly source: Readonly<Record<string, unknown>>;
  readonly records: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly targets: readonly PreviewedTarget[];
}

export async function preview(core: LaneCore, { draft, connection: id, ...ref }: PreviewAsked): Promise<Preview> {
  const row = openDraft(core, draft, ['draft', 'submitted']);
  const inForce = core.wiring;
  const drafted = inForce.withContent(mappingContent.parse(JSON.parse(row.content)));
  const connection = core.callable(id);
  if (!connection)
    throw new StewardError('connection-stopped', `${id} cannot be asked now.`, 'Resume the connection first.');
  const seen = await readAll(core, drafted, connection, [ref]);
  const [only] = seen;
  if (!only)
    throw new StewardError(
      'unknown-record',
      `${id} has no ${ref.recordType} ${ref.recordId}.`,
      'Choose another record.',
    );
  const [was, is] = [shadowOf(core, inForce, seen, []), shadowOf(core, drafted, seen, [])];
  const targets = [...is.targets].map(([key, { fields, problems, ...target }]): PreviewedTarget => {
    const before = new Map(was.targets.get(key)?.fields.map((field) => [field.at, field.theirs]));
    const { entity, kind, connection: to, recordId } = target;
    return {
      ...{ entity, kind, connection: to, recordId },
      fields: fields.map((field) => ({ ...field, before: before.get(field.at) ?? null })),
      problems: problems.map(({ field, code }) => ({ field, code })),
    };
  });
  return { source: only.snapshot.wire, records: Object.fromEntries(is.records), targets };
}
