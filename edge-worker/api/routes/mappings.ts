// Routes of mapping versions: which there are, what each says, how two differ, and putting an earlier one back.
import { z } from 'zod';
import { type MappingContent, mappingContent } from '../../flow/mapping.ts';
import { mappingDiff } from '../../flow/mapping-diff.ts';
import { changed, type InstallationAt } from '../at.ts';
import { changeShape } from '../draft-shapes.ts';
import { cursorAfter, cursorOf, pageOf, paging } from '../paging.ts';
import { ProblemError } from '../problems.ts';
import { ok, type Route, route } from '../route.ts';
import { instant, instantOf } from '../shapes.ts';

const versions = '/installations/{installation}/mappings';
const number = z.coerce.number().int().min(1);

interface VersionRow {
  readonly version: number;
  readonly publishedMs: number;
  readonly by: string;
  readonly content: string;
}

const versionShape = z
  .object({ version: z.int(), publishedAt: instant, publishedBy: z.string(), isInForce: z.boolean() })
  .meta({ id: 'MappingVersion' });

export async function versionIn(at: InstallationAt, version: number): Promise<MappingContent> {
  const rows = await at.ask<readonly VersionRow[]>({ about: 'versions' });
  const row = rows.find((one) => one.version === version);
  if (!row) throw new ProblemError('not-found', `There is no version ${version}.`);
  return mappingContent.parse(JSON.parse(row.content));
}

const listMappings = route({
  operation: 'listMappings',
  method: 'get',
  path: versions,
  tag: 'Mappings',
  summary: 'List mapping versions, the newest first',
  query: paging,
  shape: pageOf(versionShape),
  handle: async ({ at, query: { limit, after } }) => {
    const rows = await at.ask<readonly VersionRow[]>({ about: 'versions' });
    const [before] = cursorOf(after, z.tuple([z.number()])) ?? [Number.MAX_SAFE_INTEGER];
    const newest = rows[0]?.version;
    const show = ({ version, publishedMs, by }: VersionRow) => {
      return { version, publishedAt: instantOf(publishedMs), publishedBy: by, isInForce: version === newest };
    };
    const earlier = rows.filter(({ version }) => version < before);
    return ok(cursorAfter(earlier, limit, show, ({ version }) => [version]));
  },
});

const readMapping = route({
  operation: 'readMapping',
  method: 'get',
  path: `${versions}/{version}`,
  tag: 'Mappings',
  summary: 'Read what a version has otherwise than the connectors',
  params: z.object({ version: number }),
  shape: z.object({ version: z.int(), content: mappingContent }),
  handle: async ({ at, params: { version } }) => ok({ version, content: await versionIn(at, version) }),
});

const compareMappings = route({
  operation: 'compareMappings',
  method: 'get',
  path: `${versions}/{version}/changes`,
  tag: 'Mappings',
  summary: 'Say in words what a version has otherwise than another',
  params: z.object({ version: number }),
  query: z.object({ since: number.meta({ description: 'The other version.' }) }),
  shape: z.object({ rows: z.array(changeShape) }),
  handle: async ({ at, params: { version }, query: { since } }) => {
    const [before, after] = [await versionIn(at, since), await versionIn(at, version)];
    return ok({ rows: [...mappingDiff(before, after)] });
  },
});

const publishMapping = route({
  operation: 'publishMapping',
  method: 'post',
  path: versions,
  tag: 'Mappings',
  summary: 'Publish a mapping version with an API key',
  description: 'Every row is compiled first: what does not compile is never published. People write drafts instead.',
  body: mappingContent,
  shape: changed.and(z.object({ version: z.int() })),
  handle: async ({ at, body: content, caller: { by } }) => {
    const { status, body } = await at.change({ verb: 'publish', content, by });
    return { status, body: { ...body, version: Number(body['version']) } };
  },
});

const rollBackMapping = route({
  operation: 'rollBackMapping',
  method: 'post',
  path: `${versions}/{version}/restore`,
  tag: 'Mappings',
  summary: 'Put an earlier version back',
  description: 'Its content becomes the newest version; nothing is forgotten.',
  params: z.object({ version: number }),
  body: z.object({ reason: z.string().trim().min(1).max(1_000) }),
  shape: changed.and(z.object({ version: z.int() })),
  handle: async ({ at, params: { version }, body: { reason }, caller: { by } }) => {
    const { status, body } = await at.change({ verb: 'propose', step: { step: 'roll-back', version, reason }, by });
    return { status, body: { ...body, version: Number(body['version']) } };
  },
});

export const mappings: readonly Route[] = [listMappings, readMapping, compareMappings, publishMapping, rollBackMapping];
