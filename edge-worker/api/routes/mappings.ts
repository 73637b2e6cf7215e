// Routes of mapping versions: publishing one over the connectors' own tables.
import { z } from 'zod';
import { mappingContent } from '../../flow/mapping.ts';
import { changed } from '../at.ts';
import { type Route, route } from '../route.ts';

const publishMapping = route({
  operation: 'publishMapping',
  method: 'post',
  path: '/installations/{installation}/mappings',
  tag: 'Mappings',
  summary: 'Publish a mapping version',
  description: 'Every row is compiled first: what does not compile is never published.',
  body: mappingContent,
  shape: changed.and(z.object({ version: z.int() })),
  handle: async ({ at, body: content, caller: { by } }) => {
    const { status, body } = await at.change({ verb: 'publish', content, by });
    return { status, body: { ...body, version: Number(body['version']) } };
  },
});

export const mappings: readonly Route[] = [publishMapping];
