// The archive in R2 as one installation sees it: no key leads out of its own.
import { type Archive, ArchiveUnavailable } from '../store/archive.ts';
import type { Env } from './env.ts';
import type { Governor } from './governor.ts';

/** R2 deletes so many keys in one call. */
const deletedMax = 1_000;

export function archiveFor({ ARCHIVE: bucket }: Pick<Env, 'ARCHIVE'>, installation: string): Archive {
  const own = `${installation}/`;
  return {
    put: (key, text) => told(async () => void (await bucket.put(own + key, text))),
    get: (key) => told(async () => (await (await bucket.get(own + key))?.text()) ?? null),
    list: (prefix) =>
      told(async () => {
        const keys: string[] = [];
        for (let cursor: string | undefined, isMore = true; isMore; ) {
          const page = await bucket.list({ prefix: own + prefix, ...(cursor !== undefined && { cursor }) });
          keys.push(...page.objects.map(({ key }) => key.slice(own.length)));
          isMore = page.truncated;
          cursor = page.truncated ? page.cursor : undefined;
        }
        return keys;
      }),
    delete: (keys) =>
      told(async () => {
        for (let from = 0; from < keys.length; from += deletedMax)
          await bucket.delete(keys.slice(from, from + deletedMax).map((key) => own + key));
      }),
  };
}

/** The same for a lane, whose calls are counted. */
export function governedArchive(archive: Archive, governor: Governor): Archive {
  const run = <Result>(work: () => Promise<Result>) => governor.run('archive', work);
  return {
    put: (key, text) => run(() => archive.put(key, text)),
    get: (key) => run(() => archive.get(key)),
    list: (prefix) => run(() => archive.list(prefix)),
    delete: (keys) => run(() => archive.delete(keys)),
  };
}

async function told<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new ArchiveUnavailable(error instanceof Error ? error.message : 'unknown', { cause: error });
  }
}
