// Targets change like mappings: a draft that holds them and nothing else, tried out, and handed to an approver.
import { type Asking, useChange } from '../../asking.tsx';
import type { Content } from './values.ts';

/** Targets change no record, so there is little to be tried out. */
const rehearsed = { days: 1, limit: 100 } as const;
const one = '/installations/{installation}/mapping-drafts/{draft}';

interface Asked {
  readonly targets: Content;
  readonly note: string;
}

type Reply = { readonly error?: unknown; readonly response: Response };
type Done = { data?: { readonly draft: string }; error?: unknown; response: Response };

const refused = ({ error, response }: Reply): Done => ({ error, response });

/** Each step needs the one before. */
async function handIn({ api, installation }: Asking, { targets, note }: Asked): Promise<Done> {
  const begun = await api.POST('/installations/{installation}/mapping-drafts', {
    params: { path: { installation } },
    body: { title: 'Targets', from: null },
  });
  if (!begun.data) return refused(begun);
  const { draft } = begun.data;
  const params = { path: { installation, draft } };
  const read = await api.GET(one, { params });
  if (!read.data) return refused(read);
  const content = { ...read.data.content, targets };
  const saved = await api.PUT(one, { params, body: { revision: read.data.revision, content } });
  if (!saved.data) {
    // A draft that cannot be what it was begun for is not left lying about.
    await api.POST(`${one}/drop`, { params, body: {} });
    return refused(saved);
  }
  const revision = saved.data.revision ?? read.data.revision;
  const tried = await api.POST(`${one}/rehearse`, { params, body: { revision, ...rehearsed } });
  if (tried.error) return refused(tried);
  const submitted = await api.POST(`${one}/submit`, { params, body: { revision, note } });
  return submitted.data ? { data: { draft }, response: submitted.response } : refused(submitted);
}

export function useHandIn() {
  return useChange(handIn, ['mappings']);
}
